"""What may be wrong with steps that take payment cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.ivr.steps.card import CardStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.ivr.flow_drafts import FlowDraft


def check_cards(
    client: Client, document: Document, drafts: Mapping[str, FlowDraft]
) -> Iterator[Problem]:
    """Yield a problem for each card that nobody could be paid by, or that keeps what is not kept.

    Args:
        client: whose flows they are.
        document: its client.yaml.
        drafts: its flows.
    """
    payment = client.settings.payment
    written = document.keys()
    if payment is None and "payment" in written:
        return  # it is written with a mistake, which is told
    for draft in drafts.values():
        for name, step in draft.steps.items():
            if not isinstance(step, CardStep):
                continue
            if payment is None:
                message = f"step '{name}' takes a card, and the client has no 'payment'"
                remedy = "say in client.yaml where cards go: payment: {url: https://…}"
                yield draft.document.problem(("steps", name), message, remedy)
                continue
            for own, kept in step.into.items():
                if kept not in payment.keep:
                    message = f"'{kept}' of the payment program's answer is not kept"
                    remedy = f"name it in client.yaml: payment: {{keep: {{{kept}: $.…}}}}"
                    yield draft.document.problem(("steps", name, "into", own), message, remedy)
