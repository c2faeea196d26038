-- An UPDATE without a row to change is a dead letter; by its key it has one when it comes twice.
UPDATE orders SET state = 'cancelled', key = :key
WHERE number = :number AND customer = :customer AND (state = 'new' OR key = :key)
