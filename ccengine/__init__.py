"""A contact-center engine for Asterisk.

Asterisk carries every sound; ccengine decides and directs. A pure, clock-injected core makes
every decision that calls and agents compete for; one straight-line coroutine per call and one
per logged-in agent carries it out over ARI. Start reading at `ccengine.core.center` for the
decisions, at `ccengine.calls.inbound` for the story of a call, and at `ccengine.app` to see how
the parts are put together.
"""

__version__ = "0.1.0"
