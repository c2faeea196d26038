"""What is not there or not possible, by subject; the same for what a token does not see."""

from __future__ import annotations

from ccengine.api.problems import Fault

AGENT_UNKNOWN = Fault(
    404, "agent-unknown", "No such agent", "GET /agents names those whom the token sees."
)
CALL_UNKNOWN = Fault(
    404,
    "call-unknown",
    "No such call",
    "Call ids are in the log as call_id, and are the recordings' names; GET /calls lists them.",
)
CAMPAIGN_UNKNOWN = Fault(
    404, "campaign-unknown", "No such campaign", "GET /campaigns names those that the token sees."
)
CLIENT_UNKNOWN = Fault(404, "client-unknown", "No such client", "GET /me names the clients.")
CLOSURE_UNKNOWN = Fault(
    404, "closure-unknown", "No such closure", "GET /closures names those that the token sees."
)
CONTRACT_MISSING = Fault(
    404,
    "contract-missing",
    "Nothing is billed to this client",
    "Write what is in the client's contract.yaml.",
)
LEDGER_FAULTY = Fault(
    409,
    "ledger-faulty",
    "The agents' time of these days does not add up, so nothing is billed by it",
    "`ccengine report ledger` names the faults; report them with the journal.",
)
QUEUE_UNKNOWN = Fault(
    404, "queue-unknown", "No such queue", "GET /queues names those that the token sees."
)
FORM_UNKNOWN = Fault(
    404, "form-unknown", "No such form", "GET /clients/{client}/forms names those there are."
)
SCORECARD_UNKNOWN = Fault(
    404,
    "scorecard-unknown",
    "No such scorecard",
    "GET /clients/{client}/scorecards names those there are.",
)
IMPORT_UNKNOWN = Fault(
    404,
    "import-unknown",
    "No such import",
    "GET /campaigns/{client}/{campaign}/imports names those of the last 30 days.",
)
REVIEW_UNKNOWN = Fault(
    404, "review-unknown", "No such review", "GET /reviews names those that the token sees."
)
CALIBRATION_UNKNOWN = Fault(
    404,
    "calibration-unknown",
    "No such calibration",
    "GET /calibrations names those that the token sees.",
)
EXAMPLE_UNKNOWN = Fault(
    404,
    "example-unknown",
    "This call is no example",
    "GET /clients/{client}/training names those there are.",
)
PICTURE_MISSING = Fault(
    404,
    "picture-missing",
    "Nobody has looked at this recording yet, or there is none",
    "Ask again a minute after the call.",
)
RECORDING_MISSING = Fault(
    404,
    "recording-missing",
    "There is no recording of this call",
    "GET /recordings lists those there are; one may have been deleted.",
)
RECORDING_GOES_ON = Fault(
    409, "recording-goes-on", "The call is still being recorded", "Ask again when it is over."
)
RECORDING_BROKEN = Fault(
    409,
    "recording-broken",
    "The recording is not what was kept",
    "`ccengine recordings verify` names the file, and what is wrong with it.",
)
RECORDING_AWAY = Fault(
    503,
    "recording-away",
    "The recording cannot be had now",
    "Look whether its disk or its store is there, and ask again.",
    {"Retry-After": "60"},
)
REFUSED = Fault(
    409,
    "refused",
    "This is not possible now; nothing was changed",
    "The detail says why; read the state again, and choose something that fits it.",
)
CONFIGURATION_WRONG = Fault(
    409,
    "configuration-wrong",
    "The configuration has mistakes; the one in force stays",
    "Mend what `errors` names by file and line.",
)
