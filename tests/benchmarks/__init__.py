"""Numbers for people to compare; nothing is asserted."""
