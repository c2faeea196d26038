"""The kinds of steps, one file each.

A kind's first field is also its key in YAML: `{play: greeting, next: menu}` is a `PlayStep`. `run`
returns the next step's name, how the flow ends, or a way between flows. A new kind is a new file
and a line in `STEP_KINDS`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.call import CallStep
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.card import CardStep
from ccengine.ivr.steps.collect import CollectStep
from ccengine.ivr.steps.count import CountStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.hours import HoursStep
from ccengine.ivr.steps.language import LanguageStep
from ccengine.ivr.steps.lookup import LookupStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.opt_out import OptOutStep
from ccengine.ivr.steps.play import PlayStep
from ccengine.ivr.steps.record import RecordStep
from ccengine.ivr.steps.say import SayStep
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.steps.submit import SubmitStep
from ccengine.ivr.steps.survey import SurveyStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.steps.voicemail import VoicemailStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.ivr.step import Step

BUILT_IN_KINDS: Final[tuple[type[Step], ...]] = (
    PlayStep,
    SayStep,
    MenuStep,
    CollectStep,
    LanguageStep,
    HoursStep,
    BranchStep,
    SetStep,
    CountStep,
    LookupStep,
    SubmitStep,
    OptOutStep,
    CallStep,
    GiveBackStep,
    RecordStep,
    SurveyStep,
    CardStep,
    EnqueueStep,
    CallbackStep,
    TransferStep,
    VoicemailStep,
    HangUpStep,
)

STEP_KINDS: Final[Mapping[str, type[Step]]] = {
    fields(kind)[0].name: kind for kind in BUILT_IN_KINDS
}
"""By the key that says which kind a step is."""
