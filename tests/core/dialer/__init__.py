"""The hopper, retries and quotas: pure, so given, when, then."""
