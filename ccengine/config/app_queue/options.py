"""What becomes of each option of queues.conf. `dialplan/README.md` has the same as a table.

Those about what callers hear while they wait are in `hearing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.app_queue.conf import FALSE, TRUE
from ccengine.config.app_queue.draft import NEVER
from ccengine.config.app_queue.hearing import HEARD
from ccengine.core.queues import Empty, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.config.app_queue.conf import Setting
    from ccengine.config.app_queue.draft import Draft

RINGS_AT_MOST: Final = 300.0

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "ringall": Strategy.RING_ALL,
    "leastrecent": Strategy.LEAST_RECENT,
    "fewestcalls": Strategy.FEWEST_CALLS,
    "random": Strategy.RANDOM,
    "rrmemory": Strategy.ROUND_ROBIN,
    "roundrobin": Strategy.ROUND_ROBIN,
    "rrordered": Strategy.ROUND_ROBIN,
    "linear": Strategy.LINEAR,
    "wrandom": Strategy.WEIGHTED_RANDOM,
}

REASONS: Final[Mapping[str, tuple[Empty, ...]]] = {
    "paused": (Empty.NOT_READY,),
    "inuse": (Empty.ON_CALL,),
    "ringing": (Empty.OFFERED,),
    "wrapup": (Empty.WRAP_UP,),
    "unavailable": (Empty.OFFLINE,),
    "invalid": (Empty.OFFLINE,),
    "unknown": (Empty.OFFLINE,),
    "penalty": (),  # members above the highest penalty never count here
}
STRICT: Final = (Empty.NOT_READY, Empty.OFFLINE)
LOOSE: Final = (Empty.OFFLINE,)

WORDED: Final = "whole sentences are spoken: change them in prompts/<language>/speech.yaml"
IN_EVENTS: Final = "the call's events have it: MQTT, log and API"
NO_QUEUE_LOG: Final = "no queue_log is written: the journal holds every event"
RECORDED: Final = "recordings are WAV files by tenant, client and day"

NOT_CARRIED: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    # What the value may be without anything being lost, and why else it is not carried over.
    "persistentmembers": (TRUE | FALSE, "who is logged in survives a restart, always"),
    "autofill": (TRUE, "every free agent is served at once, always"),
    "monitor-type": (TRUE | {"mixmonitor"}, RECORDED),
    "updatecdr": (TRUE | FALSE, "call records name the agent, always"),
    "shared_lastcall": (TRUE | FALSE, "an agent's idle time and wrap-up hold over all queues"),
    "negative_penalty_invalid": (TRUE | FALSE, "a member who is as good as logged off is left out"),
    "force_longest_waiting_caller": (TRUE | FALSE | {"prio"}, "that is tenant.yaml's 'precedence'"),
    "log_membername_as_agent": (FALSE, NO_QUEUE_LOG),
    "log_unpause_on_reason_change": (FALSE, NO_QUEUE_LOG),
    "log-caller-id-name": (FALSE, NO_QUEUE_LOG),
    "log-restricted-caller-id": (TRUE, NO_QUEUE_LOG),
    "realtime_rules": (FALSE, "the YAML is the only source of rules"),
    "announce": (FALSE, "use 'agent_hears', with a prompt of the client's"),
    "context": (FALSE, "write where each of its keys leads into 'keys': the dialplan is not read"),
    "retry": (frozenset(), "the next agent is rung at once"),
    "timeoutpriority": (frozenset({"app"}), "a phone that rings when time is up may be answered"),
    "timeoutrestart": (TRUE | FALSE, "each agent has the whole ring time; busy leads to the next"),
    "ringinuse": (FALSE, "an agent has one call at a time"),
    "setinterfacevar": (FALSE, IN_EVENTS),
    "setqueuevar": (FALSE, IN_EVENTS),
    "setqueueentryvar": (FALSE, IN_EVENTS),
    "membergosub": (frozenset(), "what happens at the bridge is the engine's, not the dialplan's"),
    "membermacro": (frozenset(), "what happens at the bridge is the engine's, not the dialplan's"),
    "penaltymemberslimit": (FALSE, "use 'relax' with 'penalty': an empty step is skipped at once"),
    "autopausedelay": (FALSE, "use 'misses': so many in a row"),
    "autopausebusy": (TRUE, "a busy phone counts as a miss; see 'misses_by'"),
    "autopauseunavail": (FALSE, "an unreachable phone is passed over until it is back"),
    "reportholdtime": (FALSE, "agents are not told for how long the caller has waited"),
    "memberdelay": (FALSE, "caller and agent hear each other at once"),
    "announce-to-first-user": (TRUE | FALSE, "an announcement is cut when an agent answers"),
    "relative-periodic-announce": (TRUE | FALSE, "'gap_seconds' of music come after each"),
    "queue-youarenext": (FALSE, WORDED),
    "queue-thereare": (FALSE, WORDED),
    "queue-callswaiting": (FALSE, WORDED),
    "queue-holdtime": (FALSE, WORDED),
    "queue-minute": (FALSE, WORDED),
    "queue-minutes": (FALSE, WORDED),
    "queue-seconds": (FALSE, WORDED),
    "queue-thankyou": (FALSE, WORDED),
    "queue-callerannounce": (FALSE, WORDED),
    "queue-reporthold": (FALSE, "agents hear no announcement before the caller"),
}


ELSEWHERE: Final = frozenset({"member", "defaultrule"})
"""Read by `members.py` and `rules.py`."""

GENERAL: Final = frozenset(
    {
        "persistentmembers",
        "autofill",
        "monitor-type",
        "updatecdr",
        "shared_lastcall",
        "negative_penalty_invalid",
        "force_longest_waiting_caller",
        "log_membername_as_agent",
        "log_unpause_on_reason_change",
        "log-caller-id-name",
        "log-restricted-caller-id",
        "realtime_rules",
    }
)
"""All that Asterisk reads in [general]."""


def _strategy(draft: Draft, setting: Setting) -> None:
    strategy = STRATEGIES.get(setting.value.lower())
    if strategy is None:
        draft.problems.append(setting.not_carried("Asterisk, too, takes ringall instead"))
    draft.values["strategy"] = strategy or Strategy.RING_ALL


def _timeout(draft: Draft, setting: Setting) -> None:
    seconds = float(draft.number(setting))
    if not 1 <= seconds <= RINGS_AT_MOST:
        why = f"a phone rings for 1 to {RINGS_AT_MOST:g} s: {RINGS_AT_MOST:g} is written"
        draft.problems.append(setting.not_carried(why))
        seconds = RINGS_AT_MOST
    draft.values["ring_seconds"] = seconds


def _wrap_up(draft: Draft, setting: Setting) -> None:
    draft.values["wrap_up_seconds"] = float(max(0, draft.number(setting)))


def _weight(draft: Draft, setting: Setting) -> None:
    draft.values["weight"] = draft.number(setting)


def _service_level(draft: Draft, setting: Setting) -> None:
    seconds = draft.number(setting)
    if seconds > 0:
        draft.values["promise_seconds"] = float(seconds)


def _maxlen(draft: Draft, setting: Setting) -> None:
    most = draft.number(setting)
    if most > 0:
        draft.limit(setting, "waiting", most)


def _recorded(draft: Draft, setting: Setting) -> None:
    draft.values["recorded"] = setting.value.lower() not in FALSE


def _autopause(draft: Draft, setting: Setting) -> None:
    word = setting.value.lower()
    draft.values["misses"] = NEVER if word in FALSE else 1
    if word not in FALSE and word != "all":
        why = "an agent who missed a call is not ready for all queues, not for this one only"
        draft.problems.append(setting.not_carried(why))


def _music(draft: Draft, setting: Setting) -> None:
    if setting.value.lower() not in {"", "default"}:
        why = "put its files into music/ of a client, and that client's name into 'music'"
        draft.problems.append(setting.not_carried(why))


def _join_empty(draft: Draft, setting: Setting) -> None:
    words = {"yes": (), "no": STRICT, "strict": STRICT, "loose": LOOSE}
    _empty(draft, setting, "join_empty", words)


def _leave_empty(draft: Draft, setting: Setting) -> None:
    words = {"yes": STRICT, "no": (), "strict": STRICT, "loose": LOOSE}
    _empty(draft, setting, "leave_empty", words)


def _empty(
    draft: Draft, setting: Setting, key: str, words: Mapping[str, tuple[Empty, ...]]
) -> None:
    found: list[Empty] = []
    for word in (word.strip().lower() for word in setting.value.split(",")):
        if word in words:
            found += words[word]
        elif word in REASONS:
            found += REASONS[word]
        elif word:
            draft.problems.append(setting.not_carried(f"'{word}' is no reason Asterisk knows"))
    if found:
        draft.limit(setting, key, tuple(dict.fromkeys(found)))


CARRIED: Final[Mapping[str, Callable[[Draft, Setting], None]]] = {
    "strategy": _strategy,
    "timeout": _timeout,
    "wrapuptime": _wrap_up,
    "weight": _weight,
    "servicelevel": _service_level,
    "maxlen": _maxlen,
    "monitor-format": _recorded,
    "autopause": _autopause,
    "musicclass": _music,
    "musiconhold": _music,
    "music": _music,
    "joinempty": _join_empty,
    "leavewhenempty": _leave_empty,
    **HEARD,
}


def carry(draft: Draft, setting: Setting) -> None:
    """Carry one option over, or note why not."""
    if setting.key in CARRIED:
        CARRIED[setting.key](draft, setting)
    elif setting.key in NOT_CARRIED:
        harmless, why = NOT_CARRIED[setting.key]
        if setting.value.lower() not in harmless:
            draft.problems.append(setting.not_carried(why))
    elif setting.key not in ELSEWHERE:
        draft.problems.append(setting.not_carried("Asterisk 22 knows no such option"))
