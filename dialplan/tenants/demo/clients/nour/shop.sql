-- An example of a shop: what 600102 asks until there is a real one. Nobody in it exists.
CREATE TABLE customers (
  customer TEXT PRIMARY KEY, name TEXT NOT NULL,
  caller TEXT UNIQUE,     -- their telephone, without +
  pin TEXT NOT NULL,
  born TEXT NOT NULL      -- as it is typed: two digits for the day, two for the month, four for the year
);
INSERT INTO customers VALUES
  ('1001', 'Layla Hassan', '971501000001', '2468', '14051986'),
  ('1002', 'Karim Aziz', '971501000002', '1357', '02111979'),
  ('1003', 'Sara Nasser', '971501000003', '8642', '23081992');

CREATE TABLE orders (
  number TEXT PRIMARY KEY, customer TEXT NOT NULL REFERENCES customers,
  state TEXT NOT NULL CHECK (state IN ('new', 'sent', 'cancelled')),
  amount REAL NOT NULL, due TEXT NOT NULL, key TEXT
);
INSERT INTO orders (number, customer, state, amount, due) VALUES
  ('50011', '1001', 'new', 249.5, date('now', '+3 days')),
  ('50012', '1001', 'sent', 99, date('now', '+1 day')),
  ('50021', '1002', 'new', 1200, date('now', '+7 days')),
  ('50031', '1003', 'sent', 35.25, date('now', '+2 days'));

CREATE TABLE tickets (
  key TEXT PRIMARY KEY,   -- what is submitted twice is one ticket
  customer TEXT NOT NULL REFERENCES customers, topic TEXT NOT NULL,
  comment TEXT,           -- a recording
  state TEXT NOT NULL CHECK (state IN ('open', 'solved')), opened TEXT NOT NULL
);
INSERT INTO tickets VALUES
  ('example-1', '1002', 'internet', NULL, 'open', datetime('now', '-1 day')),
  ('example-2', '1003', 'invoices', NULL, 'solved', datetime('now', '-9 days'));

CREATE TABLE wrong_pins (key TEXT PRIMARY KEY, customer TEXT NOT NULL, at TEXT NOT NULL);
