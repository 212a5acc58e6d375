# SPDX-License-Identifier: Apache-2.0
"""`tally identity serve`: a door where persons log in, and their keys are vouched for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tallystick.cli.answers import Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.render import render
from tallystick.cli.talk import note, step
from tallystick.errors import FileProblem, UsageError

if TYPE_CHECKING:
    from tallystick.cli.identity.bridge import Knowing
    from tallystick.interchange.identity import OpenIdSettings


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What was agreed with the identity provider."""

    provider: str
    client_id: str
    acr: Annotated[tuple[str, ...], Parameter(negative=())]
    client_secret: Path | None = None
    scope: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    also_host: Annotated[tuple[str, ...], Parameter(negative=())] = ()


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How a person is known."""

    claim: str
    secret: Path


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """Where the door is, and for which records."""

    contract: str
    records: str = "entitlements"
    port: int = 8710
    public: str | None = None


def serve(
    *,
    provider: Provider,
    person: Person,
    doorway: Doorway,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> None:
    """Serve the door until it is told to stop.

    Raises:
        UsageError: an option is not usable.
        FileProblem: a private file cannot be read, or others may read it.
        Malformed: the secret is too short.
        InvalidIdentityProvider: the issuer's address is not acceptable.
        UnknownContract: there is no such contract, or it vouches for nobody.
        PortInUse: another program listens there.
    """
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.identity.bridge import Bridge
    from tallystick.cli.identity.desk import NetDesk
    from tallystick.cli.identity.door import Door
    from tallystick.cli.identity.serving import HOST, serving, take_port
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url
    from tallystick.cli.stopping import told_to_stop
    from tallystick.interchange.identity import OpenIdProvider

    knowing = _knowing(person)
    theirs = OpenIdProvider(_settings(provider, person))
    identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
    with (
        take_port(doorway.port) as listener,
        open_net(address, identity=identity) as net,
        told_to_stop() as ended,
    ):
        desk = NetDesk(net, doorway.contract, doorway.records)
        public = doorway.public or f"http://{HOST}:{listener.getsockname()[1]}"
        door = Door(Bridge(desk, theirs, knowing), public)
        with serving(door, listener):
            link = f"{door.public}/begin?record=RECORD&key=PUBLIC-KEY"
            sys.stdout.write(render(Sheet({"link": link, "back": f"{door.public}/callback"})))
            sys.stdout.flush()
            note(say("identity.serving"))
            ended.wait()
    step(say("identity.stopped"))


def _knowing(person: Person) -> Knowing:
    """Return how persons are known, with the secret from its private file."""
    from tallystick.cli.identity.bridge import Knowing
    from tallystick.cli.payments.private_files import read_private

    try:
        secret = bytes.fromhex(read_private(person.secret).strip().decode("ascii"))
    except ValueError as error:
        message = say("payments.wrong_form", path=person.secret)
        raise FileProblem(message, field="--secret", expected="openssl rand -hex 32") from error
    return Knowing(person.claim, secret)


def _settings(provider: Provider, person: Person) -> OpenIdSettings:
    from tallystick.cli.payments.private_files import read_private
    from tallystick.interchange.identity import OpenIdSettings

    secret = provider.client_secret
    return OpenIdSettings(
        issuer=provider.provider,
        client_id=provider.client_id,
        client_secret=None if secret is None else read_private(secret).strip().decode(),
        levels=dict(_level(one) for one in provider.acr),
        claims=(person.claim,),
        scopes=("openid", *provider.scope),
        hosts=frozenset(one.lower() for one in provider.also_host),
    )


def _level(given: str) -> tuple[str, int]:
    """Return what `ACR=LEVEL` says."""
    name, _, level = given.rpartition("=")
    if not name or level not in {"1", "2", "3", "4"}:
        message = say("usage.value", name="--acr", value=given)
        raise UsageError(message, field="--acr", expected="ACR=LEVEL, LEVEL 1..4")
    return name, int(level)
