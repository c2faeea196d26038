"""What an agent says of a call by keys is in the record; their phone does not show who called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ccengine.core.states import AgentState
from ccengine.ivr.outcome_words import OutcomeWord, press_for, question
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.people import hear_each_other, hear_prompt
from tests.e2e.waits import until

if TYPE_CHECKING:
    from tests.e2e.stage import Stage

MASKED = (DNIPRO, "languages: [uk, en]\n", "languages: [uk, en]\nmask_numbers: yes\n")
BEGINNING = 0.9  #: seconds of a prompt that are enough to know it


async def test_an_outcome_is_typed_in_wrap_up_and_the_phone_shows_no_number(stage: Stage) -> None:
    system = stage.system
    async with configured(system, MASKED), stage:
        olena = await stage.agent("olena")
        caller = await stage.caller("600201")
        rung = await olena.rings()
        assert rung.caller.uri.user == caller.shown[-3:]
        assert rung.caller.name == "Dnipro Energy, vip"
        await hear_each_other(caller, olena, await rung.answer(tone_hz=olena.tone_hz))
        await caller.hangs_up()
        await olena.becomes(AgentState.WRAP_UP)
        entry = await olena.phone.call("*78")
        since = entry.timeline.answered or 0.0
        for file, keys in (
            (system.confirmation(OutcomeWord.CHOOSE_DISPOSITION), ""),
            (system.spoken_text(press_for("lead", "4", "en")), "4"),
            (system.confirmation(OutcomeWord.CHOOSE_REASON), "3"),
            (system.confirmation(OutcomeWord.ASK_RESOLVED), "2"),
            (system.spoken_text(question("Interest")), "2"),
            (system.spoken_text(question("Number to call back")), "0441234567##1"),
            (system.confirmation(OutcomeWord.OUTCOME_SAVED), ""),
        ):
            since = await hear_prompt(entry, file, since=since, beginning=BEGINNING)
            if keys:
                await entry.send_digits(keys)
        await entry.ended(timeout_seconds=5)
        assert caller.shown not in olena.phone.story()
        call = caller.call_id
        assert call is not None
        (record,) = await until(
            "the outcome in the record",
            lambda: [one for one in system.records([call]) if one["disposition"]],
        )
        assert record["caller"] == caller.shown
        assert (record["disposition"], record["contact_reason"]) == ("lead", "offer")
        assert not record["resolved"]
        (said,) = json.loads(record["dispositions"])
        papers = system.tenant.clients[DNIPRO.split("/")[1]].papers
        assert (said["form"], said["script"]) == (
            papers.forms["lead"].ref,
            papers.scripts["enquiry"].ref,
        )
        assert said["values"] == {"interest": "heat_pump", "number": "0441234567", "agreed": "yes"}
