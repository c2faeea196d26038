from itertools import count

import pytest

from ccengine.phone.dialogs import Dialog, Origin, key_of
from ccengine.phone.errors import MalformedMessage
from ccengine.phone.messages import Request, Response, answer_to, cseq

ORIGIN = Origin("anna", "192.0.2.2", 5062)


def invite() -> Request:
    made = ORIGIN.request("INVITE", "sip:bob@192.0.2.1", number=1)
    made.headers.add("From", '"Anna" <sip:anna@h>;tag=ours')
    made.headers.add("To", "<sip:bob@h>")
    made.headers.add("Call-ID", "call@h")
    return made


def answer(*routes: str, contact: str = "<sip:bob@192.0.2.9:5070>") -> Response:
    made = answer_to(invite(), 200, to_tag="theirs")
    for route in routes:
        made.headers.add("Record-Route", route)
    if contact:
        made.headers.add("Contact", contact)
    return made


def caller(*routes: str) -> Dialog:
    return Dialog.of_caller(ORIGIN, invite(), answer(*routes), count(2))


def test_requests_go_to_the_contact_of_the_answer() -> None:
    dialog = caller()
    bye = dialog.request("BYE")
    assert bye.uri == "sip:bob@192.0.2.9:5070"
    assert dialog.next_hop.address == ("192.0.2.9", 5070)
    assert cseq(bye.headers) == (2, "BYE")
    assert bye.headers.get("to") == "<sip:bob@h>;tag=theirs"
    assert bye.headers.get("from") == '"Anna" <sip:anna@h>;tag=ours'


def test_proxies_that_recorded_themselves_are_passed_in_reverse() -> None:
    dialog = caller("<sip:192.0.2.51;lr>, <sip:192.0.2.52:5099;lr>")
    bye = dialog.request("BYE")
    assert bye.headers.lines("route") == ["<sip:192.0.2.52:5099;lr>", "<sip:192.0.2.51;lr>"]
    assert bye.uri == "sip:bob@192.0.2.9:5070"
    assert dialog.next_hop.address == ("192.0.2.52", 5099)


def test_a_strict_router_takes_the_place_of_the_target() -> None:
    bye = caller("<sip:192.0.2.51>").request("BYE")
    assert bye.uri == "sip:192.0.2.51"
    assert bye.headers.lines("route") == ["<sip:bob@192.0.2.9:5070>"]


def test_the_called_side_passes_proxies_in_order() -> None:
    theirs = invite()
    theirs.headers.add("Record-Route", "<sip:192.0.2.51;lr>")
    theirs.headers.add("Record-Route", "<sip:192.0.2.52;lr>")
    dialog = Dialog.of_callee(Origin("bob", "192.0.2.1", 5060), theirs, "mine")
    bye = dialog.request("BYE")
    assert bye.headers.lines("route") == ["<sip:192.0.2.51;lr>", "<sip:192.0.2.52;lr>"]
    assert bye.headers.get("from") == "<sip:bob@h>;tag=mine"
    assert bye.uri == "sip:anna@192.0.2.2:5062"


def test_both_sides_name_the_dialog_alike() -> None:
    dialog = caller()
    theirs = Dialog.of_callee(Origin("bob", "192.0.2.1", 5060), invite(), "theirs")
    assert key_of(theirs.request("BYE")) == dialog.key
    assert key_of(dialog.request("BYE")) == theirs.key
    assert key_of(invite()) is None


def test_old_requests_are_told_from_new_ones() -> None:
    dialog = Dialog.of_callee(ORIGIN, invite(), "mine")
    theirs = caller()
    assert dialog.takes(theirs.request("INFO"))
    late = theirs.request("INFO", number=2)
    assert not dialog.takes(late)
    assert dialog.takes(theirs.request("INFO"))


def test_without_a_contact_there_is_no_dialog() -> None:
    with pytest.raises(MalformedMessage):
        Dialog.of_caller(ORIGIN, invite(), answer(contact=""), count(2))


def test_an_attended_transfer_names_the_other_dialog() -> None:
    assert caller().replaces() == "call%40h%3Bto-tag%3Dtheirs%3Bfrom-tag%3Dours"
