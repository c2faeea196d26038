"""Names of things, as types of their own so that one is never passed for another."""

from typing import NewType

TenantId = NewType("TenantId", str)
"""An operator of a contact center."""

ClientId = NewType("ClientId", str)
"""A brand served inside a tenant."""

QueueId = NewType("QueueId", str)
"""`<client>/<queue>`: queue names are unique within their client only."""

AgentId = NewType("AgentId", str)
PhoneId = NewType("PhoneId", str)
"""A phone's extension; its SIP user is `phone-<extension>`."""

CallId = NewType("CallId", str)
"""Minted by the dialplan when the call arrives; unique on all nodes and over restarts."""

OfferId = NewType("OfferId", str)
"""`<call>.<n>`, which is also the channel id of the agent's leg."""

SkillId = NewType("SkillId", str)

LicenceId = NewType("LicenceId", str)
"""What the law or a client asks an agent to hold, with a date of expiry."""

GroupId = NewType("GroupId", str)
"""Agents whom a queue may ask for together, whatever team they work in."""

CoachingId = NewType("CoachingId", str)
"""Minted when a supervisor begins to follow an agent; the ids of its channels begin with it."""

ClosureId = NewType("ClosureId", str)
"""Numbers that are closed and opened by one switch."""

CampaignId = NewType("CampaignId", str)
"""`<client>/<campaign>`, as queues."""

Instant = float
"""Seconds since the epoch, UTC. Never goes back within one engine."""


def queue_id(client: ClientId, queue: str) -> QueueId:
    """Return the name of a client's queue that is unique in the tenant."""
    return QueueId(f"{client}/{queue}")


def client_of(queue: QueueId) -> ClientId:
    """Return whose queue it is."""
    return ClientId(queue.partition("/")[0])


def owner_of(campaign: CampaignId) -> ClientId:
    """Return whose campaign it is."""
    return ClientId(campaign.partition("/")[0])
