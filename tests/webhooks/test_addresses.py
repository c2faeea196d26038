"""What is out on the internet, and what a client's address and template may be."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.abc import AbstractResolver
from pydantic import TypeAdapter, ValidationError

from ccengine.config.requests import NoAddress
from ccengine.config.webhooks import Webhook
from ccengine.webhooks.addresses import PrivateAddress, PublicResolver, is_public
from ccengine.webhooks.template import address, filled

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

HOUSE = (
    "127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 224.0.0.1 "
    "255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fd00::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 "
    "64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1:: ff02::1"
)


@pytest.mark.parametrize("text", HOUSE.split())
def test_the_house_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_the_internet_is(text: str) -> None:
    assert is_public(text)


class Names(AbstractResolver):
    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            {
                "hostname": host,
                "host": one,
                "port": port,
                "family": family,
                "proto": 0,
                "flags": 0,
            }
            for one in self.hosts
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_is_half_in_the_house_leads_nowhere() -> None:
    with pytest.raises(PrivateAddress, match="inside"):
        await PublicResolver(Names("8.8.8.8", "10.0.0.1")).resolve("crm.example", 443)
    assert len(await PublicResolver(Names("8.8.8.8")).resolve("crm.example", 443)) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://crm.example/"},
        {"url": "https:///x"},
        {"url": "https://user:secret@crm.example/"},
        {"url": "https://{caller}.example/"},
        {"url": "https://crm.example/{callers}"},
        {"url": "ftp://crm.example/"},
        {"url": "https://crm.example/ x"},
        {"url": "https://crm.example/", "events": ["call_endet"]},
        {"url": "https://crm.example/", "body": {"a": ["{nonsense}"]}},
        {"url": "https://crm.example/", "method": "GET"},
    ],
)
def test_what_cannot_be_meant_is_told(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Webhook).validate_python(settings)


def test_values_stay_in_their_place() -> None:
    fields = {"caller": "../../admin?x=1#", "note": '","admin":true,"'}
    assert address("https://crm.example/c/{caller}/x", fields) == (
        "https://crm.example/c/..%2F..%2Fadmin%3Fx%3D1%23/x"
    )
    assert filled({"n": "{note}"}, fields) == {"n": fields["note"]}
    for dots in ("..", ".", ""):
        with pytest.raises(NoAddress):
            address("https://crm.example/c/{caller}", {"caller": dots})
