SELECT state, date(opened) AS opened FROM tickets
WHERE customer = :customer ORDER BY tickets.opened DESC LIMIT 1
