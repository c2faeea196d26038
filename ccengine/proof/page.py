"""A pack's report, for people who were not there: each number with where it can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from ccengine.proof.figures import IN_TIME_SECONDS, Figures
from ccengine.proof.laws import LawVersions
from ccengine.proof.order import ProofOrder
from ccengine.proof.ratios import LAW, Ratio
from ccengine.reporting.instants import utc_text
from ccengine.reporting.pages import document
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from ccengine.config.campaigns import CallerId

LAST_TEST: Final = "last test that the configuration names now"
MOST_WINDOWS: Final = 200
MINUTES: Final = slice(0, 16)
HOW_TO_VERIFY: Final = (
    "This folder is signed. Whoever runs the engine says "
    "<code>ccengine proof verify FOLDER</code>; anybody else takes the public key (<code>ccengine "
    "recordings keys --public</code>) from somebody they trust and says <code>openssl pkeyutl "
    "-verify -pubin -inkey manifests.pub -rawin -in manifest.json -sigfile manifest.json.sig"
    "</code>, then compares the SHA-256 of each file with the one in manifest.json."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that the report says."""

    order: ProofOrder
    figures: Figures
    ratios: Sequence[Ratio]
    laws: LawVersions
    counts: Mapping[str, int]  #: rows of tables
    recordings: Counter[str]
    files: Mapping[str, Mapping[str, Any]]  #: name, with bytes and sha256


def page(told: Told) -> str:
    """Return the whole page."""
    order = told.order
    title = f"Proof: {order.campaign}, {order.days[0]} to {order.days[1]}"
    sections = [
        f"<h1>{escape(title)}</h1>",
        *_head(told),
        "<h2>Summary</h2>",
        _table(("figure", "number", "counted in"), _summary(told)),
        "<h2>Abandoned calls</h2>",
        *_ratios(told),
        "<h2>Outcomes</h2>",
        _table(("outcome", "attempts", "counted in"), _outcomes(told.figures)),
        "<h2>Numbers shown</h2>",
        _table(("caller id", "attempts", LAST_TEST), _caller_ids(told)),
        "<h2>Rules</h2>",
        *_rules(told),
        "<h2>Files</h2>",
        _table(
            ("file", "bytes", "SHA-256"),
            ((name, one["bytes"], one["sha256"]) for name, one in told.files.items()),
        ),
        f"<p>{HOW_TO_VERIFY}</p>",
    ]
    return document(title, sections)


def _head(told: Told) -> Iterable[str]:
    order, stretch = told.order, told.order.stretch
    begins, ends = utc_text(stretch.begins), utc_text(stretch.ends)
    yield f"<p>Tenant {escape(order.tenant)}. Days are those of {escape(order.zone)}: all attempts "
    yield f"placed from {begins} on and before {ends}. Made at {utc_text(order.now)}. Telephone "
    yield "numbers in this pack are whole: keep it as you keep the data itself.</p>"
    if not told.figures.attempts:
        yield "<p><strong>No attempt was made in this time.</strong></p>"
    if order.settings is None:
        yield "<p>The configuration has no such campaign any more.</p>"
    if told.figures.laws.get("") and told.figures.attempts:
        yield f"<p><strong>Of {told.figures.laws['']} attempts nobody noted by which rules they "
        yield "were judged.</strong> Their shares below go by the present rules.</p>"
    if order.error_share is None and told.figures.outcomes.get("machine"):
        yield "<p>How many of the detected machines were people is not known: they are counted as "
        yield "none of them. An audit's share is given by <code>--detector-errors</code>.</p>"


def _summary(told: Told) -> Iterable[tuple[object, ...]]:
    figures, seconds = told.figures, f"{IN_TIME_SECONDS:g} s"
    over = sum(not one.is_kept for one in told.ratios)
    kept = told.recordings
    attempts = "attempts.csv"
    yield "Attempts", figures.attempts, attempts
    yield "Answered", figures.answered, f"{attempts}: answered_at"
    yield f"Agent within {seconds} of the answer", figures.agents.in_time, _agent_column()
    yield "Agent later", figures.agents.late, _agent_column()
    yield "Longest wait for an agent, s", figures.agents.longest_seconds, _agent_column()
    yield f"Message within {seconds} of the answer", figures.messages.in_time, _message_column()
    yield "Message later", figures.messages.late, _message_column()
    yield f"Neither within {seconds}", figures.silent, "both columns, calls that lasted longer"
    yield "Given up by us too early while ringing", figures.short_rings, _ring_columns()
    yield "Windows of limits on abandoned calls", len(told.ratios), "ratios.json"
    yield "Windows over their limit", over, "ratios.json: kept"
    yield "Register look-ups", figures.scrubs, "scrubs.csv"
    yield "Register look-ups in too old a copy", figures.stale_scrubs, "scrubs.csv: kept"
    for register, days in sorted(figures.oldest_scrub_days.items()):
        yield f"Oldest copy of {register}, days", round(days, 1), "scrubs.csv: age_days"
    yield "Consents of the called", told.counts["consents"], "consents.csv"
    yield "Wishes not to be called", told.counts["wishes"], "wishes.csv"
    yield "Recordings", told.counts["recordings"], "recordings.csv"
    yield "Recordings erased", kept[KeptState.ERASED], "recordings.csv: state"
    yield "Recordings whose manifest is wrong", kept["manifest is wrong"], "recordings.csv"


def _agent_column() -> str:
    return "attempts.csv: seconds_to_agent"


def _ring_columns() -> str:
    return "attempts.csv: rang_at, ended_at, of no_answer and cancelled"


def _message_column() -> str:
    return "attempts.csv: seconds_to_message"


def _ratios(told: Told) -> Iterable[str]:
    if not told.ratios:
        yield "<p>No call was placed to which a limit on abandoned calls applies.</p>"
        return
    shown = sorted(told.ratios, key=lambda one: (one.is_kept, -(one.window.period.starts or 0.0)))
    yield "<p>A window that the time only touches is counted as a whole, over all of its days.</p>"
    heads = ("rule", "window", "seller", "abandoned", "of", "percent", "limit", "kept")
    yield _table(heads, (_ratio(one) for one in shown[:MOST_WINDOWS]))
    if len(shown) > MOST_WINDOWS:
        yield f"<p>{len(shown) - MOST_WINDOWS} more are in ratios.json.</p>"


def _ratio(one: Ratio) -> tuple[object, ...]:
    facts = one.facts()
    begins, ends = facts["begins_local"] or "", facts["ends_local"] or "no end"
    window = f"{facts['window']}: {begins[MINUTES]} to {ends[MINUTES]} {facts['zone']}"
    open_yet = "" if facts["whole"] else " (goes on)"
    rule = facts["rule"] if one.set_by == LAW else f"{facts['rule']}: {one.set_by}, as it is now"
    return (
        rule,
        window,
        facts["seller"] or "",
        f"{facts['numerator']:g}",
        f"{facts['denominator']:g} {facts['of']}",
        f"{facts['percent']:.3f}",
        f"{facts['limit_percent']:g}",
        ("yes" if facts["kept"] else "NO") + open_yet,
    )


def _outcomes(figures: Figures) -> Iterable[tuple[object, ...]]:
    for name, count in figures.outcomes.most_common():
        yield name, count, "attempts.csv: outcome"


def _caller_ids(told: Told) -> Iterable[tuple[object, ...]]:
    known = told.order.settings.caller_ids if told.order.settings else {}
    for number, count in told.figures.caller_ids.most_common():
        yield number or "none", count, _tested(known.get(number), told.order.days[1])


def _tested(one: CallerId | None, last_day: str) -> str:
    """Return when a number was tested; a test after the days of the pack says nothing of them."""
    if one is None:
        return "not in the campaign"
    tested = one.tested.isoformat()
    return f"{tested}: after these days, no evidence for them" if tested > last_day else tested


def _rules(told: Told) -> Iterable[str]:
    for law in told.laws.all:
        count = told.figures.laws.get(law.version, 0)
        if not count:
            continue
        yield f"<h3>Version {law.version[:16]}</h3>"
        yield f"<p>In force for {count} attempts, from {utc_text(law.kept_at)} on at the latest. "
        yield "Whole text: rules.json. Rules of the places that were called:</p>"
        asked = sorted(told.figures.rules[law.version])
        rows = ((one, law.written(one) or {}) for one in asked)
        cells = (
            (name, one.get("source", "unknown"), one.get("checked", ""), one.get("read") or "")
            for name, one in rows
        )
        yield _table(("rule", "source", "checked", "read"), cells, of_text=True)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, of_text: bool = False) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    mark = ' class="text"' if of_text else ""
    body = "".join(
        "<tr>" + "".join(f"<td{mark}>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f'<div class="tables"><table><tr>{head}</tr>{body}</table></div>'
