<<<<<<< HEAD
"""The hopper, retries and quotas: pure, so given, when, then."""
=======
"""The dialer's decisions, as promises."""
>>>>>>> 854b76e49fe56d1d381b8a285c693abf4ff136be
