"""A server's links lead to public addresses only, except to the server itself that somebody named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.oparl.addresses import AddressGuard, is_public, require_start
from ingest.oparl.client import Client, Stop, Validators
from ingest.oparl.errors import ForbiddenAddressError, OParlError
from tests.ingest.oparl.conftest import HASTY
from tests.ingest.oparl.council import Reply, Server, as_json


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """The server that was named, and another one in the same network."""
    with Server() as named, Server() as other:
        other.routes["/geheim"] = lambda _: as_json({"geheim": True})
        yield named, other


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1",
        "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)  # fmt: skip
def test_addresses_inside_of_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"]
)
def test_a_name_that_leads_inside_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="internes Netz"):
        AddressGuard("https://ris.example.org/oparl").addresses(httpx.URL(url))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
def test_only_the_web_is_contacted(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        AddressGuard("http://127.0.0.1/oparl").addresses(httpx.URL(url))


def test_the_named_server_may_be_inside_and_nothing_else_there(servers: tuple[Server, Server]) -> None:
    named, other = servers
    named.routes["/"] = lambda _: as_json({"ok": True})
    with Client(named.url, HASTY, Stop()) as client:
        assert client.json(f"{named.url}/").value == {"ok": True}
        with pytest.raises(ForbiddenAddressError):
            client.json(f"{other.url}/geheim")
    assert not other.requests


def test_a_redirect_inside_is_not_followed(servers: tuple[Server, Server], tmp_path: Path) -> None:
    named, other = servers
    named.routes["/datei"] = lambda _: Reply(b"", 302, {"Location": f"{other.url}/geheim"})
    with Client(named.url, HASTY, Stop()) as client, pytest.raises(ForbiddenAddressError):
        client.download(f"{named.url}/datei", tmp_path / "datei", Validators())
    assert not other.requests
    assert not list(tmp_path.iterdir())


def test_a_redirect_on_the_same_server_is_followed(servers: tuple[Server, Server]) -> None:
    named, _ = servers
    named.routes["/alt"] = lambda _: Reply(b"", 301, {"Location": "/neu"})
    named.routes["/neu"] = lambda _: as_json({"neu": True})
    with Client(named.url, HASTY, Stop()) as client:
        assert client.json(f"{named.url}/alt").value == {"neu": True}


@pytest.mark.parametrize(
    "url", ["", "ris.example.org", "ftp://ris.example.org", "https://", "https://a:b@ris.example.org/"]
)
def test_what_cannot_be_the_address_of_an_interface_is_refused_in_german(url: str) -> None:
    with pytest.raises(OParlError, match=r"Adresse.*\.$"):
        require_start(url)
