"""What a client's flow may refer to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ccengine.core.ids import ClientId, SkillId
from ccengine.ivr.lookup_names import AskedByName
from ccengine.ivr.prompts import Spoken


def allowed(_number: str) -> tuple[str, str] | None:
    """Find nothing wrong with a number, where that cannot be known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNames:
    """None: unknown, so check nothing."""

    client: ClientId
    spoken: Spoken  #: the client's prompts, in the languages of the flow
    queues: Collection[str] | None
    calls_back: Collection[str] | None  #: those queues with rules for it
    hours: Collection[str] | None
    skills: Collection[str] | None
    agents: Collection[str] | None
    strangers: Collection[str]  #: agents who are not approved for the client
    can_be_answered: Callable[[str, Mapping[SkillId, int]], bool]  #: in a queue, with these needs
    takes_messages: Collection[str] | None = None  #: those queues whose messages are work
    languages: Collection[str] | None = None  #: which the client speaks and the tenant has voices
    flows: Collection[str] | None = None  #: the client's
    lookups: AskedByName | None = None  #: the client's
    submissions: AskedByName | None = None
    is_first: bool = True  #: a number or a queue leads to it: nobody takes what it gives back
    fault_of_number: Callable[[str], tuple[str, str] | None] = allowed
    """Says why a caller cannot be sent to a number, and what to do; None: they can."""
