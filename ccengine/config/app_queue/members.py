"""Members of app_queue's queues, as agents: static ones, and those who joined while it ran."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.config.app_queue.conf import Setting
from ccengine.config.names import is_name
from ccengine.config.problems import Problem
from ccengine.core.ids import AgentId, ClientId, PhoneId
from ccengine.core.plan import AgentSettings
from ccengine.core.queues import Member

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

NAME_LENGTH: Final = 32
FIRST_NUMBER: Final = 9001
EXTENSION: Final = re.compile(r"(?:hint:|[A-Za-z0-9]+/)(?:[A-Za-z_-]*)([0-9]{2,8})(?:@.*|/n)?")
PERSISTENT: Final = re.compile(r"/Queue/PersistentMembers/(\S+)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True)
class MemberLine:
    """What one line says of a member."""

    setting: Setting
    interface: str
    penalty: int = 0
    name: str = ""
    state_interface: str = ""
    ringinuse: str = ""
    wrap_up: str = ""
    paused: str = ""


def member_line(setting: Setting) -> MemberLine:
    """Read `member => interface,penalty,name,state interface,ringinuse,wrapuptime,paused`."""
    words = [word.strip().strip('"') for word in setting.value.split(",")]
    words += [""] * (7 - len(words))
    return MemberLine(
        setting,
        interface=words[0],
        penalty=_number(words[1]),
        name=words[2],
        state_interface=words[3],
        ringinuse=words[4],
        wrap_up=words[5],
        paused=words[6],
    )


def dynamic_members(file: Path, text: str) -> Iterator[tuple[str, MemberLine]]:
    """Yield queue and member of each who joined while Asterisk ran.

    Args:
        file: where the text is from.
        text: what `asterisk -rx 'database show Queue/PersistentMembers'` prints.
    """
    for line, content in enumerate(text.splitlines(), 1):
        found = PERSISTENT.match(content.strip())
        for one in found[2].strip().split("|") if found is not None else ():
            words = [word.strip() for word in one.split(";")] + [""] * 7
            setting = Setting("member", one, file, line)
            is_paused = words[2] not in {"", "0"}
            if found is not None and words[0]:
                yield (
                    found[1],
                    MemberLine(
                        setting,
                        interface=words[0],
                        penalty=_number(words[1]),
                        name=words[3],
                        state_interface=words[4],
                        wrap_up=words[6],
                        paused="yes" if is_paused else "",
                    ),
                )


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else 0


@dataclass(slots=True)
class Staff:
    """Everybody named so far. The same interface is the same person in all queues."""

    client: ClientId
    agents: dict[AgentId, AgentSettings] = field(default_factory=dict)
    phones: list[PhoneId] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _by_interface: dict[str, AgentId] = field(default_factory=dict)

    def member(self, line: MemberLine, *, negative_is_away: bool) -> Member | None:
        """Return the agent's membership; None if they are as good as logged off."""
        setting = line.setting
        if line.penalty < 0 and negative_is_away:
            why = "a negative penalty means logged off there: add them without one"
            self.problems.append(setting.not_carried(why))
            return None
        for text, harmless, why in (
            (line.ringinuse, ("", "no"), "an agent has one call at a time"),
            (line.wrap_up, ("", "0"), "wrap_up_seconds is the queue's, the same for all"),
            (line.paused, ("", "no", "0"), "an agent says so by the not-ready code"),
        ):
            if text.lower() not in harmless:
                self.problems.append(setting.note(f"'{text}' of a member is not carried over", why))
        return Member(agent=self._agent(line), penalty=max(0, line.penalty))

    def _agent(self, line: MemberLine) -> AgentId:
        key = line.interface.lower()
        if key not in self._by_interface:
            self._by_interface[key] = self._add(line)
        return self._by_interface[key]

    def _add(self, line: MemberLine) -> AgentId:
        extension = _extension(line)
        named = line.name if slug(line.name) else f"agent-{extension}"
        agent = AgentId(free_name(named, self.agents, "agent"))
        if any(one.name == line.name for one in self.agents.values()):
            message = f"{line.interface} has the name of another interface, '{line.name}'"
            remedy = f"if it is the same person, remove '{agent}': agents log in where they sit"
            self.problems.append(line.setting.note(message, remedy))
        taken = {one.number for one in self.agents.values()}
        number = extension if extension and extension not in taken else self._free_number(taken)
        phone = PhoneId(extension) if extension and extension not in self.phones else None
        if phone is not None:
            self.phones.append(phone)
        else:
            message = f"{line.interface} is no phone that could be named here"
            remedy = f"'{agent}' logs in on any phone with number {number}, or give them a phone"
            self.problems.append(line.setting.note(message, remedy))
        self.agents[agent] = AgentSettings(
            name=line.name or line.interface, number=number, clients=(self.client,), phone=phone
        )
        return agent

    def _free_number(self, taken: set[str]) -> str:
        number = FIRST_NUMBER
        while str(number) in taken:
            number += 1
        return str(number)


def _extension(line: MemberLine) -> str:
    for text in (line.interface, line.state_interface):
        found = EXTENSION.fullmatch(text)
        if found is not None:
            return found[1]
    return ""


def slug(text: str) -> str:
    """Return what is left of the text in small letters and digits; maybe nothing."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")


def free_name(text: str, taken: Container[str], otherwise: str) -> str:
    """Return a name made of the text that is free and may be a name here."""
    name = slug(text)
    if not is_name(name[:NAME_LENGTH]):
        name = f"{otherwise}-{name}".strip("-")
    name = name[:NAME_LENGTH]
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: NAME_LENGTH - 4]}-{number}"
    return free
