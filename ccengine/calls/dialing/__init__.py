"""Carries out what campaigns decide: one coroutine per call to a lead, one desk for all of them.

The core decides whom to dial and when (`core/dialer`); who answers stays in the dialplan until an
agent is free (`dialplan/campaigns.conf`). Start with `lead_call.py`.
"""
