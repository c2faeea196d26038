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
LANGUAGES = "clients/nour/flows/languages.yaml"
UK_PROMPTS = "clients/nour/prompts/uk/prompts.yaml"
RECORDED = "clients/nour/prompts/uk/recorded.yaml"
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
    needs: str = ""  #: a package without which it is not told


def step(
    name: str,
    new: str,
    says: str,
    at: str = "",
    *,
    beside: int = 0,
    told_in: str = "",
    **others: str,
) -> Broken:
    """A step `extra` in Nour's menu, led to by key 3."""
    return Broken(
        name,
        FLOW,
        CHOICES,
        "digits: {1: billing, 2: technical, 3: extra}",
        says,
        at or "  extra:",
        files={"+extra": new, **others},
        told_in=told_in,
        beside=beside,
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
    Broken("a phrase that is never heard", FLOW, CHOICES, f"{CHOICES}\n    speech:\n      en:\n"
           "        1: billing\n        2: [a fault, teknical support]",
           "'teknical support' is never heard: the recogniser does not know 'teknical'",
           "2: [a fault", needs="pocketsphinx"),
    step("phrases in a language nobody understands", "extra: {menu: closed, digits: {1: menu}, "
         "no_input: goodbye, speech: {ar: {1: billing}}}", "understood who speaks 'ar'"),
    step("an option to nowhere", "extra: {menu: closed, digits: {1: menu, 2: sails}, "
         "no_input: goodbye}", "step 'extra' leads to no step 'sails'"),
    step("a round that only counts", "extra: {count: rounds, next: look}\n  look: {branch: rounds, "
         "at_least: {9: goodbye}, otherwise: again}\n  again: {set: {x: y}, next: extra}",
         "goes round for ever: extra → look → again → extra"),
    step("a callback that is offered for ever", "extra: {callback: billing, otherwise: extra}",
         "goes round for ever: extra → extra", beside=1),  # and nobody is called back
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
    Broken("a copy of a secret in the queue", FLOW, "  billing: {enqueue: billing}",
           "  billing: {collect: closed, into: pin, secret: yes, next: copy, no_input: copy}\n"
           "  copy: {set: {kept: 'no. {pin}'}, next: wait}\n"
           "  wait: {enqueue: billing, show: {Pin: '{kept}'}}",
           "'kept' is secret, and would be shown", "wait: {enqueue"),
    Broken("a secret that a called flow gives back", "clients/nour/flows/verify.yaml",
           'give_back: {why: "{why}"}', 'give_back: {why: "{why} {typed}"}',
           "'why' is secret, and would be shown", "marked: {enqueue",
           told_in="clients/nour/flows/self-service.yaml"),
    Broken("a secret in the queue", FLOW, "  billing: {enqueue: billing}",
           "  billing: {collect: closed, into: pin, secret: yes, next: wait, no_input: wait}\n"
           "  wait: {enqueue: billing, show: {PIN: 'it is {pin}'}}",
           "'pin' is secret, and would be shown", "wait: {enqueue"),
    step("a lookup that is not there", "extra: {lookup: caller, found: menu, none: menu, "
         "otherwise: goodbye}", "no lookup 'caller'"),
    step("a submission that is not there", "extra: {submit: cancel, next: goodbye, "
         "otherwise: goodbye}", "no submission 'cancel'"),
    step("a lookup without its fallback", "extra: {lookup: caller, found: menu, none: menu}",
         "'otherwise' is missing"),
    step("a flow that is not there", "extra: {call: ask-who, next: goodbye}", "no flow 'ask-who'"),
    step("a flow that calls itself", "extra: {call: main, next: goodbye}",
         "flows call one another in a circle: main → main"),
    step("a value given back to nobody", "extra: {give_back: {}}", "nobody takes what step"),
    step("a language nobody speaks", "extra: {language: closed, digits: {1: de}, next: goodbye}",
         "does not speak 'de'"),
    Broken("a language of other clients", NOUR, "languages: [ar, en, fa, uk, es, fr]",
           "languages: [ar, en, fa, es, fr]", "does not speak 'uk'", "4: uk",
           told_in=LANGUAGES, beside=1),  # and self-service.yaml
    Broken("a language whose prompts are missing", VIP, "start: vip\nsteps:",
           "start: ask\nsteps:\n  ask: {language: greeting, digits: {1: en}, next: vip}",
           "prompt 'greeting' is missing in 'en'", "ask: {", beside=2),  # and the queue's
    Broken("a prompt that one of six languages lacks", UK_PROMPTS, "main-menu:", "main-manu:",
           "prompt 'main-menu' is missing in 'uk'", "menu: main-menu", told_in=LANGUAGES),
    Broken("a recording that is not there", UK_PROMPTS, "main-menu:", "main-menu:",
           "there is no recording 'main-menu.wav'", "main-menu",
           files={RECORDED: "main-menu: Words as they were\n"}, told_in=RECORDED),
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
SUB_FILE = "clients/nour/flows/ask-who.yaml"
ASKS = "extra: {call: ask-who, give: {who: x}, into: {order: number}, next: goodbye}"

CALLED = (
    step("a parameter that is not given", "extra: {call: ask-who, next: goodbye}",
         "is not given its value 'who'", **{SUB_FILE: GIVES}),
    step("a parameter that is not wanted", "extra: {call: ask-who, give: {who: x, woh: y}, "
         "next: goodbye}", "wants no value 'woh'", **{SUB_FILE: GIVES}),
    step("a result that is not given back", "extra: {call: ask-who, give: {who: x}, "
         "into: {a: order}, next: goodbye}", "gives back no value 'order'", **{SUB_FILE: GIVES}),
    step("a flow that never comes back", "extra: {call: ask-who, give: {who: x}, next: after}\n"
         "  after: {hang_up: normal}", "no way leads to step 'after'", "after:",
         **{SUB_FILE: SUB + "  ask: {hang_up: busy}\n"}),
    step("a flow that knows what only its caller knows", ASKS, "no step learns a value 'order'",
         "ask: {set", told_in=SUB_FILE,
         **{SUB_FILE: GIVES.replace("'{who}'", "'{who} {order}'").replace("set: {order", "set: {x")
            .replace("number: '{order}'", "number: '{x}'")}),
    step("a result that nobody learned", ASKS, "no step learns a value 'ordr'", "give_back",
         told_in=SUB_FILE, **{SUB_FILE: GIVES.replace("number: '{order}'", "number: '{ordr}'")}),
    step("a value given on that nobody learned", ASKS.replace("who: x", "who: '{cutomer}'"),
         "no step learns a value 'cutomer'", **{SUB_FILE: GIVES}),
    step("a result in place of what every call knows", ASKS.replace("into: {order:",
         "into: {caller:"), "'caller' is what every call knows", **{SUB_FILE: GIVES}),
    step("a parameter that every call has", ASKS.replace("give: {who: x}, ", ""),
         "'caller' is what every call knows", "parameters: [caller]", told_in=SUB_FILE,
         **{SUB_FILE: GIVES.replace("[who]", "[caller]").replace("{who}", "{caller}")}),
    step("flows that call each other", "extra: {call: ask-who, give: {who: x}, next: goodbye}",
         "flows call one another in a circle: ask-who → main → ask-who", "more: {call",
         told_in=SUB_FILE, **{SUB_FILE: GIVES.replace(
             "next: back}", "next: more}\n  more: {call: main, next: back}")}),
    Broken("a parameter that no number gives", FLOW, "start: hours",
           "parameters: [who]\nstart: hours", "nobody gives the flow its value 'who'",
           "parameters:"),
    Broken("a flow that nothing leads to", NOUR, "{flow: closed-line", "{flow: main",
           "nothing leads to flow 'closed-line'", "start:",
           told_in="clients/nour/flows/closed-line.yaml", is_warning=True),
    step("a round over two flows, and a value", "extra: {call: ask-who, give: {who: x}, "
         "next: look}\n  look: {branch: caller, empty: goodbye, otherwise: extra}",
         "goes round for ever: extra → look → extra", **{SUB_FILE: GIVES}),
    step("a round over two flows", "extra: {call: ask-who, give: {who: x}, next: extra}",
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
    Broken("an agent's number that is another's phone", TENANT, "number: 302", "number: 203",
           "number 203 of agent 'omar' is a phone that is not theirs", "number: 203\n    phone"),
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

WHO = "known_callers: {lookup: callers}"
CALLERS = "callers: {table: {file: callers.csv, key: caller}}"
TABLE = "clients/dnipro/callers.csv"
KNOWN = "clients/dnipro/flows/known-callers.yaml"
SHOP = "\ndatabases: {shop: {file: shop.sqlite}}"


def lookup(
    name: str, new: str, says: str, told_in: str = "", at: str = "", beside: int = 0
) -> Broken:
    """Dnipro's lookup as it should not be."""
    at = at or "  callers: {"
    return Broken(
        name, DNIPRO, CALLERS, f"callers: {new}", says, at, told_in=told_in, beside=beside
    )


LOOKUPS = (
    lookup("a lookup asked in two ways", "{table: {file: callers.csv, key: caller}, agi: {host: a, "
           "script: b}}", "asked in more than one way"),
    lookup("a lookup that asks nobody", "{retries: 2}", "does not say whom to ask"),
    lookup("a table that is not there", "{table: {file: caller.csv, key: caller}}",
           "'caller.csv' is missing"),
    lookup("a table elsewhere", "{table: {file: ../nour/callers.csv, key: caller}}",
           "no file beside client.yaml"),
    lookup("a column that is not there", "{table: {file: callers.csv, key: callr}}",
           "no column 'callr'", TABLE, "caller,kind"),
    lookup("a column to be taken that is not there", "{table: {file: callers.csv, key: caller}, "
           "answer: {kind: $.knd, name: $.name, level: $.level}}", "no column 'knd'"),
    Broken("a row of five", TABLE, "Oksana Lysenko", "Oksana, Lysenko",
           "5 values, and there are 4 columns", "Oksana"),
    Broken("a caller twice", TABLE, "380671110001", "380440000666", "in line 2 already", "Oksana"),
    Broken("a quote without an end", TABLE, "Oksana Lysenko", '"Oksana Lysenko', "broken CSV",
           "Oksana"),
    lookup("an address of no web", "{http: {url: 'ftp://crm.example/'}}", "cannot be used"),
    lookup("a host that a caller chooses", "{http: {url: 'https://{caller}.example/'}}",
           "no field before its path"),
    lookup("an address with a password", "{http: {url: 'https://me:pw@crm.example/'}}",
           "holds no password"),
    lookup("a brace too many in it", "{http: {url: 'https://crm.example/{caller'}}", "brace"),
    lookup("a value that it is not given", "{http: {url: 'https://crm.example/{customer}'}}",
           "'callers' is not given its value 'customer'", KNOWN, "lookup: callers", beside=1),
    lookup("callers who are known by more than their number",
           "{http: {url: 'https://crm.example/{caller}/{queue_wait}'}}",
           "wants 'queue_wait', and only the caller is known", at="known_callers: {"),
    Broken("callers who are known by no lookup", DNIPRO, WHO, "known_callers: {lookup: caller}",
           "no lookup 'caller'", "known_callers: {"),
    Broken("callers who are known by no value", DNIPRO, WHO,
           "known_callers:\n  lookup: callers\n  value: knd",
           "lookup 'callers' answers no value 'knd'", "value: knd"),
    lookup("a lookup that deletes", "{http: {url: 'https://crm.example/', method: DELETE}}",
           "a lookup changes nothing"),
    lookup("a token for all to read", "{http: {url: 'http://crm.example/', token: crm}}",
           "anybody on the way"),
    lookup("a header of ours", "{http: {url: 'https://crm.example/', headers: {Host: x}}}",
           "'Host' cannot be a header"),
    lookup("a path to nowhere", "{http: {url: 'https://crm.example/'}, answer: {kind: kind, "
           "name: $.name, level: $.level}}", "leads to no part of an answer"),
    lookup("a wait for ever", "{table: {file: callers.csv, key: caller}, deadline_seconds: 60}",
           "'deadline_seconds' cannot be '60'"),
    lookup("a database that is not there", "{sql: {database: shop, query: SELECT kind FROM t}}",
           "no database 'shop'"),
    lookup("a lookup that writes", "{sql: {database: shop, query: DELETE FROM t}}" + SHOP,
           "may only SELECT"),
    lookup("two statements", "{sql: {database: shop, query: SELECT 1; SELECT 2}}" + SHOP,
           "more than one statement"),
    lookup("a statement that is not there", "{sql: {database: shop, query: who.sql}}" + SHOP,
           "'who.sql' is missing"),
    lookup("a database in two places", "{table: {file: callers.csv, key: caller}}\n"
           "databases: {shop: {file: a, secret: b}}", "either 'file' or 'secret'",
           at="databases: {"),
    lookup("a submission that only asks", "{table: {file: callers.csv, key: caller}}\n"
           "submissions: {cancel: {http: {url: 'https://crm.example/'}}}",
           "a submission changes something", at="submissions: {"),
    Broken("a value that it wants not", KNOWN, "lookup: callers", "lookup: callers\n    "
           "give: {order: '1'}", "'callers' wants no value 'order'", "give:"),
    Broken("a value that it answers not", KNOWN, "level: level}", "level: levl}",
           "lookup 'callers' answers no value 'levl'", "levl"),
    Broken("a PIN for all to read", NOUR, "identity: {sql: {database: shop, query: identity.sql}}",
           "identity: {http: {url: 'http://crm.example/', method: POST, body: {customer: "
           "'{customer}', typed: '{typed}'}}}", "'typed' is secret, and anybody on the way",
           "check: {lookup", told_in="clients/nour/flows/verify.yaml"),
    Broken("a secret in a table", KNOWN, "start: who\nsteps:", "start: ask\nsteps:\n"
           "  ask: {collect: greeting, into: pin, secret: yes, next: look, no_input: busy}\n"
           "  look: {lookup: callers, give: {caller: '{pin}'}, found: who, none: who, "
           "otherwise: who}",
           "'pin' is secret, and would be written down", "look: {"),
)  # fmt: skip

SURVEY = "clients/nour/flows/survey.yaml"
ASK = (
    "ask: {survey: survey-ask, comment: survey-comment, bad_input_prompt: wrong-key, next: thanks, "
    "no_input: goodbye}"
)
ON = "survey: {flow: survey"


def leads_on(name: str, step: str, beside: int = 0) -> Broken:
    """A survey that goes on with the call."""
    new = f"{ASK.replace('no_input: goodbye', 'no_input: more')}\n  more: {step}"
    return Broken(name, SURVEY, ASK, new, "step 'more' leads on", "more: {", beside=beside)


SURVEYS = (
    Broken("a survey by no flow", NOUR, ON, "survey: {flow: survy", "unknown flow 'survy'",
           "survy"),
    Broken("more than all are asked", NOUR, "low: 2", "low: 2, percent: 120", "percent", ON),
    Broken("less than nobody is asked", NOUR, "low: 2", "low: 2, percent: -1", "percent", ON),
    Broken("a score lower than any", NOUR, "low: 2", "low: 0", "low", ON),
    Broken("a score higher than any", NOUR, "low: 2", "low: 6", "low", ON),
    Broken("low scores that nobody is told", NOUR, "owner: Rania Haddad, ", "",
           "'owner' is missing", ON),
    Broken("an owner without a name", NOUR, "owner: Rania Haddad", "owner: ' '",
           "are told to nobody", ON),
    Broken("a wish that nobody asks for", NOUR, "opt_in: survey_wish", "opt_in: survey_whish",
           "keeps a value 'survey_whish': nobody is asked", ON),
    Broken("a wish that is kept nowhere", "clients/nour/flows/languages.yaml",
           '{survey_wish: "yes"}, next', '{survey_wish: "yes"}, secret: yes, next',
           "keeps a value 'survey_wish': nobody is asked", ON, told_in=NOUR),
    Broken("a survey without a score", SURVEY, ASK, "ask: {play: survey-ask, next: thanks}",
           "flow 'survey' asks for no score", ON, told_in=NOUR),
    leads_on("a survey into a queue", "{enqueue: billing}"),
    leads_on("a survey to a number", "{transfer: '1'}", beside=1),
    leads_on("a survey into voicemail", "{voicemail: billing}", beside=1),
    step("a survey before the talk", "extra: {survey: closed, next: goodbye, no_input: goodbye}",
         "nobody has talked yet"),
)  # fmt: skip

ZOO = (*FLOWS, *CALLED, *TENANTS, *LOOKUPS, *SURVEYS)
