"""What `ccengine check` meets on its walks."""

from __future__ import annotations

from dataclasses import replace

from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import Configuration, load_configuration
from ccengine.ivr.flow import Flow
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.menu import MenuStep
from ccengine.ivr.steps.play import PlayStep
from ccengine.ivr.walk_checks import walked
from tests.config.tenants import DEMO

END = HangUpStep(hang_up=HangUpCause.NORMAL)


def with_main(**steps: object) -> Configuration:
    configuration = load_configuration(DEMO)
    flow = Flow(name="main", start=next(iter(steps)), steps=steps)  # type: ignore[arg-type]
    flows = {**configuration.flows, (ClientId("nour"), "main"): flow}
    return replace(configuration, flows=flows)


def test_nothing_is_met_in_the_demo() -> None:
    assert walked(load_configuration(DEMO)) == ()


def test_a_step_that_fails_is_met_wherever_it_is() -> None:
    menu = MenuStep(menu=("closed",), digits={"7": "deep"}, no_input="end")
    deep = PlayStep(play=("gone",), next="end")
    (problem,) = walked(with_main(menu=menu, deep=deep, end=END))
    assert "cannot go through flow 'main'" in problem.message
    assert "no prompt 'gone'" in problem.message
    assert problem.file == DEMO / "clients/nour/flows/main.yaml"


def test_who_does_nothing_must_be_out_in_time() -> None:
    def menu(next_one: str) -> MenuStep:
        return MenuStep(
            menu=("closed",), digits={"1": "end"}, no_input=next_one, attempts=10, seconds=30
        )

    (problem,) = walked(with_main(one=menu("two"), two=menu("three"), three=menu("end"), end=END))
    assert "still in flow 'main' when its time is up" in problem.message
