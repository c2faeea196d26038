"""What all tests share: virtual time for sessions, and a real Asterisk where there is one.

A real Asterisk is found by CCENGINE_ARI_PORT and CCENGINE_STATE, or `--asterisk STATE` in place of
the latter. Without one, tests marked `asterisk` are skipped, by name, in pytest's summary. Workers
of pytest-xdist have a system each: its settings are in CCENGINE_TEST_SYSTEMS/<worker>.env.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings
from structlog.dev import ConsoleRenderer, plain_traceback

from tests import parts
from tests.fakes.virtual_time import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

_VIRTUAL_FOLDER = Path(__file__).parent / "calls"


def _take_settings_of_worker() -> None:
    """Set the environment before test modules are imported, which read it."""
    systems, worker = os.environ.get("CCENGINE_TEST_SYSTEMS"), os.environ.get("PYTEST_XDIST_WORKER")
    if systems and worker:
        lines = Path(systems, f"{worker}.env").read_text().splitlines()
        for line in lines:
            name, _, value = line.partition("=")
            os.environ[name] = value


_take_settings_of_worker()
# How long an example takes is told by benchmarks: machines are shared.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# A console that is made at import would keep for ever the width that pytest-xdist tells workers.
os.environ.pop("COLUMNS", None)
# structlog draws a failure with each frame's source, which takes longer than most tests.
structlog.configure(
    processors=[ConsoleRenderer(colors=False, exception_formatter=plain_traceback)],
)


@dataclass(frozen=True)
class RealAsterisk:
    """Where a real Asterisk is, for the tests that prove our fake honest."""

    state: Path
    url: str
    user: str
    password: str

    @property
    def sip_host(self) -> str:
        """Where its phones register."""
        return os.environ.get("CCENGINE_SIP_HOST", "127.0.0.1")

    @property
    def sip_port(self) -> int:
        """The port there."""
        return int(os.environ.get("CCENGINE_SIP_PORT", "5060"))

    @property
    def ami_port(self) -> int:
        """Of its manager."""
        return int(os.environ.get("CCENGINE_AMI_PORT", "5038"))

    @property
    def phone(self) -> str:
        """The SIP user of one of its phones."""
        return min(path.name for path in (self.state / "secrets/sip").glob("phone-*"))

    @property
    def contract_dialplan(self) -> Path:
        """Far ends that the contract suite rings."""
        return Path(__file__).parent / "asterisk/contract_extensions.conf"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--asterisk",
        metavar="STATE",
        default=os.environ.get("CCENGINE_STATE", ""),
        help="state folder of a running Asterisk, for tests marked asterisk",
    )


def pytest_asyncio_loop_factories(
    config: pytest.Config,  # noqa: ARG001 - the hook's signature
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    virtual = item.path.is_relative_to(_VIRTUAL_FOLDER)
    if virtual or item.get_closest_marker("virtual_time") is not None:
        return {"virtual-time": VirtualTimeLoop}
    return {"real-time": asyncio.SelectorEventLoop}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    parts.take(config, items)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "virtual_time: on a loop whose clock jumps")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Have what a test with real connections leaves open told by that test.

    Else the garbage collector finds it some time later, and another test fails for it.
    """
    result = yield
    if item.get_closest_marker("asterisk") is not None and (left := _left_open()):
        pytest.fail("left open: " + "; ".join(left))
    return result


def _left_open() -> list[str]:
    left: list[str] = []
    told = sys.unraisablehook
    sys.unraisablehook = lambda found: left.append(f"{found.exc_value}")
    try:
        gc.collect()
    finally:
        sys.unraisablehook = told
    return left


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    if skipped:
        terminalreporter.section(f"{len(skipped)} skipped, by name")
    for report in skipped:
        terminalreporter.line(report.nodeid)


@pytest.fixture(scope="session")
def real_asterisk(request: pytest.FixtureRequest) -> RealAsterisk:
    """The real Asterisk named on the command line; without one the test is skipped."""
    state = request.config.getoption("--asterisk")
    port = os.environ.get("CCENGINE_ARI_PORT")
    if not state or not port:
        pytest.skip("no Asterisk: CCENGINE_ARI_PORT and CCENGINE_STATE are not set")
    password = (Path(state) / "secrets/engine/ari_password").read_text().strip()
    return RealAsterisk(Path(state), f"http://127.0.0.1:{port}", "ccengine", password)
