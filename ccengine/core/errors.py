"""What the core refuses. A refused event leaves the state as it was."""


class CoreError(Exception):
    """The event cannot be applied; nothing was changed."""


class IllegalTransition(CoreError):
    """The transition table knows no such step from the present state."""


class UnknownAgent(CoreError):
    """The plan has no such agent."""


class UnknownQueue(CoreError):
    """The plan has no such queue."""


class PhoneTaken(CoreError):
    """Another agent is busy on the phone."""


class TargetNotFree(CoreError):
    """The one agent a call is for cannot be had, or may not have it."""


class NothingToSay(CoreError):
    """The agent has no such call to say anything of, or it is too late."""


class NoLead(CoreError):
    """No campaign has dialed the call."""


class UnknownDisposition(CoreError):
    """Calls of the queue cannot have this outcome."""


class ValuesTooLarge(CoreError):
    """More was filled in than a form can hold."""


class OutcomeMissing(CoreError):
    """The outcome of the last call must be given first."""


class DuplicateCall(CoreError):
    """A call of this id is alive already."""


class UnknownCampaign(CoreError):
    """The plan has no such campaign."""


class TooLate(CoreError):
    """The caller has an agent already, or is in no line."""


class NotNow(CoreError):
    """Nothing may be dialed for this item now."""


class SlotTaken(CoreError):
    """As many callbacks are booked for this time as there may be, or it is none to be booked."""


class CampaignOver(CoreError):
    """The campaign's last day, or its contract's, has passed."""


class NobodyAgreed(CoreError):
    """An unattended campaign whose leads have not agreed to that, or in which nothing is heard."""


class UnknownNumber(CoreError):
    """The lead has no such number that could be dialed."""


class ReasonRequired(CoreError):
    """Who is not ready must say why, by one of the plan's reasons."""


class WrapUpAtLimit(CoreError):
    """The wrap-up is as long as the queue allows."""


class LoginLocked(CoreError):
    """Too many wrong PINs: nobody logs in as this agent for a while."""


class ClosureRefused(CoreError):
    """There are no such numbers, or they cannot be closed or opened now."""


class CoachRefused(CoreError):
    """The coach may not follow this agent, or may not do so in this way now."""


class HelpRefused(CoreError):
    """There is nobody to ask, or they were asked and have not answered yet."""
