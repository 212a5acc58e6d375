# SPDX-License-Identifier: Apache-2.0
"""`connect` takes what is given, else what the environment says; the package's face is lazy."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tallystick
from tallystick.client import Asker, Identity, KeyStore, connect, connect_async
from tallystick.client.links import Link
from tallystick.crypto import Cost
from tallystick.errors import FileProblem, UsageError
from tests.unit.client.mock_node import ME, MockNode
from tests.unit.client.world import CLERK, COURT, World


def who(**options: object) -> Identity | Asker | None:
    """Return the identity that a net would sign with."""
    net = connect(**options)  # type: ignore[arg-type]
    link = net._link
    assert isinstance(link, Link)
    return link.session.identity


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument wins, then `$TALLY_URL`, then this machine."""
    assert repr(connect()) == "<Net http://localhost:8700>"
    monkeypatch.setenv("TALLY_URL", "https://ledger.example/")
    assert repr(connect()) == "<Net https://ledger.example>"
    assert repr(connect("http://127.0.0.1:9")) == "<Net http://127.0.0.1:9>"
    assert repr(connect_async()) == "<AsyncNet https://ledger.example>"


@pytest.mark.parametrize("url", ["localhost:8700", "ftp://x", "http://", "http://[", "http://x:y"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """At once, not at the first request."""
    with pytest.raises(UsageError, match="not the address"):
        connect(url)


def test_the_key_is_named_or_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument wins, then `$TALLY_KEY`, then the only key; otherwise reading only."""
    store = KeyStore()
    assert who() is None
    one = store.create("one", COURT, "clerk")
    for found in (who(), who(identity="one")):
        assert found is not None
        assert found.public_key == one.public_key
    two = store.create("two", COURT, "clerk")
    assert who() is None
    monkeypatch.setenv("TALLY_KEY", "two")
    found = who()
    assert found is not None
    assert found.public_key == two.public_key
    assert who(identity=ME) is ME
    with pytest.raises(FileProblem):
        who(identity="three")


def test_a_sealed_key_is_left_alone_unless_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading never asks for a passphrase."""
    monkeypatch.setattr("tallystick.crypto.sealed_key.DEFAULT_COST", Cost(1, 8192))
    KeyStore().create("one", COURT, "clerk", passphrase="p")
    assert who() is None
    assert who(passphrase="p") is not None
    with pytest.raises(UsageError, match="passphrase"):
        who(identity="one")


def test_the_folder_can_be_chosen(tmp_path: Path) -> None:
    """Keys and pins of a test, or of a service, live where it says."""
    KeyStore(tmp_path / "keys").save("k", Identity(COURT, "clerk", CLERK))
    assert who(home=tmp_path) is not None
    node = MockNode()
    node.world.fill(1)
    with node.net(home=tmp_path) as net:
        net.block(1)
    assert (tmp_path / "addresses.json").exists()


def test_a_missing_trust_file_is_said_at_once(tmp_path: Path) -> None:
    """Before any contact."""
    with pytest.raises(FileProblem):
        connect(trust=tmp_path / "gone")


def test_the_package_offers_the_client_without_loading_it() -> None:
    """`import tallystick` is cheap; `verify` loads no HTTP library (ux.md 3.1)."""
    program = (
        "import sys, tallystick\n"
        "assert not {'httpx', 'msgspec', 'nacl'} & set(sys.modules)\n"
        "tallystick.verify, tallystick.Trust, tallystick.Net, tallystick.connect\n"
        "assert not {'httpx', 'asyncio', 'lmdb', 'starlette'} & set(sys.modules)\n"
        "tallystick.connect('http://localhost:1')\n"
        "assert 'httpx' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def test_the_face_of_the_package_is_complete() -> None:
    """Every listed name is there, and a wrong one is missed as usual."""
    assert set(dir(tallystick)) == set(tallystick.__all__)
    for name in tallystick.__all__:
        assert getattr(tallystick, name) is not None
    assert tallystick.connect is connect
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = tallystick.nonsense


def test_a_node_on_this_machine_is_reached_past_any_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy cannot reach localhost; a remote node may need it."""
    from tallystick.client.transport import _settings

    assert not _settings("http://localhost:8700")["trust_env"]
    assert not _settings("http://[::1]:8700")["trust_env"]
    assert _settings("https://ledger.example")["trust_env"]
    monkeypatch.setattr("tallystick.client.transport.version", _missing)
    assert _settings("http://localhost")["headers"]["User-Agent"] == "tallystick/0"
    assert World().trust.network.startswith("demo.")


def _missing(name: str) -> str:
    from importlib.metadata import PackageNotFoundError

    raise PackageNotFoundError(name)


def test_a_pause_is_made_in_both_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere in these tests pauses are only recorded."""
    from tallystick.client.transport import AsyncTransport, Transport

    slept: list[float] = []

    async def sleep(seconds: float) -> None:  # stands in for asyncio.sleep
        slept.append(seconds)

    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", slept.append)
        patched.setattr(asyncio, "sleep", sleep)
        blocking = Transport("http://localhost")
        blocking.pause(2345)
        blocking.close()
        asyncio.run(AsyncTransport("http://localhost").pause(6789))
    # Other threads may have slept meanwhile.
    assert {2.345, 6.789} <= set(slept)
