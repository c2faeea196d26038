INSERT OR IGNORE INTO wrong_pins VALUES (:key, :customer, datetime('now'))
