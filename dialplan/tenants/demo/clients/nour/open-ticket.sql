INSERT OR IGNORE INTO tickets
VALUES (:key, :customer, :topic, :comment, 'open', datetime('now'))
