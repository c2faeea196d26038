"""Transactions without sockets or clock: given messages at times, what is sent when."""

import itertools

import pytest

from ccengine.phone.dialogs import Origin
from ccengine.phone.messages import Request, Response, answer_to, parse
from ccengine.phone.transactions import (
    T2,
    Answered,
    Asked,
    Happening,
    Send,
    ServerTransaction,
    Stray,
    Transactions,
    Unanswered,
)

PEER = ("192.0.2.1", 5060)
ORIGIN = Origin("a", "192.0.2.2", 5060)


def request(method: str, number: int = 1) -> Request:
    made = ORIGIN.request(method, "sip:b@192.0.2.1", number=number)
    made.headers.add("From", "<sip:a@h>;tag=1")
    made.headers.add("To", "<sip:b@h>")
    made.headers.add("Call-ID", "call")
    return made


def response(to: Request, status: int) -> Response:
    made = answer_to(to, status, to_tag="2")
    made.headers.add("Contact", "<sip:b@192.0.2.1>")
    return made


def sent(happened: list[Happening]) -> list[str]:
    return [h.data.decode().partition(" ")[0] for h in happened if isinstance(h, Send)]


def run(transactions: Transactions, until: float) -> list[tuple[float, str]]:
    """Advance from deadline to deadline; give when something was sent or given up."""
    log: list[tuple[float, str]] = []
    while (due := transactions.next_deadline()) is not None and due <= until:
        for happened in transactions.advance(due):
            is_end = isinstance(happened, Unanswered)
            log.append((due, "unanswered" if is_end else sent([happened])[0]))
    return log


def test_a_request_is_repeated_until_given_up() -> None:
    transactions = Transactions()
    transactions.start(request("OPTIONS"), PEER, 0.0)
    log = run(transactions, 100)
    assert [at for at, _ in log[:6]] == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5]
    assert log[-1] == (32.0, "unanswered")
    assert transactions.next_deadline() is None


def test_an_invite_is_repeated_at_doubling_times() -> None:
    transactions = Transactions()
    transactions.start(request("INVITE"), PEER, 0.0)
    times = [at for at, what in run(transactions, 100) if what == "INVITE"]
    assert times == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]


def test_a_ringing_invite_is_neither_repeated_nor_given_up() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transactions.start(invite, PEER, 0.0)
    (answered,) = transactions.receive(response(invite, 180), PEER, 0.1)
    assert isinstance(answered, Answered)
    assert run(transactions, 10_000) == []


def test_a_cancelled_invite_is_given_up() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transaction, _ = transactions.start(invite, PEER, 0.0)
    transactions.receive(response(invite, 180), PEER, 0.1)
    transactions.limit(transaction, 5.0)
    assert run(transactions, 100) == [(37.0, "unanswered")]


def test_a_refusal_is_acknowledged_each_time_it_comes() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transactions.start(invite, PEER, 0.0)
    busy = response(invite, 486)
    first = transactions.receive(busy, PEER, 0.1)
    assert sent(first) == ["ACK"]
    assert isinstance(first[-1], Answered)
    ack = next(h for h in first if isinstance(h, Send)).data
    assert parse(ack).headers.get("via") == invite.headers.get("via")
    assert b"tag=2" in ack
    again = transactions.receive(busy, PEER, 0.6)
    assert sent(again) == ["ACK"]
    assert len(again) == 1


def test_an_answer_is_reported_once_and_acknowledged_each_time() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transaction, _ = transactions.start(invite, PEER, 0.0)
    ok = response(invite, 200)
    (answered,) = transactions.receive(ok, PEER, 0.1)
    assert isinstance(answered, Answered)
    assert transactions.receive(ok, PEER, 0.2) == []  # the dialog has not said its ACK yet
    ack = request("ACK")
    assert transactions.acknowledge(transaction, ack, PEER) == Send(ack.to_bytes(), PEER)
    assert transactions.receive(ok, PEER, 0.6) == [Send(ack.to_bytes(), PEER)]
    assert run(transactions, 100) == []


def test_an_answer_to_nothing_is_a_stray() -> None:
    (happened,) = Transactions().receive(response(request("BYE"), 200), PEER, 0.0)
    assert isinstance(happened, Stray)


def asked(happened: list[Happening]) -> ServerTransaction:
    found = next(h for h in happened if isinstance(h, Asked)).transaction
    assert found is not None
    return found


def test_a_repeated_request_gets_the_same_answer_and_is_reported_once() -> None:
    transactions = Transactions()
    bye = request("BYE")
    transaction = asked(transactions.receive(bye, PEER, 0.0))
    assert transactions.receive(bye, PEER, 0.1) == []
    first = transactions.respond(transaction, response(bye, 200), 0.2)
    assert transactions.receive(bye, PEER, 0.5) == [first]
    assert run(transactions, 100) == []
    assert transactions.next_deadline() is None


def test_an_invite_is_answered_with_100_at_once() -> None:
    transactions = Transactions()
    happened = transactions.receive(request("INVITE"), PEER, 0.0)
    assert b"100 Trying" in happened[0].data if isinstance(happened[0], Send) else False
    assert run(transactions, 10_000) == []


@pytest.mark.parametrize("status", [200, 486])
def test_a_final_answer_is_repeated_until_acknowledged(status: int) -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transaction = asked(transactions.receive(invite, PEER, 0.0))
    transactions.respond(transaction, response(invite, status), 10.0)
    assert [at for at, _ in run(transactions, 13)] == [10.5, 11.5]
    ack = request("ACK")
    if status == 486:
        ack.headers.put("Via", invite.headers.get("via") or "")
    happened = transactions.receive(ack, PEER, 13.0)
    assert len(happened) == (1 if status == 200 else 0)
    assert transactions.receive(ack, PEER, 13.1) == []
    assert run(transactions, 100) == []


def test_an_answer_nobody_acknowledges_is_given_up() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transaction = asked(transactions.receive(invite, PEER, 0.0))
    transactions.respond(transaction, response(invite, 200), 0.0)
    log = run(transactions, 100)
    assert log[-1] == (32.0, "unanswered")
    assert max(b - a for (a, _), (b, _) in itertools.pairwise(log)) <= T2


def test_a_cancel_finds_its_invite() -> None:
    transactions = Transactions()
    invite = request("INVITE")
    transaction = asked(transactions.receive(invite, PEER, 0.0))
    cancel = Request("CANCEL", invite.uri, invite.headers.copy())
    cancel.headers.put("CSeq", "1 CANCEL")
    assert asked(transactions.receive(cancel, PEER, 0.1)) is not transaction
    assert transactions.invite_of(cancel) is transaction
