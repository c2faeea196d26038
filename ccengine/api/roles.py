"""Who may do what: the one table of operations and roles. A test tries each pair."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """What a token is for."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    BILLING = "billing"
    CLIENT = "client"  #: the client's own people
    AGENT = "agent"  #: one agent, for themself


Roles = frozenset[Role]

ADMIN: Final[Roles] = frozenset({Role.ADMIN})
ALL: Final[Roles] = frozenset(Role)
LEADERS: Final[Roles] = ADMIN | {Role.SUPERVISOR}
LISTENERS: Final[Roles] = LEADERS | {Role.QUALITY}
OWN: Final[Roles] = LEADERS | {Role.AGENT}
BOOKS: Final[Roles] = ADMIN | {Role.BILLING, Role.CLIENT}
HOUSE_AND_CLIENT: Final[Roles] = LISTENERS | {Role.CLIENT}

MAY: Final[Mapping[str, Roles]] = {
    "whoAmI": ALL,
    "signOut": frozenset({Role.AGENT}),
    # agents
    "listAgents": LISTENERS,
    "listStaffing": LISTENERS,
    "getAgent": LISTENERS | {Role.AGENT},
    "getAgentDay": LISTENERS | {Role.AGENT},
    "logAgentIn": OWN,
    "logAgentOut": OWN,
    "setAgentReady": OWN,
    "setAgentNotReady": OWN,
    "pauseQueue": OWN,
    "resumeQueue": OWN,
    "extendWrapUp": OWN,
    "endWrapUp": OWN,
    "askForHelp": OWN,
    # coaching: an agent's token, for those who lead a team
    "getCoaching": OWN,
    "setCoaching": OWN,
    "takeCallOver": OWN,
    "endCoaching": OWN,
    # the desk
    "getDesk": OWN,
    "listCallbacks": OWN,
    "bookLeadCallback": OWN,
    "cancelLeadCallback": OWN,
    "dialLead": ADMIN | {Role.AGENT},
    "skipLead": ADMIN | {Role.AGENT},
    "actOnTalk": ADMIN | {Role.AGENT},
    "setOutcome": OWN,
    "fillForm": OWN,
    "setTyping": OWN,
    # queues
    "listQueues": HOUSE_AND_CLIENT | {Role.AGENT},
    "getQueue": HOUSE_AND_CLIENT | {Role.AGENT},
    "listWaiting": HOUSE_AND_CLIENT,
    # closures
    "listClosures": HOUSE_AND_CLIENT | {Role.AGENT},
    "closeNumbers": LEADERS,
    "openNumbers": LEADERS,
    # campaigns
    "listCampaigns": HOUSE_AND_CLIENT,
    "getCampaign": HOUSE_AND_CLIENT,
    "startCampaign": LEADERS,
    "pauseCampaign": LEADERS,
    "finishCampaign": LEADERS,
    "listImports": LEADERS,
    "importLeads": LEADERS,
    "getImport": LEADERS,
    "getRejects": LEADERS,
    # who is not called
    "listDoNotCall": HOUSE_AND_CLIENT,
    "addDoNotCall": LEADERS | {Role.CLIENT},
    "addHouseDoNotCall": LEADERS,
    "listRegisters": LISTENERS,
    "whyNot": LISTENERS,
    # calls
    "listCalls": ALL,
    "listLiveCalls": HOUSE_AND_CLIENT,
    "getCall": ALL,
    "getCallStory": HOUSE_AND_CLIENT | {Role.AGENT},
    "explainCall": LISTENERS,
    "getCustomerHistory": HOUSE_AND_CLIENT | {Role.AGENT},
    "getCard": ADMIN | {Role.AGENT},
    "takeCard": ADMIN | {Role.AGENT},
    "stopCard": ADMIN | {Role.AGENT},
    "moveCall": LEADERS,
    "reprioritiseCall": LEADERS,
    "actOnRecording": OWN,
    # figures
    "getKpis": BOOKS | LISTENERS,
    "getLedger": LEADERS | {Role.BILLING},
    "getContractReport": BOOKS,
    # recordings
    "listRecordings": HOUSE_AND_CLIENT,
    "getRecording": HOUSE_AND_CLIENT,
    "getComment": HOUSE_AND_CLIENT,
    "getKeptRecording": HOUSE_AND_CLIENT,
    "verifyRecording": LISTENERS,
    "listPlays": ADMIN | {Role.QUALITY},
    "holdRecording": LISTENERS,
    "releaseRecording": ADMIN,
    "eraseRecording": ADMIN,
    "getPicture": HOUSE_AND_CLIENT,
    # quality
    "listSamples": HOUSE_AND_CLIENT,
    "listDraws": HOUSE_AND_CLIENT,
    "listScorecards": HOUSE_AND_CLIENT | {Role.AGENT},
    "getScorecard": HOUSE_AND_CLIENT | {Role.AGENT},
    "listReviews": HOUSE_AND_CLIENT | {Role.AGENT},
    "getReview": HOUSE_AND_CLIENT | {Role.AGENT},
    "getReviewRecording": HOUSE_AND_CLIENT | {Role.AGENT},
    "getReviewPicture": HOUSE_AND_CLIENT | {Role.AGENT},
    "beginReview": HOUSE_AND_CLIENT,
    "saveReview": HOUSE_AND_CLIENT,
    "publishReview": HOUSE_AND_CLIENT,
    "discardReview": HOUSE_AND_CLIENT,
    "disputeReview": frozenset({Role.AGENT}),
    "answerDispute": HOUSE_AND_CLIENT,
    "listCalibrations": HOUSE_AND_CLIENT,
    "getCalibration": HOUSE_AND_CLIENT,
    "openCalibration": LISTENERS,
    "closeCalibration": LISTENERS,
    "listTraining": HOUSE_AND_CLIENT | {Role.AGENT},
    "getTrainingRecording": HOUSE_AND_CLIENT | {Role.AGENT},
    "addTraining": LISTENERS,
    "removeTraining": LISTENERS,
    # forms and scripts
    "listForms": HOUSE_AND_CLIENT | {Role.AGENT},
    "getForm": HOUSE_AND_CLIENT | {Role.AGENT},
    "listScripts": HOUSE_AND_CLIENT | {Role.AGENT},
    # lookups
    "listFailingLookups": HOUSE_AND_CLIENT,
    # the engine itself
    "checkConfiguration": ADMIN,
    "planConfiguration": ADMIN,
    "reloadConfiguration": ADMIN,
    "listAudit": ADMIN,
    "readMetrics": ADMIN,
}
"""By operation. Whoever may, may so within what their token sees."""

SEE_AGENTS: Final[Roles] = MAY["listAgents"] | {Role.AGENT}
"""Others are told of calls and numbers only."""
