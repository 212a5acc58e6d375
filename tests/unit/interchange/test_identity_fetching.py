# SPDX-License-Identifier: Apache-2.0
"""Questions to an identity provider over HTTP: bounded, never redirected, never unpacked."""

from __future__ import annotations

import gzip
import http.server
import itertools
import socket
from collections.abc import Iterator

import pytest

from tallystick.errors import IdentityProviderUnreachable, InvalidIdentityProvider
from tallystick.interchange.identity import OpenIdProvider, OpenIdSettings
from tallystick.interchange.identity.fetching import Reply, fetch
from tallystick.interchange.identity.settings import DOCUMENT_BYTES_MAX
from tests.openid_provider import ACR, CLIENT, OpenIdDouble, running_server, served

JSON = {"content-type": "application/json; charset=utf-8"}
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/good": (200, JSON, b"{}"),
    "/error": (400, JSON, b'{"error": "invalid_grant"}'),
    "/moved": (302, {**JSON, "location": "/good"}, b"{}"),
    "/packed": (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(bytes(10_000_000))),
    "/large": (200, JSON, b" " * (DOCUMENT_BYTES_MAX + 1)),
    "/page": (200, {"content-type": "text/html"}, b"{}"),
    "/fault": (502, {"content-type": "text/html"}, b"<html>"),
}
HEARD: list[tuple[str, str, bytes, str | None]] = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        HEARD.append((self.command, self.path, body, self.headers.get("authorization")))
        status, headers, answer = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that answers badly in many ways."""
    with running_server(Handler) as found:
        yield found


def test_an_answer_comes_whole(address: str) -> None:
    """Its status and its bytes, of an error too: the token endpoint says why."""
    assert fetch(f"{address}/good") == Reply(200, b"{}")
    assert fetch(f"{address}/error") == Reply(400, b'{"error": "invalid_grant"}')


def test_a_form_is_posted_with_the_secret_in_the_header(address: str) -> None:
    """As RFC 6749 has it; what is fetched without a form is a GET."""
    fetch(f"{address}/good", {"code": "a b"}, ("me", "secret"))
    fetch(f"{address}/good")
    posted = ("POST", "/good", b"code=a+b", "Basic bWU6c2VjcmV0")
    assert HEARD[-2:] == [posted, ("GET", "/good", b"", None)]


@pytest.mark.parametrize("place", ["/moved", "/packed", "/large", "/page"])
def test_an_answer_of_another_kind_is_refused(address: str, place: str) -> None:
    """Redirects, packed answers (bombs), too many bytes, pages."""
    before = len(HEARD)
    with pytest.raises(InvalidIdentityProvider) as caught:
        fetch(address + place)
    assert caught.value.field == address + place
    assert len(HEARD) == before + 1


def test_a_fault_of_the_provider_is_not_a_wrong_answer(address: str) -> None:
    """One tries again."""
    with pytest.raises(IdentityProviderUnreachable) as caught:
        fetch(f"{address}/fault")
    assert caught.value.found == "502"


def test_an_answer_that_drips_is_cut_off(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole answer has one limit, not each of its pieces."""
    clock = itertools.count(0, 60)
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    with pytest.raises(IdentityProviderUnreachable, match="slowly"):
        fetch(f"{address}/good")


def test_nobody_there_is_unreachable() -> None:
    """A closed port; the error names the address and no more."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(IdentityProviderUnreachable) as caught:
        fetch(f"http://127.0.0.1:{port}/x")
    assert caught.value.found == "ConnectError"


def test_no_proxy_of_the_environment_is_used(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable does not send secrets to somebody else."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert fetch(f"{address}/good").status == 200


def test_a_login_goes_through_over_http() -> None:
    """Discovery, token and keys by real requests to a provider on this machine."""
    with served(OpenIdDouble()) as double:
        settings = OpenIdSettings(issuer=double.issuer, client_id=CLIENT, levels={ACR: 2})
        provider = OpenIdProvider(settings, clock=lambda: double.now)
        away = provider.begin(b"key", "http://127.0.0.1/callback")
        found = provider.finish(away.session, b"key", double.log_in(away.where))
    assert (found.subject, found.level, found.claims) == ("sub-1", 2, {})
