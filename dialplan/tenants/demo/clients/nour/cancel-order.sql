UPDATE orders SET state = 'cancelled', key = :key
WHERE number = :number AND customer = :customer AND state = 'new'
