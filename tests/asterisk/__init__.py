"""The wire to Asterisk: reading it, holding on to it, and the contract of our fake with it."""
