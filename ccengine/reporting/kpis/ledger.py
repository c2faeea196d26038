"""The ledger of agents' time: each millisecond of each log-in once, and whose it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from typing_extensions import override

from ccengine.reporting.kpis.facts import Book, Doing, Login, Ms, Part, Stretch
from ccengine.reporting.kpis.formulas import Unit, in_unit, rounded
from ccengine.reporting.kpis.splitting import percentages
from ccengine.reporting.kpis.tiling import Fault, Tiling, verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ccengine.core.ids import AgentId, ClientId
    from ccengine.reporting.kpis.splitting import Splitter


@dataclass(slots=True)
class Ledger(Book):
    """What agents did from one instant until before another.

    Args:
        begins: the first instant.
        ends: the first one after it.
    """

    begins: Ms
    ends: Ms
    stretches: list[Stretch] = field(default_factory=list)  #: in the order in which they ended
    logins: list[Login] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)  #: talks that began in this time

    @override
    def spend(self, stretch: Stretch) -> None:
        begins, ends = max(stretch.begins, self.begins), min(stretch.ends, self.ends)
        if begins < ends:
            self.stretches.append(replace(stretch, begins=begins, ends=ends))

    @override
    def log_in(self, login: Login) -> None:
        self.logins.append(login)

    @override
    def talk(self, part: Part) -> None:
        if self.begins <= part.started < self.ends:
            self.parts.append(part)

    def only(self, agents: Collection[str], teams: Collection[str] | None = None) -> Ledger:
        """Return the part that is about some agents, or some teams of theirs."""

        def wanted(agent: str, team: str) -> bool:
            return agent in agents and (teams is None or team in teams)

        return Ledger(
            self.begins,
            self.ends,
            [one for one in self.stretches if wanted(one.agent, one.team)],
            [one for one in self.logins if one.agent in agents],
            [one for one in self.parts if wanted(one.agent, one.team)],
        )

    def within(self, until: Ms) -> list[tuple[AgentId, Ms, Ms]]:
        """Return the parts of log-ins that are in this time.

        Args:
            until: when those end that go on.
        """
        found = []
        for login in self.logins:
            ends = until if login.ends is None else login.ends
            begins, ends = max(login.begins, self.begins), min(ends, self.ends)
            if begins < ends:
                found.append((login.agent, begins, ends))
        return found

    def faults(self, until: Ms) -> list[str]:
        """Return each gap and each overlap; none: the stretches tile the log-ins."""
        mine: defaultdict[AgentId, list[Stretch]] = defaultdict(list)
        for stretch in sorted(self.stretches, key=lambda one: (one.begins, one.ends)):
            mine[stretch.agent].append(stretch)
        here: defaultdict[AgentId, list[tuple[Ms, Ms]]] = defaultdict(list)
        for agent, begins, ends in sorted(self.within(until)):
            here[agent].append((begins, ends))
        return [
            str(one)
            for agent in sorted({*mine, *here})
            for one in _faults(agent, here[agent], mine[agent])
        ]


def _faults(
    agent: AgentId, logins: Sequence[tuple[Ms, Ms]], stretches: Sequence[Stretch]
) -> list[Fault]:
    """Walk through log-ins and stretches together."""
    tiling, place = Tiling(), 0
    for begins, ends in logins:
        login = Login(agent=agent, begins=begins, ends=ends)
        tiling.log_in(login)
        while place < len(stretches) and stretches[place].begins < ends:
            tiling.spend(stretches[place])
            place += 1
        tiling.log_out(login)
    without_login = [Fault(agent, one.ends, one.begins) for one in stretches[place:]]
    return tiling.faults + without_login


def hours(time: Ms) -> str:
    """Return a time in hours."""
    return rounded(in_unit(Fraction(time), Unit.HOURS), 2)


@dataclass(slots=True)
class Kept:
    """A ledger of some days, and how well it was kept."""

    ledger: Ledger  #: which is whole: nothing is told to it any more
    until: Ms  #: when time that goes on was cut
    faults: list[str] = field(init=False)  #: each gap and each overlap

    def __post_init__(self) -> None:
        self.faults = self.ledger.faults(self.until)

    def only(self, agents: Collection[str]) -> Kept:
        """Return the part that is about some agents."""
        return Kept(self.ledger.only(agents), self.until)

    @property
    def told(self) -> str:
        """What the check says."""
        logins = self.ledger.within(self.until)
        agents = {agent for agent, _, _ in logins}
        here = hours(sum(ends - begins for _, begins, ends in logins))
        return f"{len(agents)} agents, {len(logins)} log-ins, {here} h: {verdict(self.faults)}"


def share_check(parts: Iterable[Account], stretches: Iterable[Stretch]) -> str:
    """Return whether all shares come to all of the agents' time."""
    totals = {str(place): account.total for place, account in enumerate(parts)}
    shared, whole = sum(totals.values()), sum(stretch.length for stretch in stretches)
    percent = sum(percentages(totals).values())
    told = f"shares: {hours(shared)} of {hours(whole)} h, {percent} %"
    return told if shared == whole else f"{told}: {whole - shared} ms too few"


@dataclass(slots=True)
class Account:
    """One client's time, or one agent's."""

    own: dict[Doing, Ms] = field(default_factory=lambda: defaultdict(int))
    shared: dict[Doing, Ms] = field(default_factory=lambda: defaultdict(int))  #: given by the rule

    @property
    def total(self) -> Ms:
        """All of it."""
        return sum(self.own.values()) + sum(self.shared.values())


def accounts(stretches: Iterable[Stretch], splitter: Splitter) -> dict[ClientId, Account]:
    """Return each client's time. Together it is all time, to the millisecond."""
    found: dict[ClientId, Account] = {}
    for stretch in stretches:
        for client, part in splitter.share(stretch).items():
            account = found.setdefault(client, Account())
            (account.own if stretch.client else account.shared)[stretch.doing] += part
    return {client: found[client] for client in sorted(found)}


def by_agent(stretches: Iterable[Stretch]) -> dict[AgentId, Account]:
    """Return each agent's time, all of it as their own."""
    found: dict[AgentId, Account] = {}
    for stretch in stretches:
        found.setdefault(stretch.agent, Account()).own[stretch.doing] += stretch.length
    return {agent: found[agent] for agent in sorted(found)}
