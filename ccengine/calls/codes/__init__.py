"""What agents dial on their phones: one class for each kind of feature code.

Each is given the desk it was dialed at, posts the core's events, as any other way to do the same,
and returns what is said of it. May import what `ccengine.calls` may. Start reading at `desk`,
then `ccengine.calls.feature`, which knows which code is whose.
"""
