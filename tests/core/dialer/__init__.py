"""The dialer's decisions, as promises."""
