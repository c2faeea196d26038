"""What `ccengine top` shows: 80 columns, as many lines as the terminal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.text import Text

from ccengine.cli.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.cli.top_board import AgentNow, Board, CallNow, QueueNow

COLUMNS: Final = 80
FRAME_LINES: Final = 8  # title, three headings, blank lines
LEAST_LINES: Final = 12
AGENT_ORDER: Final = ("wrap_up", "on_call", "offered", "available", "not_ready", "offline")
CALL_ORDER: Final = ("waiting", "offered", "strayed", "in_flow", "dialing", "connecting", "talking")
STYLES: Final = {
    "available": "green",
    "on_call": "cyan",
    "talking": "cyan",
    "offered": "yellow",
    "waiting": "yellow",
    "wrap_up": "magenta",
    "not_ready": "red",
    "offline": "dim",
}

Row = tuple[Text, ...]


def screen(board: Board, now: float, *, lines: int, trouble: str = "") -> Group:
    """Return the screen.

    Args:
        board: what is known.
        now: this instant.
        lines: that the terminal has.
        trouble: why nothing new is known; empty: all is well.
    """
    room = max(LEAST_LINES, lines) - FRAME_LINES
    queues = [_queue(one, now) for one in board.queues()]
    agents = [_agent(one, now) for one in sorted(board.agents.values(), key=_agent_order)]
    calls = [_call(one, now) for one in sorted(board.calls.values(), key=_call_order)]
    shares = _shares(room, [len(queues), len(agents), len(calls)])
    return Group(
        _title(board, trouble),
        _table(("QUEUE", "WAITING", "LONGEST", "TALKING"), (38, 12, 12, 12), queues, shares[0]),
        _table(("AGENT", "STATE", "FOR", "CALL", "WHY"), (20, 10, 8, 20, 16), agents, shares[1]),
        _table(
            ("CALL", "STATE", "FOR", "QUEUE", "AGENT", "CALLER"),
            (16, 11, 8, 18, 11, 16),
            calls,
            shares[2],
        ),
    )


def _title(board: Board, trouble: str) -> Text:
    states = [agent.state for agent in board.agents.values()]
    waiting = sum(queue.waiting for queue in board.queues())
    facts = (
        f"{board.place or 'ccengine'}  {waiting} waiting  {len(board.calls)} calls  "
        f"{states.count('available')} free  {len(states) - states.count('offline')} logged in"
    )
    if not board.is_switch_there:
        trouble = trouble or "Asterisk is out of reach"
    title = Text(_plain(facts), style="bold", no_wrap=True, overflow="ellipsis")
    return title.append(f"  {_plain(trouble)}", style="bold red") if trouble else title


def _table(names: Sequence[str], widths: Sequence[int], rows: Sequence[Row], share: int) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), width=COLUMNS, pad_edge=False)
    for name, width in zip(names, widths, strict=True):
        table.add_column(
            name, header_style="reverse", width=width - 1, no_wrap=True, overflow="ellipsis"
        )
    shown = rows if len(rows) <= share else rows[: max(0, share - 1)]
    for row in shown:
        table.add_row(*row)
    if len(shown) < len(rows):
        table.add_row(Text(f"and {len(rows) - len(shown)} more", style="dim"))
    return table


def _shares(room: int, wanted: Sequence[int]) -> list[int]:
    """Give each of three tables what it wants, or else a fair share of the lines."""
    shares = [0] * len(wanted)
    left = room
    for index in sorted(range(len(wanted)), key=lambda one: wanted[one]):
        rest = len(wanted) - sum(share > 0 for share in shares)
        shares[index] = max(1, min(wanted[index], left // max(1, rest)))
        left -= shares[index]
    return shares


def _queue(one: QueueNow, now: float) -> Row:
    waiting = Text(str(one.waiting), style="yellow" if one.waiting else "")
    return _text(one.queue), waiting, _age(one.oldest, now), Text(str(one.talking))


def _agent(one: AgentNow, now: float) -> Row:
    why = f"{one.cause} OVERDUE" if one.overdue else one.cause
    return _text(one.name), _state(one.state), _age(one.since, now), _text(one.call), _text(why)


def _call(one: CallNow, now: float) -> Row:
    begin = one.queued_at if one.state in ("waiting", "offered") else one.since
    return (
        _text(one.call),
        _state(one.state),
        _age(begin or one.since, now),
        _text(one.queue),
        _text(one.agent),
        _text(one.caller),
    )


def _agent_order(one: AgentNow) -> tuple[int, str]:
    return _place(one.state, AGENT_ORDER), one.name


def _call_order(one: CallNow) -> tuple[int, float]:
    return _place(one.state, CALL_ORDER), one.queued_at or one.since or 0.0


def _place(state: str, order: Sequence[str]) -> int:
    return order.index(state) if state in order else len(order)


def _state(state: str) -> Text:
    return Text(_plain(state.replace("_", " ")), style=STYLES.get(state, ""))


def _age(since: float | None, now: float) -> Text:
    if since is None:
        return Text("")
    minutes, seconds = divmod(max(0, int(now - since)), 60)
    hours, minutes = divmod(minutes, 60)
    return Text(f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}")


def _text(text: str | None) -> Text:
    return Text(_plain(text or ""))


def _plain(text: str) -> str:
    """Return text that can do nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
