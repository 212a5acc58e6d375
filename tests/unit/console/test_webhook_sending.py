# SPDX-License-Identifier: Apache-2.0
"""One message of a webhook: signed as the standard says, and sent to no address within."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tallystick.console.webhooks import sending
from tallystick.console.webhooks.addresses import (
    Networks,
    NoAddress,
    is_public,
    parse_target,
    resolve,
)
from tallystick.console.webhooks.sending import Message, Outcome, Result, deliver
from tallystick.console.webhooks.signing import new_secret, signature, signed_headers
from tallystick.errors import InvalidArguments
from tests.webhook_receiver import receiving

HERE: Networks = (ipaddress.ip_network("127.0.0.0/8"),)
MESSAGE = Message(id="event_1", type="evidence.Deposited", body=b'{"type":"evidence.Deposited"}')
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()


def sent(address: str, networks: Networks = HERE) -> Outcome:
    """Send one message."""
    return asyncio.run(deliver(address, (SECRET,), MESSAGE, networks))


def called(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have these addresses; return the names that are asked for."""
    asked: list[str] = []

    def lookup(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_signatures_are_those_of_the_standard() -> None:
    """The vector that the implementations of Standard Webhooks share is met."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # published with the vector
    name, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, name, 1614265330, body) == expected
    headers = signed_headers((secret, new_secret()), name, 1614265330, body)
    assert headers["webhook-signature"].split(" ")[0] == expected
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert headers["webhook-timestamp"] == "1614265330"
    assert new_secret() != new_secret()


def test_a_message_arrives_with_headers_that_check_it() -> None:
    """Whoever has the secret, id, time and body of what came finds the same signature."""
    with receiving() as receiver:
        outcome = sent(receiver.url)
    assert (outcome.result, outcome.status) == (Result.DELIVERED, 204)
    ((head, body),) = receiver.got
    time_s = int(head["webhook-timestamp"])
    assert head["webhook-signature"] == signature(SECRET, "event_1", time_s, body)
    assert (body, head["content-type"]) == (MESSAGE.body, "application/json")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1"),  # noqa: S104
        "192.168.1.1",
        *("169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    ],
)
def test_addresses_within_are_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine, private and special networks, and IPv6 around them, get nothing."""
    assert not is_public(ipaddress.ip_address(address))
    called(monkeypatch, address)
    assert resolve(parse_target("https://hooks.example/x"), ()) is NoAddress.FORBIDDEN


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_public_over_https_alone(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told leaves the operator's networks enciphered only."""
    called(monkeypatch, address)
    assert resolve(parse_target("https://hooks.example"), ()) == ipaddress.ip_address(address)
    assert resolve(parse_target("http://hooks.example"), HERE) is NoAddress.FORBIDDEN


def test_one_address_within_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and a private address is not tried at the public one."""
    called(monkeypatch, "1.1.1.1", "10.0.0.1")
    assert resolve(parse_target("https://hooks.example"), ()) is NoAddress.FORBIDDEN
    inner = (ipaddress.ip_network("10.0.0.0/8"),)
    assert str(resolve(parse_target("https://hooks.example"), inner)) == "1.1.1.1"
    called(monkeypatch)
    assert resolve(parse_target("https://hooks.example"), ()) is NoAddress.UNKNOWN


@pytest.mark.parametrize(
    "address",
    [
        *("", "example.org", "ftp://example.org", "https://", "https:///x", "file:///etc/passwd"),
        *("https://a@example.org", "https://a:b@example.org", "https://example.org/#x"),
        *("https://example.org:99999", "https://exa mple.org", "https://例.org", "https://x\n.y"),
        *(f"https://example.org/{'a' * 500}", "https://[::1", "gopher://example.org"),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """Only http and https, without user and fragment, of bounded length (ASVS 1.2.2)."""
    with pytest.raises(InvalidArguments):
        parse_target(address)


def test_this_machine_gets_nothing_unless_the_operator_allows_it() -> None:
    """A receiver on loopback sees no request at all."""
    with receiving() as receiver:
        assert sent(receiver.url, ()).result is Result.FORBIDDEN
        assert receiver.got == []
        assert sent(receiver.url.replace("127.0.0.1", "localhost")).result is Result.DELIVERED


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is looked up once: what it is bound to afterwards does not matter (rebinding)."""
    with receiving() as receiver:
        asked = called(monkeypatch, "127.0.0.1")
        port = receiver.url.split(":")[2]
        assert sent(f"http://hooks.example:{port}").result is Result.DELIVERED
    assert asked.count("hooks.example") == 1
    assert receiver.got[0][0]["host"] == f"hooks.example:{port.split('/')[0]}"


def test_redirects_are_not_followed() -> None:
    """A receiver cannot send us on to an address that nobody checked."""
    with receiving() as receiver:
        receiver.answers = [302]
        receiver.answers_with = {"location": receiver.url}
        assert sent(receiver.url).result is Result.REDIRECTED
        assert len(receiver.got) == 1


def test_errors_of_the_receiver_are_told_apart() -> None:
    """410 wants no more; others are tried again, not before the receiver wishes."""
    with receiving() as receiver:
        receiver.answers = [410, 503]
        receiver.answers_with = {"retry-after": "120"}
        assert sent(receiver.url).result is Result.GONE
        busy = sent(receiver.url)
        assert (busy.result, busy.status, busy.wait_s) == (Result.REFUSED, 503, 120)
    assert sent(receiver.url).result is Result.UNREACHABLE  # it has gone


def test_a_receiver_that_does_not_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an attempt is bounded, whatever the receiver does."""
    monkeypatch.setattr(sending, "TIME_OUT_S", 0.3)
    with receiving() as receiver:
        receiver.gate = threading.Event()
        assert sent(receiver.url).result is Result.TIMED_OUT
        receiver.gate.set()


def test_the_certificate_must_be_that_of_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Going to an address does not loosen TLS: another name's certificate is refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "hooks.example"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with receiving(context) as receiver:
        port = receiver.url.split(":")[2]
        called(monkeypatch, "127.0.0.1")
        assert sent(f"https://hooks.example:{port}").result is Result.DELIVERED
        assert sent(f"https://other.example:{port}").result is Result.UNREACHABLE
    assert len(receiver.got) == 1


def certificate(folder: Path, host: str) -> Path:
    """Return a file with a key and a certificate of a name, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path
