-- Who may be told: the PIN or the birth date is theirs, and nobody has guessed too often.
SELECT name FROM customers
WHERE customer = :customer AND :typed IN (pin, born)
  AND (SELECT count(*) FROM wrong_pins
       WHERE wrong_pins.customer = :customer AND at > datetime('now', '-1 day')) < 9
