"""The top of the repository stays readable at a glance."""

from __future__ import annotations

from fnmatch import fnmatch

from tests.architecture.source import ROOT

TOP = {
    "LICENSE",
    "README.md",
    "asterisk-conf",
    "ccengine",
    "dialplan",
    "docker",
    "pyproject.toml",
    "tests",
}
BUILT = (".*", "*.egg-info", "build", "dist", "__pycache__")


def test_the_top_level_is_what_it_was_agreed_to_be() -> None:
    names = {path.name for path in ROOT.iterdir()}
    assert {name for name in names if not any(fnmatch(name, built) for built in BUILT)} == TOP
