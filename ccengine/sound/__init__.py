"""What is to be seen in a recording: who talks when, silence, cross-talk, and how loud it is.

Pure computing with numpy over samples that are handed in: no files, no clock, nothing of calls,
and it imports nothing of ccengine. An hour of sound takes about a second of one core, so it belongs
into a process of its own, never on the engine's loop. Start reading at `analysing.py`, whose
`analyse` is what others call; what it returns is in `analysis.py`; who talks when is found in
`talk.py`.
"""

from ccengine.sound.analysing import analyse
from ccengine.sound.analysis import Analysis, Measures, Span, SpanKind, Stretch

__all__ = ["Analysis", "Measures", "Span", "SpanKind", "Stretch", "analyse"]
