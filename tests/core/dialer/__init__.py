"""The dialer's decisions, as promises: pure, so given, when, then."""
