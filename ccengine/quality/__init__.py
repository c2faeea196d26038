"""Quality of talks: calls drawn by rule, scored by reviewers, disputed by agents, taught from.

Imports `config`, `storage`, `reporting` and `sound`; nothing of calls or Asterisk. Start reading at
`scores.py` (what answers come to) and `drawing.py` (which calls are drawn), which are pure;
`sampler.py` draws when a week is over; `reviewing.py` keeps reviews and tells the journal of them.
"""
