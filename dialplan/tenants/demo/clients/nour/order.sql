SELECT state, amount, due FROM orders WHERE number = :number AND customer = :customer
