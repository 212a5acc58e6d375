# SPDX-License-Identifier: Apache-2.0
"""Stories of several networks: a registry that all share, and channels that recognise it.

Each is a node of its own in this process, with keys of its own; none talks to another. What goes
between them is what people carry: trust files before, receipts afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from tallystick.cli.answers import Plain
from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import KEYS_FOLDER, TRUST_FILE
from tallystick.cli.demo.sites import free_ports
from tallystick.cli.demo.theatre import Theatre, found, open_nets
from tallystick.cli.recognising import recognition_of
from tallystick.cli.serving import Serving, serve_folder
from tallystick.cli.talk import step
from tallystick.client import KeyStore, Trust, connect
from tallystick.contracts import Label, Player
from tallystick.errors import Unverified
from tallystick.model import ROLE_GOVERNOR, RecogniseNetwork, network_proof, parse_receipt

_GOVERNOR: Final = "governor"


@dataclass(frozen=True, slots=True)
class _Cast:
    """Those who play on one network, and a governor of each organisation."""

    players: Sequence[Player]

    def parts(self) -> list[Player]:
        """Return everybody."""
        names = {one.code: one.organization for one in self.players}
        word = Label(zh="治理代表", en="Governor")
        governors = [
            Player(code, name, f"{_GOVERNOR}-{code}", word, ROLE_GOVERNOR)
            for code, name in names.items()
        ]
        return [*self.players, *governors]


class ChannelTheatre(Theatre):
    """The place on one network of a story of several."""

    @property
    def network(self) -> str:
        """The network's id."""
        return self._any_net.trust.network

    def proof(self) -> bytes:
        """Return what another network is shown of the last action."""
        return network_proof(parse_receipt(self.receipts[-1].read_bytes())).encode()


def tell_on_channels(base: Path, story: ModuleType) -> dict[str, Plain]:
    """Found the networks of a story, let them recognise each other, and tell it.

    Raises:
        Unverified: something did not go as it must.
    """
    casts: Mapping[str, Sequence[Player]] = story.casts()
    ports = free_ports(len(casts))
    places = []
    for (name, players), port in zip(casts.items(), ports, strict=True):
        found(base / name, _Cast(players), name=name)
        places.append(Serving(base / name, "localhost", port))
    facts: dict[str, Plain] = {}

    def guest() -> None:
        _recognise(places, story.CHANNELS)
        step(say("story.recognised", count=len(places) - 1))
        with ExitStack() as stack:
            theatres = {
                one.folder.name: ChannelTheatre(
                    one.folder, story, stack.enter_context(open_nets(one.folder, one.url))
                )
                for one in places
            }
            facts.update(story.tell(theatres))
            facts["receipts"] = sum(one.count_verified() for one in theatres.values())
        step(say("story.verified", count=facts["receipts"]))

    _serve(places, guest)
    return facts


def _serve(places: Sequence[Serving], guest: Callable[[], None]) -> None:
    """Serve each node inside the one before, and the guest when all answer."""
    if not places:
        guest()
        return
    serve_folder(places[0], lambda _node: _serve(places[1:], guest), once=True)


def _recognise(places: Sequence[Serving], kinds: tuple[str, ...]) -> None:
    """Have the channels believe the registry, and the registry believe them."""
    registry, *channels = places
    for one in channels:
        _vote(one, recognition_of(_trust(registry), asset_kinds=kinds))
        _vote(registry, recognition_of(_trust(one)))


def _vote(place: Serving, action: RecogniseNetwork) -> None:
    """Propose, and let governors vote until it is executed.

    Raises:
        Unverified: it is not, though all voted for it.
    """
    store = KeyStore(place.folder / KEYS_FOLDER)
    proposal, state = "", ""
    for name in store.names():
        if not name.startswith(_GOVERNOR) or state == "executed":
            continue
        with connect(place.url, identity=store.load(name), trust=_trust(place)) as net:
            if proposal:
                net.governance.vote(proposal, approve=True)
            else:
                proposal = net.governance.propose(action).id
            state = net.governance.proposal(proposal).state
    if state != "executed":
        raise Unverified(say("demo.failed", reason=proposal))


def _trust(place: Serving) -> Trust:
    return Trust.load(place.folder / TRUST_FILE)
