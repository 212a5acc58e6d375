# SPDX-License-Identifier: Apache-2.0
"""`connect`: from an address, a key and a trust file, or from what the environment says, to a net.

`TALLY_URL` names the node, `TALLY_KEY` the key; without it the only key of the store is used.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.client.async_net import AsyncNet
from tallystick.client.keystore import Asker, Identity, KeyStore
from tallystick.client.links import AsyncLink, Link
from tallystick.client.net import Net
from tallystick.client.session import Session
from tallystick.client.trust import TrustSource, open_trust
from tallystick.client.trust_state import TrustState

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncNet", "Net", "connect", "connect_async"]

URL_VARIABLE: Final = "TALLY_URL"
KEY_VARIABLE: Final = "TALLY_KEY"
URL_DEFAULT: Final = "http://localhost:8700"


def connect(
    url: str | None = None,
    *,
    identity: Identity | Asker | str | None = None,
    trust: TrustSource | None = None,
    passphrase: str | None = None,
    home: Path | None = None,
    http: httpx.BaseTransport | None = None,
) -> Net:
    """Return a network through the node at `url`; contact is made with the first request.

    Args:
        url: Address of a node; by default `$TALLY_URL`, else `http://localhost:8700`.
        identity: Who signs, or the name of a key in the store; by default `$TALLY_KEY`, else the
            store's only key. Reading needs none.
        trust: The network's trust file; without it, what was pinned at first contact.
        passphrase: Opens the named key, if it is sealed.
        home: Folder of keys and pins, by default `$TALLY_HOME`, else `~/.config/tallystick`.
        http: Replaces the network, for tests and for embedding a node.

    Raises:
        UsageError: the address or the key's name is not usable.
        FileProblem: the key or the trust file cannot be read.
    """
    session = _session(url, identity, trust, passphrase, home)
    return Net(Link(session, http))


def connect_async(
    url: str | None = None,
    *,
    identity: Identity | Asker | str | None = None,
    trust: TrustSource | None = None,
    passphrase: str | None = None,
    home: Path | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> AsyncNet:
    """Return the same for asyncio; use it with `async with`. Arguments and errors as `connect`."""
    session = _session(url, identity, trust, passphrase, home)
    return AsyncNet(AsyncLink(session, http))


def _session(
    url: str | None,
    identity: Identity | Asker | str | None,
    trust: TrustSource | None,
    passphrase: str | None,
    home: Path | None,
) -> Session:
    return Session(
        (url or os.environ.get(URL_VARIABLE) or URL_DEFAULT).rstrip("/"),
        identity=_identity(identity, passphrase, home),
        trust=None if trust is None else open_trust(trust),
        state=TrustState(home),
    )


def _identity(
    named: Identity | Asker | str | None, passphrase: str | None, home: Path | None
) -> Identity | Asker | None:
    if isinstance(named, Identity | Asker):
        return named
    store = KeyStore(None if home is None else home / "keys")
    name = named or os.environ.get(KEY_VARIABLE)
    if name is not None:
        return store.load(name, passphrase=passphrase)
    names = store.names()
    # Nobody named the key, so a sealed one is left alone: reading must not ask for a passphrase.
    if len(names) != 1 or (passphrase is None and store.describe(names[0]).is_sealed):
        return None
    return store.load(names[0], passphrase=passphrase)
