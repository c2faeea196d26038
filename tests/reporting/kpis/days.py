"""Days at the core, with what was folded from them live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.ids import CallId, ClientId
from ccengine.core.states import Kind
from ccengine.reporting.kpis.cells import Counts
from ccengine.reporting.kpis.counts import Tally
from ccengine.reporting.kpis.facts import Grain, Login, Stretch
from ccengine.reporting.kpis.fold import Fold
from ccengine.reporting.kpis.table import InForce
from ccengine.reporting.rows import in_steps
from ccengine.storage.journal_reader import JournalReader
from tests.reporting.shift import NODE, plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ccengine.core.ids import AgentId
    from ccengine.reporting.rows import JournalRow
    from tests.reporting.shift import Shift


def known() -> InForce:
    """Return what the usual plan says of queues."""
    measures = {str(name): queue.measure for name, queue in plan().queues.items()}
    return InForce(measures=measures, languages={})


class Watched(Tally):
    """Counts, and keeps the agents' time as it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.stretches: list[Stretch] = []
        self.logins: list[Login] = []

    def spend(self, stretch: Stretch) -> None:
        super().spend(stretch)
        self.stretches.append(stretch)

    def log_in(self, login: Login) -> None:
        super().log_in(login)
        self.logins.append(login)


def follow(shift: Shift, grain: Grain = Grain.MILLISECOND) -> Fold:
    """Have a fold observe what happens from now on."""
    fold = Fold(Watched(), grain)
    shift.observers.append(fold.take)
    return fold


def tally_of(fold: Fold) -> Watched:
    assert isinstance(fold.book, Watched)
    return fold.book


def rebuilt(rows: Iterable[JournalRow], until: float, grain: Grain = Grain.MILLISECOND) -> Fold:
    """Fold rows, as a report does."""
    fold = Fold(Watched(), grain)
    for step in in_steps(rows):
        fold.take(step)
    fold.cut(until)
    return fold


def from_file(path: Path, until: float, grain: Grain = Grain.MILLISECOND) -> Fold:
    """Fold a journal on disk, read by itself."""
    with JournalReader.open(path) as reader:
        return rebuilt(reader.rows(), until, grain)


def total(tally: Tally) -> Counts:
    whole = Counts()
    for counts in tally.cells.values():
        whole.add(counts)
    return whole


def of(tally: Tally, **wanted: str) -> Counts:
    """Add up the cells whose key has these values."""
    whole = Counts()
    for (_, key), counts in tally.cells.items():
        if all(getattr(key, name) == value for name, value in wanted.items()):
            whole.add(counts)
    return whole


def serve(shift: Shift, call: CallId, *, talk: float) -> AgentId:
    """Have the call answered at once and talk; the caller hangs up."""
    agent = shift.answer(call)
    shift.wait(talk)
    shift.post(events.ConversationEnded(call=call, agent=agent, by=events.Party.CALLER))
    shift.hang_up(call)
    return agent


def hand_over(shift: Shift, call: CallId, agent: AgentId, to: AgentId) -> None:
    """Have an agent consult a colleague for five seconds, and hand the caller over."""
    asked = CallId(f"{call}-c1")
    shift.post(
        events.AgentDialled(
            call=asked,
            agent=agent,
            tenant=plan().tenant,
            client=ClientId(""),
            number="201",
            channel=f"{call}.1",
            leg=f"{call}.1",
            kind=Kind.CONSULT,
            node=NODE,
            origin=call,
        )
    )
    shift.post(events.CallDirected(call=asked, agent=to))
    shift.answer(asked)
    shift.wait(5)
    shift.post(events.CallHandedOver(call=call, agent=agent, to_agent=to, consult=asked))
    shift.post(events.CallEnded(call=asked, by=events.Party.AGENT, cause="handed over"))


def untiled(tally: Watched, until: int) -> list[str]:
    """Return where the agents' stretches do not tile their log-ins."""
    found = [str(fault) for fault in tally.tiling.faults]
    for login in tally.logins:
        ends = until if login.ends is None else login.ends
        mine = [
            one
            for one in tally.stretches
            if one.agent == login.agent and login.begins <= one.begins and one.ends <= ends
        ]
        at = login.begins
        for one in mine:
            if one.begins != at:
                found.append(f"{one.agent}: {at} to {one.begins}")
            at = one.ends
        if at != ends:
            found.append(f"{login.agent}: {at} to {ends}")
    told = sum(one.length for one in tally.stretches)
    here = sum((until if one.ends is None else one.ends) - one.begins for one in tally.logins)
    return found if told == here else [*found, f"{told} ms told, {here} ms logged in"]
