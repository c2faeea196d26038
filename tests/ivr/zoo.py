"""Broken tenants: small changes to the demo, each with the message it must lead to, and where.

Each is one mistake that somebody can really make in an editor; exactly one thing must be said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TENANT = "tenant.yaml"
NOUR = "clients/nour/client.yaml"
DNIPRO = "clients/dnipro/client.yaml"
FLOW = "clients/nour/flows/main.yaml"
VIP = "clients/dnipro/flows/vip.yaml"
CHOICES = "digits: {1: billing, 2: technical}"
HANG_UP = "  goodbye: {hang_up: normal}"


@dataclass(frozen=True)
class Broken:
    """One of them."""

    name: str
    file: str  #: changed, and told of
    old: str
    new: str
    says: str
    at: str  #: text on the line that is told
    files: Mapping[str, str] = field(default_factory=dict)  #: new ones
    told_in: str = ""  #: another file than the changed one
    line: int = 0  #: instead of `at`
    beside: int = 0  #: things that are told, too
    is_warning: bool = False


def step(name: str, new: str, says: str, at: str = "", **others: str) -> Broken:
    """A step `extra` in Nour's menu, led to by key 3."""
    return Broken(
        name,
        FLOW,
        CHOICES,
        "digits: {1: billing, 2: technical, 3: extra}",
        says,
        at or "  extra:",
        files={"+extra": new, **others},
    )


FLOWS = (
    step("a step that leads nowhere", "extra: {play: closed, next: goodby}", "leads to no step"),
    step("a prompt nobody wrote", "extra: {play: clsoed, next: goodbye}", "'clsoed' is missing"),
    step("a queue that is not there", "extra: {enqueue: biling}", "no queue 'biling'"),
    step("hours that are not there", "extra: {hours: noon, open: menu, closed: goodbye}", "'noon'"),
    step("an unknown kind of step", "extra: {pley: closed, next: goodbye}", "unknown kind: 'pley'"),
    step("a step of two kinds", "extra: {play: closed, hang_up: normal}", "of two kinds"),
    step("a step without its next", "extra: {play: closed}", "'next' is missing"),
    step("a key of no telephone", "extra: {menu: closed, digits: {12: menu}, no_input: goodbye}",
         "'12' is no key"),
    step("a phrase that is no words", "extra: {menu: closed, digits: {1: menu}, no_input: goodbye, "
         "speech: {en: {1: 'a (b)'}}}", "cannot be listened for"),
    step("a phrase for a key of no menu", "extra: {menu: closed, digits: {1: menu}, "
         "no_input: goodbye, speech: {en: {2: billing}}}", "key '2', which leads nowhere"),
    step("a phrase for two keys", "extra: {menu: closed, digits: {1: menu, 2: menu}, "
         "no_input: goodbye, speech: {en: {1: [pay, bill], 2: [bill]}}}", "'bill' is said for key"),
    step("phrases in a language nobody understands", "extra: {menu: closed, digits: {1: menu}, "
         "no_input: goodbye, speech: {ar: {1: billing}}}", "understood who speaks 'ar'"),
    step("a menu for ever", "extra: {menu: closed, digits: {1: menu}, no_input: extra}",
         "goes round for ever: extra → extra"),
    step("too many attempts", "extra: {menu: closed, digits: {1: menu}, no_input: goodbye, "
         "attempts: 99}", "'attempts' cannot be '99'"),
    step("a wait longer than the flow", "extra: {collect: closed, into: x, next: menu, "
         "no_input: goodbye, attempts: 10}", "may wait 650 s, and the whole flow has 600 s"),
    step("a value that nobody learns", "extra: {branch: ordr, otherwise: goodbye}",
         "no step learns a value 'ordr'"),
    step("the same in a text", "extra: {set: {text: 'order {ordr}'}, next: goodbye}",
         "no step learns a value 'ordr'"),
    step("a brace too many", "extra: {set: {text: 'order {'}, next: goodbye}", "brace"),
    step("a value that every call has", "extra: {set: {caller: me}, next: goodbye}",
         "'caller' is what every call knows"),
    step("a value with a bad name", "extra: {set: {Order-No: x}, next: goodbye}",
         "cannot be the name of a value"),
    step("a secret on the screen", "extra: {set: {pin: x}, next: goodbye, secret: yes, "
         "shown: yes}", "would show the agent what is secret"),
    Broken("a secret in the queue", FLOW, "  billing: {enqueue: billing}",
           "  billing: {collect: closed, into: pin, secret: yes, next: wait, no_input: wait}\n"
           "  wait: {enqueue: billing, show: {PIN: 'it is {pin}'}}",
           "'pin' is secret, and would be shown", "wait: {enqueue"),
    step("a flow that is not there", "extra: {call: verify, next: goodbye}", "no flow 'verify'"),
    step("a flow that calls itself", "extra: {call: main, next: goodbye}",
         "flows call one another in a circle: main → main"),
    step("a value given back to nobody", "extra: {give_back: {}}", "nobody takes what step"),
    step("a language nobody speaks", "extra: {language: closed, digits: {1: de}, next: goodbye}",
         "does not speak 'de'"),
    Broken("a language of other clients", NOUR, "languages: [ar, en, fa, uk, es, fr]",
           "languages: [ar, en, fa, es, fr]", "does not speak 'uk'", "4: uk",
           told_in="clients/nour/flows/languages.yaml"),
    Broken("a language whose prompts are missing", VIP, "start: vip\nsteps:",
           "start: ask\nsteps:\n  ask: {language: greeting, digits: {1: en}, next: vip}",
           "prompt 'greeting' is missing in 'en'", "ask: {", beside=2),  # and the queue's
    step("a number that may not be called", "extra: {transfer: '97142222222'}",
         "client 'nour' may not call 97142222222"),
    step("a message that is nobody's work", "extra: {voicemail: billing}",
         "messages for queue 'billing' become nobody's work"),
    step("skills nobody has", "extra: {enqueue: billing, skills: {english: 10}}",
         "nobody can answer queue 'billing' with english: 10"),
    step("a skill that is not there", "extra: {enqueue: billing, skills: {klingon: 1}}",
         "no skill 'klingon'"),
    step("an agent of another client", "extra: {enqueue: billing, agents: [taras]}",
         "agent 'taras' is not approved for client 'nour'"),
    step("a kind of digits that there is not", "extra: {collect: closed, into: x, next: menu, "
         "no_input: goodbye, kind: words}", "'words'"),
    Broken("a step nobody comes to", FLOW, HANG_UP, f"{HANG_UP}\n  lost: {{hang_up: busy}}",
           "no way leads to step 'lost'", "lost:"),
    Broken("a start that is not there", FLOW, "start: hours", "start: ours", "no step 'ours'",
           "start: ours"),
    Broken("a way out that is not there", FLOW, "start: hours", "start: hours\notherwise: menus",
           "no step 'menus'", "otherwise: menus"),
    Broken("a flow for ever", FLOW, "start: hours", "start: hours\ntotal_minutes: 999",
           "'total_minutes' cannot be '999'", "total_minutes"),
    Broken("a step twice", FLOW, HANG_UP, f"{HANG_UP}\n  goodbye: {{hang_up: busy}}",
           "'goodbye' is defined twice", "hang_up: busy"),
    Broken("a bracket that is left open", FLOW, HANG_UP, "  goodbye: {hang_up: normal",
           "broken YAML", "", line=14),
    Broken("a tab", FLOW, HANG_UP, "\tgoodbye: {hang_up: normal}", "broken YAML", "\tgoodbye"),
)  # fmt: skip

SUB = "description: asks for an order\nparameters: [who]\nstart: ask\nsteps:\n"
GIVES = (
    SUB + "  ask: {set: {order: '{who}'}, next: back}\n  back: {give_back: {number: '{order}'}}\n"
)
SUB_FILE = "clients/nour/flows/verify.yaml"

CALLED = (
    step("a parameter that is not given", "extra: {call: verify, next: goodbye}",
         "is not given its value 'who'", **{SUB_FILE: GIVES}),
    step("a parameter that is not wanted", "extra: {call: verify, give: {who: x, woh: y}, "
         "next: goodbye}", "wants no value 'woh'", **{SUB_FILE: GIVES}),
    step("a result that is not given back", "extra: {call: verify, give: {who: x}, "
         "into: {a: order}, next: goodbye}", "gives back no value 'order'", **{SUB_FILE: GIVES}),
    step("a flow that never comes back", "extra: {call: verify, give: {who: x}, next: after}\n"
         "  after: {hang_up: normal}", "no way leads to step 'after'", "after:",
         **{SUB_FILE: SUB + "  ask: {hang_up: busy}\n"}),
    step("a round over two flows", "extra: {call: verify, give: {who: x}, next: extra}",
         "goes round for ever: extra → extra", **{SUB_FILE: GIVES}),
)  # fmt: skip

TENANTS = (
    Broken("a number of two clients", DNIPRO, "numbers:", "numbers:\n  600100: {flow: main}",
           "number 600100 is claimed twice: first by client 'dnipro'", "600100", told_in=NOUR),
    Broken("a number written twice", NOUR, "numbers:", 'numbers:\n  "+600300": {flow: main}',
           "number 600300 is claimed twice: first by client 'nour'", "600300: {flow: closed"),
    Broken("a number that is none", NOUR, "numbers:", "numbers:\n  6001OO: {flow: main}",
           "'6001OO' is no telephone number", "6001OO"),
    Broken("a number without a flow", NOUR, "{flow: main, desc", "{flow: mian, desc",
           "'mian'", "mian"),
    Broken("the same number in two forms", NOUR, "numbers:",
           'country: AE\nnumbers:\n  "+97142222222": {flow: main}\n  042222222: {flow: main}',
           "number 042222222 is the same as +97142222222", "  042222222"),
    Broken("a queue nobody can serve", NOUR, "{arabic: 5, technical: 5}", "{ukrainian: 1}",
           "nobody can answer queue 'technical'", "  technical:\n"),
    Broken("an extension twice", NOUR, "extension: 12", "extension: 11",
           "extension 11 of queue 'technical'", "extension: 11\n    skills: {arabic: 5, technical"),
    Broken("an extension that is a phone's", NOUR, "extension: 12", "extension: 201",
           "extension 201 of queue 'technical' is a phone", "extension: 201"),
    Broken("an emergency phone that is not there", NOUR, "[201, 202]", "[201, 209]",
           "unknown phone '209'", "209"),
    Broken("a contract that ends before it begins", NOUR, "until: 2030", "until: 2020",
           "the contract ends (2020-12-31) before", "until: 2020"),
    Broken("a zone that is none", NOUR, "zone: Asia/Dubai", "zone: Asia/Dubay", "Dubay", "Dubay"),
    Broken("two codes that begin alike", TENANT, 'logout: "*72"', 'logout: "*719"',
           "feature code *719 (logout) begins like *71", "*719"),
    Broken("an agent's number twice", TENANT, "number: 302", "number: 301", "number 301",
           "number: 301\n    phone: 202"),
    Broken("a phone of two agents", TENANT, "phone: 202", "phone: 201",
           "phone 201 is the usual phone of 'amira' and 'omar'", "phone: 201\n    team: nour-desk\n"
           "    clients: [nour, dnipro]"),
    Broken("a team that is not there", TENANT, "team: dnipro-desk\n    clients: [dnipro]\n"
           "    skills: {ukrainian: 9", "team: dnipro-dsek\n    clients: [dnipro]\n"
           "    skills: {ukrainian: 9", "unknown team 'dnipro-dsek'", "dnipro-dsek"),
    Broken("a skill without a name", TENANT, "arabic: 9, english: 4", "arabic: 9, englsh: 4",
           "unknown skill 'englsh'", "englsh"),
    Broken("more than anybody can", TENANT, "technical: 9}", "technical: 99}", "99", "99"),
)  # fmt: skip

ZOO = (*FLOWS, *CALLED, *TENANTS)
