"""The picture of a flow: whole, safe, with words for who cannot see it, and its traffic."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest
from hypothesis import HealthCheck, given, settings

from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.drawing import Counts, described, drawn
from ccengine.ivr.flow import Flow
from ccengine.ivr.layout import Passage, laid_out
from ccengine.ivr.outcomes import HangUpCause
from ccengine.ivr.placing import placed
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.menu import MenuStep
from tests.config.tenants import DEMO
from tests.ivr.random_flows import THREE_FLOWS

SVG = "{http://www.w3.org/2000/svg}"
END = HangUpStep(hang_up=HangUpCause.NORMAL)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in Xml.fromstring(svg).iter(f"{SVG}text")]


def test_each_step_and_key_of_the_demo_is_in_its_picture() -> None:
    for flow in load_configuration(DEMO).flows.values():
        shown = texts(drawn(flow))
        assert {text.lstrip("▶⏱ ") for text in shown} >= flow.steps.keys()
    menu = MenuStep(menu=("x",), digits={"1": "end", "2": "end", "#": "menu"}, no_input="end")
    flow = Flow(name="main", start="menu", steps={"menu": menu, "end": END})
    assert {"1, 2, no input", "#"} <= set(texts(drawn(flow)))


def test_traffic_is_written_where_it_went() -> None:
    menu = MenuStep(menu=("x",), digits={"1": "end"}, no_input="menu")
    flow = Flow(name="main", start="menu", steps={"menu": menu, "end": END})
    counts = Counts("2026-11-21", {"menu": 50}, {"menu": 5}, {("menu", "end"): 45})
    shown = texts(drawn(flow, counts))
    assert "50 calls, 5 hung up (10 %)" in shown
    assert "1 · 45" in shown
    assert "0 calls" in shown


def test_there_are_words_for_who_cannot_see_it() -> None:
    menu = MenuStep(menu=("x",), digits={"1": "end"}, no_input="end")
    flow = Flow(name="main", start="menu", steps={"menu": menu, "end": END}, otherwise="end")
    root = Xml.fromstring(drawn(flow))
    assert root.get("role") == "img"
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert description.text == described(flow)
    assert "menu: menu x. 1, no input: end." in described(flow)
    assert "After 10 minutes, or a failure: end." in described(flow)


def test_no_text_of_an_author_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>'
    branch = BranchStep(branch="x", equals={evil: "end"}, otherwise="end")
    svg = drawn(Flow(name="main", start="look", steps={"look": branch, "end": END}))
    assert "<script" not in svg
    assert any(evil in text for text in texts(svg))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(flows=THREE_FLOWS)
def test_any_flow_can_be_drawn_and_no_two_boxes_touch(flows: dict[str, Flow]) -> None:
    root = Xml.fromstring(drawn(flows["main"]))
    boxes = []
    for group in root.iter(f"{SVG}g"):
        if (group.get("class") or "").startswith("step"):
            rect = group.find(f"{SVG}rect")
            assert rect is not None
            boxes.append(tuple(float(rect.get(key, "0")) for key in ("x", "y", "width", "height")))
    assert len(boxes) == len(flows["main"].steps)
    for at, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, high in boxes[:at]:
            apart = x >= left + wide or left >= x + width or y >= top + high or top >= y + height
            assert apart


@pytest.mark.parametrize("loops", [False, True])
def test_a_step_is_below_all_that_lead_to_it_and_long_ways_have_places(*, loops: bool) -> None:
    back = ["a"] if loops else []
    layout = laid_out(["a"], {"a": ["d", "b"], "b": ["c"], "c": ["e"], "e": ["d"], "d": back})
    assert layout.row_of == {"a": 0, "b": 1, "c": 2, "e": 3, "d": 4}
    assert layout.passages("a", "d") == [Passage(("a", "d"), row) for row in (1, 2, 3)]
    assert layout.passages("d", "a") == []
    apart = laid_out(["a"], {"a": ["b"], "b": ["c"], "c": [], "x": ["c"]})
    assert apart.row_of["x"] > apart.row_of["c"]  # nobody comes to it


def test_a_long_way_is_straight_and_a_lone_step_stands_below_what_leads_to_it() -> None:
    layout = laid_out(["a"], {"a": ["b", "e"], "b": ["c"], "c": ["d"], "d": ["e"], "e": []})
    widths = {
        thing: 20.0 if isinstance(thing, Passage) else 100.0 for row in layout.rows for thing in row
    }
    middles = placed(layout, widths, 30.0)
    (first, second, third) = layout.passages("a", "e")
    assert middles[first] == pytest.approx(middles[second], abs=1)
    assert middles[second] == pytest.approx(middles[third], abs=1)
    assert middles["b"] == pytest.approx(middles["c"], abs=1)
    assert min(middles[thing] - widths[thing] / 2 for thing in middles) == 0


def test_words_from_right_to_left_do_not_turn_the_count_beside_them() -> None:
    branch = BranchStep(branch="x", equals={"نعم": "end"}, otherwise="end")
    flow = Flow(name="main", start="look", steps={"look": branch, "end": END})
    counts = Counts("2026-11-21", {"look": 5}, {}, {("look", "end"): 5})
    assert "= \u2068نعم\u2069, otherwise · 5" in texts(drawn(flow, counts))


def test_ways_back_to_one_step_have_one_line_to_it() -> None:
    def menu(key: str) -> MenuStep:
        return MenuStep(menu=("x",), digits={"1": key, "9": "one"}, no_input="end")

    steps = {"one": menu("two"), "two": menu("three"), "three": menu("end"), "end": END}
    root = Xml.fromstring(drawn(Flow(name="main", start="one", steps=steps)))
    backs = [one for one in root.iter(f"{SVG}path") if one.get("class") == "way back"]
    assert len(backs) == 4  # of each step one, and one that all of them run into
    assert sum(one.get("marker-end") is not None for one in backs) == 1
