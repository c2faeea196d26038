"""Imagines a campaign's day: agents and far ends around the pacing law that dials in life.

`scenario.py` says what is supposed, `supposed.py` from where it is known, `chance.py` draws it;
`floor.py` lives the day, `day.py` counts it; `trials.py` lives it over seeds and beside yardsticks.
No Asterisk, no clock: the same seed gives the same day. Start reading at `floor.py`.
"""
