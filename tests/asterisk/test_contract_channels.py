"""What our client relies on about channels, on our fake and on a real Asterisk alike."""

import asyncio

import pytest

from ccengine.asterisk.ari.errors import AriRefused, BadRequest
from ccengine.asterisk.ari.events import (
    ChannelDestroyed,
    ChannelStateChange,
    Dial,
    PlaybackStarted,
    StasisEnd,
)
from ccengine.asterisk.ari.results import HangUpReason, Originated, Unreachable
from ccengine.asterisk.channels import Gone, PlaybackEnd
from tests.asterisk.desk import (
    ANSWER,
    BUSY,
    FAMILY,
    LATE,
    NOWHERE,
    PROMPT,
    REJECT,
    RING,
    SHORT,
    Desk,
    new_id,
)


async def test_asterisk_tells_its_version_and_when_it_started(desk: Desk) -> None:
    info = await desk.ari.info()
    assert info.version
    assert info.startup_time


async def test_endpoints_have_a_state_or_do_not_exist(desk: Desk) -> None:
    phone = await desk.ari.endpoint("PJSIP", desk.phone)
    assert phone is not None
    assert phone.state in {"online", "offline", "unknown"}
    assert phone.resource in {found.resource for found in await desk.ari.endpoints("PJSIP")}
    assert await desk.ari.endpoint("PJSIP", "nobody-has-this-name") is None


# Ringing somebody


async def test_a_leg_that_answers_comes_with_its_arguments_and_variables(desk: Desk) -> None:
    leg = desk.router.channel(new_id("leg"))
    result = await leg.originate(
        endpoint=LATE,
        app_args=["agent", "offer"],
        variables={"CC_CALL_ID": "c-1", "CC_AGENT": "anna"},
        caller_id='"Acme" <0301234567>',
    )
    assert result == Originated(leg.id)
    snapshot = await leg.entered()
    assert not isinstance(snapshot, Gone)
    assert snapshot.is_up
    assert snapshot.in_app(desk.ari.app)
    assert snapshot.app_data.endswith(",agent,offer")
    assert snapshot.variables["CC_AGENT"] == "anna"
    assert snapshot.variables["CC_PHONE"] == ""
    assert (snapshot.caller_name, snapshot.caller_number) == ("Acme", "0301234567")
    assert snapshot.created_at.year >= 2026
    states = [e.channel.state for e in desk.seen if isinstance(e, ChannelStateChange)]
    assert states[:2] == ["Ringing", "Up"]
    assert not any(isinstance(e, Dial) for e in desk.seen)  # filtered: nobody consumes them


async def test_a_leg_can_come_by_way_of_the_dialplan(desk: Desk) -> None:
    leg = desk.router.channel(new_id("leg"))
    result = await leg.originate_into_dialplan(
        endpoint=ANSWER, context="ccengine-contract-agent-leg", variables={"CC_AGENT": "anna"}
    )
    assert result == Originated(leg.id)
    snapshot = await leg.entered()
    assert not isinstance(snapshot, Gone)
    assert snapshot.app_data == f"{desk.ari.app},agent"
    assert snapshot.variables["CC_AGENT"] == "anna"
    await leg.hang_up()
    await leg.wait_gone()


async def test_only_an_endpoint_that_exists_can_be_subscribed_to(desk: Desk) -> None:
    assert await desk.ari.subscribe_endpoint(f"PJSIP/{desk.phone}")
    assert not await desk.ari.subscribe_endpoint(NOWHERE)


async def test_the_same_leg_is_not_rung_twice(desk: Desk) -> None:
    leg = await desk.leg()
    again = await desk.ari.originate(channel_id=leg.id, endpoint=ANSWER)
    assert again == Originated(leg.id, repeated=True)


async def test_an_unreachable_endpoint_makes_no_leg(desk: Desk) -> None:
    await test_the_same_leg_is_not_rung_twice(desk)  # after which Asterisk answers 409 to this one
    leg = desk.router.channel(new_id("leg"))
    assert isinstance(await leg.originate(endpoint=NOWHERE), Unreachable)
    assert leg.is_gone
    assert desk.router.find(leg.id) is None


FORBIDDEN = "Local/999999999999@callback-leg/n"  # no rule lets it out


@pytest.mark.parametrize(("endpoint", "cause"), [(BUSY, 17), (REJECT, 21), (FORBIDDEN, 29)])
async def test_a_leg_that_declines_says_why(desk: Desk, endpoint: str, cause: int) -> None:
    leg = desk.router.channel(new_id("leg"))
    await leg.originate(endpoint=endpoint)
    ended = await leg.entered()
    assert isinstance(ended, Gone)
    assert ended.cause == cause
    destroyed = [e for e in desk.seen if isinstance(e, ChannelDestroyed)]
    assert [e.cause for e in destroyed if e.channel.id == leg.id] == [cause]


async def test_a_leg_that_nobody_answers_ends_in_time(desk: Desk) -> None:
    leg = desk.router.channel(new_id("leg"))
    await leg.originate(endpoint=RING, timeout_seconds=1)
    async with asyncio.timeout(3):
        assert isinstance(await leg.entered(), Gone)


async def test_a_leg_that_rings_can_only_be_hung_up(desk: Desk) -> None:
    leg = desk.router.channel(new_id("leg"))
    await leg.originate(endpoint=RING)
    await desk.until(lambda: any(isinstance(e, ChannelStateChange) for e in desk.seen))
    assert not await leg.answer()
    assert not await leg.start_music()
    assert not await leg.set_variable(name="A", value="b")
    assert (await leg.play(SHORT)).is_over
    bridge = desk.router.bridge(new_id("b"))
    await bridge.create(name="contract")
    assert not await bridge.add(leg)
    await leg.hang_up(HangUpReason.NO_ANSWER)
    await leg.wait_gone()


@pytest.mark.parametrize("reason", list(HangUpReason))
async def test_every_reason_to_hang_up_is_taken(desk: Desk, reason: HangUpReason) -> None:
    leg = await desk.leg()
    await leg.hang_up(reason)
    await leg.wait_gone()


# Gone is a normal answer


async def test_nothing_raises_for_a_channel_that_is_gone(desk: Desk) -> None:
    leg = await desk.leg()
    await leg.hang_up()
    await leg.wait_gone()
    ari, gone = desk.ari, leg.id
    await desk.until(lambda: any(isinstance(e, ChannelDestroyed) for e in desk.seen))
    assert not await ari.hang_up(gone)
    assert not await ari.answer(gone)
    assert not await ari.ring(gone)
    assert not await ari.stop_ringing(gone)
    assert not await ari.start_music(gone)
    assert not await ari.stop_music(gone)
    assert not await ari.play(gone, playback_id=new_id("p"), media=[SHORT])
    assert not await ari.send_digits(gone, digits="1")
    assert not await ari.set_variable(gone, name="A", value="b")
    assert not await ari.continue_in_dialplan(gone, context="default", extension="s")
    assert not await ari.redirect(gone, endpoint=ANSWER)
    assert await ari.variable(gone, name="A") is None
    assert await ari.channel(gone) is None
    await leg.hang_up()
    assert (await leg.play(SHORT)).is_over


async def test_a_channel_that_went_on_in_the_dialplan_is_gone_for_us(desk: Desk) -> None:
    leg = await desk.leg()
    assert await leg.continue_in_dialplan(context="ccengine-contract", extension="answer")
    await leg.wait_gone()
    assert [e.channel.id for e in desk.seen if isinstance(e, StasisEnd)] == [leg.id]
    await asyncio.sleep(0.2)  # where it is, is told some milliseconds later
    snapshot = await desk.ari.channel(leg.id)
    assert snapshot is not None
    assert not snapshot.in_app(desk.ari.app)
    assert not await desk.ari.answer(leg.id)
    assert not await desk.ari.play(leg.id, playback_id=new_id("p"), media=[SHORT])
    assert not await desk.ari.set_variable(leg.id, name="A", value="b")
    assert await desk.ari.hang_up(leg.id)


async def test_a_callers_hang_up_ends_the_callers_channel(desk: Desk) -> None:
    caller, person = await desk.caller()
    assert caller.snapshot is not None
    assert caller.snapshot.variables["CC_ROLE"] == "inbound"
    await person.hang_up()
    await caller.wait_gone()
    await desk.until(lambda: desk.router.find(caller.id) is None)


async def test_listing_holds_our_channels_with_their_variables(desk: Desk) -> None:
    leg = await desk.leg()
    caller, _ = await desk.caller()
    listed = {c.id: c for c in await desk.ari.channels()}
    assert listed[leg.id].in_app(desk.ari.app)
    assert listed[caller.id].variables["CC_ROLE"] == "inbound"


# What can be done with a channel


async def test_harmless_requests_can_be_repeated(desk: Desk) -> None:
    leg = await desk.leg()
    for _ in range(2):
        assert await leg.answer()
        assert await leg.ring()
        assert await leg.stop_ringing()
        assert await leg.start_music()
        assert await leg.stop_music()


async def test_variables_are_set_and_read(desk: Desk) -> None:
    leg = await desk.leg()
    assert await leg.set_variable(name="CC_OFFER", value="a=b, c&d ünï")
    assert await desk.ari.variable(leg.id, name="CC_OFFER") == "a=b, c&d ünï"
    assert await desk.ari.variable(leg.id, name="NOT_SET") is None
    assert await leg.set_variable(name="CHANNEL(language)", value="uk")
    assert await desk.ari.variable(leg.id, name="CHANNEL(language)") == "uk"
    snapshot = await desk.ari.channel(leg.id)
    assert snapshot is not None
    assert snapshot.variables["CC_OFFER"] == "a=b, c&d ünï"


async def test_keys_are_heard(desk: Desk) -> None:
    caller, person = await desk.caller()
    await person.press("1#")
    assert [await caller.next_digit(), await caller.next_digit()] == ["1", "#"]


async def test_a_prompt_plays_to_its_end(desk: Desk) -> None:
    leg = await desk.leg()
    playback = await leg.play(SHORT, SHORT)
    assert await playback.wait() is PlaybackEnd.DONE
    started = [e.playback.id for e in desk.seen if isinstance(e, PlaybackStarted)]
    assert started == [playback.id] * 2
    assert await desk.ari.playback(playback.id) is None


async def test_media_that_is_missing_fails_the_playback(desk: Desk) -> None:
    leg = await desk.leg()
    assert await (await leg.play("sound:nosuch")).wait() is PlaybackEnd.FAILED
    assert await (await leg.play("sound:nosuch", SHORT)).wait() is PlaybackEnd.DONE


async def test_a_playback_can_be_looked_at_and_stopped(desk: Desk) -> None:
    leg = await desk.leg()
    playback = await leg.play(PROMPT)
    await desk.until(lambda: any(isinstance(e, PlaybackStarted) for e in desk.seen))
    seen = await desk.ari.playback(playback.id)
    assert seen is not None
    assert seen.target_uri == f"channel:{leg.id}"
    await playback.stop()
    await playback.stop()
    assert await playback.wait() is PlaybackEnd.STOPPED
    await desk.until(lambda: not leg.open_playbacks)
    await desk.ari.stop_playback(playback.id)


async def test_a_tone_goes_on_until_it_is_stopped(desk: Desk) -> None:
    leg = await desk.leg()
    playback = await leg.play(SHORT, "tone:ring")
    await asyncio.sleep(3.0)
    assert not playback.is_over
    await leg.silence()
    assert await playback.wait() is PlaybackEnd.STOPPED
    assert await (await leg.play(SHORT)).wait() is PlaybackEnd.DONE


async def test_a_prompt_ends_with_its_channel(desk: Desk) -> None:
    caller, person = await desk.caller()
    playback = await caller.play(PROMPT)
    await person.hang_up()
    async with asyncio.timeout(2):
        assert await playback.wait() in {PlaybackEnd.GONE, PlaybackEnd.DONE, PlaybackEnd.FAILED}
        await caller.wait_gone()


async def test_setting_a_variable_during_a_prompt_delays_nobody_else(desk: Desk) -> None:
    leg = await desk.leg()
    playback = await leg.play(PROMPT)
    await desk.until(lambda: any(isinstance(e, PlaybackStarted) for e in desk.seen))
    async with asyncio.TaskGroup() as tasks:
        setting = tasks.create_task(leg.set_variable(name="A", value="b"))
        await asyncio.sleep(0.2)
        assert not setting.done(), "Asterisk does it after the prompt"
        async with asyncio.timeout(0.5):
            await desk.ari.info()
        await playback.stop()
        assert await setting


# What we build wrong never reaches Asterisk


@pytest.mark.parametrize("wrong", ["", "a\nb", "a\r\nAction: Originate", "\0", "x" * 150])
async def test_ids_with_control_characters_are_refused(desk: Desk, wrong: str) -> None:
    with pytest.raises(BadRequest):
        await desk.ari.hang_up(wrong)


async def test_values_with_control_characters_are_refused(desk: Desk) -> None:
    ari = desk.ari
    with pytest.raises(BadRequest):
        await ari.set_variable("c", name="A", value="b\nc")
    with pytest.raises(BadRequest):
        await ari.originate(channel_id="c", endpoint=ANSWER, variables={"A": "\x1b"})
    with pytest.raises(BadRequest):
        await ari.originate(channel_id="c", endpoint=ANSWER, app_args=["a,b"])
    with pytest.raises(BadRequest):
        await ari.play("c", playback_id="p", media=["sound:a,sound:b"])


async def test_a_refusal_that_is_not_gone_is_an_error(desk: Desk) -> None:
    with pytest.raises(AriRefused) as refused:
        await desk.ari.originate(channel_id=new_id(), endpoint="")
    assert refused.value.status == 400
    assert refused.value.message == "Endpoint must be specified"


# What the dialplan notes in Asterisk's own database

NOTES = (
    "node1-1-7:demo:nour:600100:+49301:1700:1709::::.",
    "node1-1-8:demo:nour:600::1:2:a:B:c:.",
)


async def listed(desk: Desk) -> set[str]:
    """Have the dialplan make a new list, and read it."""
    await desk.ari.run_errand(new_id(), context="ccengine-contract", extension="list")
    await asyncio.sleep(0.2)
    first, *notes = (await desk.ari.global_variable("CC_CONTRACT")).split(",")
    assert first == "listed"
    return {note for note in notes if note}


async def test_notes_are_listed_and_taken_away_one_by_one(desk: Desk) -> None:
    assert await desk.ari.global_variable("CC_NOT_SET") == ""
    assert await listed(desk) == set()
    for note in NOTES:
        await desk.note(note)
    assert await listed(desk) == set(NOTES)
    for _ in range(2):  # the second time it is gone
        await desk.ari.forget_database_key(FAMILY, NOTES[0])
        assert await listed(desk) == {NOTES[1]}
    await desk.ari.forget_database_key(FAMILY, NOTES[1])
    assert await listed(desk) == set()
    assert not [channel for channel in await desk.ari.channels() if "list@" in channel.name]


async def test_a_list_that_is_too_long_is_cut_off_and_goes_on_when_some_are_gone(
    desk: Desk,
) -> None:
    notes = {f"node1-1-{n}:" + "x" * 120 + ":." for n in range(40)}
    for note in notes:
        await desk.note(note)
    found = await listed(desk)
    whole = {note for note in found if note.endswith(":.")}
    assert whole < notes
    assert len(found) <= len(whole) + 1
    while whole:
        for note in whole:
            await desk.ari.forget_database_key(FAMILY, note)
        notes -= whole
        whole = {note for note in await listed(desk) if note.endswith(":.")}
    assert not notes


@pytest.mark.parametrize("wrong", ["", "a)", "a,b", "${EXTEN}", "a/b", "a b", 'a"', "a\nb"])
async def test_keys_that_would_be_read_as_something_else_are_refused(
    desk: Desk, wrong: str
) -> None:
    with pytest.raises(BadRequest):
        await desk.ari.forget_database_key(FAMILY, wrong)
