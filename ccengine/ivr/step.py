"""What every kind of step is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from dataclasses import Field

    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.outcomes import Onward


class Step(Protocol):
    """A frozen dataclass whose fields are its YAML; the first one is the key of its kind."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    async def run(self, context: FlowContext, /) -> Onward:
        """Do what the step does; return where it leads."""
        ...
