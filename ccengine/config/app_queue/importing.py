"""Makes a tenant's YAML of a queues.conf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import yaml
from typing_extensions import override

from ccengine.config.app_queue.conf import TRUE
from ccengine.config.app_queue.draft import Draft
from ccengine.config.app_queue.members import MemberLine, Staff, free_name, member_line
from ccengine.config.app_queue.options import GENERAL, carry
from ccengine.config.app_queue.rules import Rules
from ccengine.config.problems import Problem, in_order
from ccengine.core.queues import Messages

if TYPE_CHECKING:
    from ccengine.config.app_queue.conf import Conf, Section
    from ccengine.core.ids import ClientId
    from ccengine.core.queues import Member, QueueSettings

LINE_LENGTH: Final = 110
SERVICE_SECONDS: Final = 20
TENANT_HEAD: Final = """\
# Made by `ccengine import`. What is marked so is not in queues.conf: put in what is true.

"""
PLACEHOLDER: Final = "Please stay on the line."
SOUND_REMEDY: Final = (
    "write its words in prompts/en/prompts.yaml, or put {name}.wav (8 kHz, mono, 16 bit) beside it"
)
PLACEHOLDERS: Final = {"name:": "# put in", "languages:": "# put in", "contract:": "# put in"}


@dataclass(frozen=True, slots=True)
class Imported:
    """The text of the files, and what could not be carried over."""

    tenant: str
    client: str
    prompts: str  #: in English; empty if there are none
    queues: int
    notes: tuple[Problem, ...]


def import_queues(
    conf: Conf,
    client: ClientId,
    joined: Iterable[tuple[str, MemberLine]] = (),
    rules: Conf | None = None,
) -> Imported:
    """Return tenant.yaml, client.yaml and the client's prompts.

    Args:
        conf: as read.
        client: whose queues they become.
        joined: queue and member of each who joined while Asterisk ran.
        rules: queuerules.conf as read, if there is one.
    """
    maker = _Maker(client, Rules(rules))
    late: dict[str, list[MemberLine]] = {}
    for queue, line in joined:
        late.setdefault(queue, []).append(line)
    maker.take_general(conf)
    for section in conf.queues():
        maker.add(section, late.pop(section.name, []))
    for queue, lines in late.items():
        setting = lines[0].setting
        message = f"there is no queue '{queue}': its {len(lines)} members are left out"
        maker.notes.append(setting.note(message, "add the queue to queues.conf"))
    told = [
        *maker.rules.problems,
        *maker.rules.unused(),
        *([] if rules is None else rules.problems),
    ]
    return Imported(
        tenant=_tenant_text(maker.staff),
        client=_client_text(maker),
        prompts=_prompts_text(maker.sounds),
        queues=len(maker.queues),
        notes=in_order([*conf.problems, *maker.notes, *maker.staff.problems, *told]),
    )


class _Maker:
    def __init__(self, client: ClientId, rules: Rules) -> None:
        self.client = client
        self.rules = rules
        self.staff = Staff(client)
        self.queues: dict[str, QueueSettings] = {}
        self.sounds: dict[str, str] = {}  #: by the name of the prompt that stands for it
        self.notes: list[Problem] = []
        self._negative_is_away = False

    def take_general(self, conf: Conf) -> None:
        section = conf.sections.get("general")
        if section is None:
            return
        settings = section.last()
        away = settings.get("negative_penalty_invalid")
        self._negative_is_away = away is not None and away.value.lower() in TRUE
        draft = Draft()
        for setting in settings.values():
            if setting.key in GENERAL:
                carry(draft, setting)
            else:
                why = "Asterisk does not read it in [general]: use a template"
                self.notes.append(setting.not_carried(why))
        self.notes += draft.problems

    def add(self, section: Section, joined: list[MemberLine]) -> None:
        draft = Draft()
        for setting in section.last().values():
            carry(draft, setting)
        self.notes += draft.problems
        lines = [member_line(setting) for setting in section.all_of("member")]
        members = self._members([*lines, *joined])
        if not members:
            message = f"[{section.name}] is left out: it has no members, and nobody could answer it"
            remedy = "give those who join while it runs with --members, or add 'member =>' lines"
            self.notes.append(section.note(message, remedy))
            return
        name = free_name(section.name, self.queues, "queue")
        if name != section.name:
            message = f"[{section.name}] is called '{name}' here"
            self.notes.append(section.note(message, "names are small letters, digits, '-' and '_'"))
        messages = replace(Messages(), **draft.messages, prompts=self._prompts(draft))
        settings = replace(draft.settings(), members=members, messages=messages)
        rule = section.last().get("defaultrule")
        self.queues[name] = settings if rule is None else self.rules.apply(settings, rule)

    def _prompts(self, draft: Draft) -> tuple[str, ...]:
        """Return the prompts that stand for sounds of Asterisk's, which are not to be had here."""
        if "every_seconds" not in draft.messages:
            for setting, _ in draft.sounds[:1]:
                why = "it is never heard, as 'periodic-announce-frequency' is 0"
                self.notes.append(setting.not_carried(why))
            return ()
        names: list[str] = []
        for setting, sound in draft.sounds:
            known = next((name for name, one in self.sounds.items() if one == sound), None)
            name = known or free_name(sound.rpartition("/")[2], self.sounds, "message")
            if known is None:
                self.sounds[name] = sound
                message = f"the sound '{sound}' is not read: prompt '{name}' is a placeholder"
                self.notes.append(setting.note(message, SOUND_REMEDY.format(name=name)))
            names.append(name)
        return tuple(dict.fromkeys(names))

    def _members(self, lines: Iterable[MemberLine]) -> tuple[Member, ...]:
        found: dict[str, Member] = {}
        for line in lines:
            member = self.staff.member(line, negative_is_away=self._negative_is_away)
            if member is not None:
                found[member.agent] = member
        return tuple(found.values())


def _tenant_text(staff: Staff) -> str:
    content = {
        "name": "Imported",
        "languages": {"en": {"voice": "en-gb"}},
        "agents": {name: written(agent) for name, agent in staff.agents.items()},
        "phones": {phone: {} for phone in staff.phones},
    }
    return TENANT_HEAD + _marked(_yaml(content))


def _client_text(maker: _Maker) -> str:
    promises = [one.promise_seconds for one in maker.queues.values() if one.promise_seconds]
    service = {
        "percent": 80,
        "seconds": int(min(promises, default=SERVICE_SECONDS)),
        "formula": "answered",
    }
    contract = {
        "from": "2000-01-01",
        "until": "2099-12-31",
        "zone": "UTC",
        "currency": "EUR",
        "service_level": service,
    }
    content = {
        "name": str(maker.client),
        "contract": contract,
        "languages": ["en"],
        "queues": {name: written(queue) for name, queue in maker.queues.items()},
    }
    return TENANT_HEAD + _marked(_yaml(content))


def _prompts_text(sounds: Mapping[str, str]) -> str:
    named = {name: "".join(filter(str.isprintable, sound)) for name, sound in sounds.items()}
    rows = [f"{name}: {PLACEHOLDER}  # put in: what {one} says" for name, one in named.items()]
    return "".join([TENANT_HEAD, *(f"{row}\n" for row in rows)]) if rows else ""


def written(value: Any) -> Any:
    """Return a value of the schema as YAML has it, without what is so by default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: written(own)
            for one in fields(value)
            if (own := getattr(value, one.name)) != one.default and own not in ({}, ())
        }
    if isinstance(value, Mapping):
        return {str(key): written(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [written(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float) else str(value)


class _PlainDumper(yaml.SafeDumper):
    """Writes equal things out each time: our reader takes no references."""

    @override
    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _yaml(content: object) -> str:
    return yaml.dump(
        content,
        Dumper=_PlainDumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=LINE_LENGTH,
    )


def _marked(text: str) -> str:
    lines = []
    for line in text.splitlines():
        mark = next((mark for key, mark in PLACEHOLDERS.items() if line.startswith(key)), "")
        lines.append(f"{line}  {mark}" if mark else line)
    return "\n".join(lines) + "\n"
