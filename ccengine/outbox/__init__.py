"""Carries out what flows have submitted: at least once, in each call's order.

The journal is the queue, as for webhooks, whose courier it uses; what was not taken is a letter
beside theirs. May import lookup, webhooks, storage, config and ivr.
"""
