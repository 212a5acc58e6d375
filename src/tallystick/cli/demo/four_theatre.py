# SPDX-License-Identifier: Apache-2.0
"""Stories of industries on four nodes: four of the organisations found, the others are voted in.

As in a real consortium, who runs a node is in the genesis document by the ceremony; who runs none
applies, is admitted by vote, and asks another's node. Everybody's clerks are enrolled by their own
administrator. No organisation holds a key of another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tallystick.cli.answers import Plain
from tallystick.cli.catalogue import say
from tallystick.cli.demo.consortium import KEY_LIFETIME_MS, ORGANIZATIONS
from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.demo.sites import (
    Site,
    compare,
    find_engine,
    found_together,
    four_sites,
    start_all,
    stop_all,
    wait_level,
)
from tallystick.cli.demo.story_papers import HEAD, check_papers
from tallystick.cli.demo.theatre import FILES, Theatre
from tallystick.cli.founding import ADMINISTRATOR, installed_contracts, now_ms
from tallystick.cli.membership_files import (
    Applicant,
    file_text,
    make_application,
    read_application,
)
from tallystick.cli.talk import step
from tallystick.client import Identity, KeyStore, Net, connect, write_file
from tallystick.contracts import Player
from tallystick.crypto import SecretKey
from tallystick.model import ROLE_GOVERNOR, Name, Organization

NETWORK_NAME: Final = "tally-story"
_GOVERNOR: Final = "governor"
_CLOCK_TOLERANCE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class House:
    """An organisation of a story: its folder, and the node that its people ask."""

    organization: Organization
    home: Path
    """Its people's keys and pins."""
    site: Site
    """Its own node, or that of a member whose guest it is."""

    @property
    def code(self) -> str:
        """The organisation's code."""
        return self.organization.id

    @property
    def is_guest(self) -> bool:
        """Whether it runs no node."""
        return self.site.organization.id != self.code

    @property
    def store(self) -> KeyStore:
        """Its people's keys."""
        return KeyStore(self.home / "keys")

    def net(self, key_name: str) -> Net:
        """Connect one of its people, who trust its node's network only."""
        identity = self.store.load(key_name)
        return connect(self.site.url, identity=identity, trust=self.site.trust, home=self.home)

    def administrator(self) -> Net:
        """Connect its administrator."""
        return self.net(f"{self.code}-{ADMINISTRATOR}")

    def governor(self) -> Net:
        """Connect who votes for it; in a guest's house one person is both."""
        return self.net(f"{self.code}-{ADMINISTRATOR if self.is_guest else _GOVERNOR}")


def tell_on_four(base: Path, story: ModuleType) -> dict[str, Plain]:
    """Tell a story on four nodes in a folder; return what it showed.

    Raises:
        EngineMissing: the consensus engine is not installed.
        Unverified: something did not go as it must.
    """
    version = find_engine()
    cast = _organizations(story)
    founders = list({one.id: one for one in (*cast, *ORGANIZATIONS)}.values())[:4]
    with four_sites(base, founders) as sites:
        network = found_together(sites, base, name=NETWORK_NAME, contracts=installed_contracts())
        start_all(sites)
        houses = _make_houses(base, cast, sites)
        _admit_guests(base, sites, houses)
        _enrol_clerks(sites, houses, story)
        (base / TRUST_FILE).write_bytes(sites[0].trust.read_bytes())
        facts: dict[str, Any] = {}
        with _open_theatre(base, houses, story) as theatre:
            facts.update(story.tell(theatre))
            facts["receipts"] = theatre.count_verified()
        step(say("story.verified", count=facts["receipts"]))
        facts["papers"] = check_papers(base / FILES, base / TRUST_FILE)
        step(say("story.papers", count=facts["papers"], path=base / FILES))
        levels = compare(sites)
        stop_all(sites)
    return {
        **facts,
        "network": network,
        "heights": [height for height, _ in levels],
        "app_hash": levels[0][1],
        "engine": version,
    }


def _organizations(story: ModuleType) -> list[Organization]:
    """Return the organisations of a story in the order in which they appear."""
    names = {part.code: part.organization for part in story.parts()}
    return [
        Organization(id=code, name=Name(zh=name.zh, en=name.en)) for code, name in names.items()
    ]


def _make_houses(base: Path, cast: Sequence[Organization], sites: Sequence[Site]) -> list[House]:
    """Give who runs a node that one, and spread the others over the nodes."""
    own = {site.organization.id: site for site in sites}
    houses = []
    for number, one in enumerate(cast):
        site = own.get(one.id)
        home = site.home if site else base / f"organization-{number + 1}" / "people"
        houses.append(House(one, home, site or sites[number % len(sites)]))
    return houses


def _admit_guests(base: Path, sites: Sequence[Site], houses: Sequence[House]) -> None:
    """Have everybody who runs no node apply, and the members vote; newcomers vote at once."""
    began = time.monotonic()
    guests = [house for house in houses if house.is_guest]
    with ExitStack() as stack:
        voters = [stack.enter_context(_founder(site).governor()) for site in sites]
        for guest in guests:
            application = base / f"{guest.code}.application.json"
            write_file(application, _apply(guest, voters[0].trust.network))
            _vote_in(application, voters)
            wait_level(sites)  # so that every node knows the newcomer's key
            voters.append(stack.enter_context(guest.governor()))
    if guests:
        step(say("story.admitted", count=len(guests)), took_s=time.monotonic() - began)


def _founder(site: Site) -> House:
    return House(site.organization, site.home, site)


def _apply(guest: House, network: str) -> bytes:
    """Make the key of a newcomer's first person, and the application that it signs."""
    identity = Identity(guest.code, ADMINISTRATOR, SecretKey.generate())
    guest.store.save(f"{guest.code}-{ADMINISTRATOR}", identity)
    applicant = Applicant(
        organization=guest.code,
        name=guest.organization.name,
        member=ADMINISTRATOR,
        member_name=Name(zh="管理员", en="Administrator"),
        roles=(ROLE_GOVERNOR,),
        secret=identity.secret,
        valid_from=now_ms() - _CLOCK_TOLERANCE_MS,
        valid_until=now_ms() + KEY_LIFETIME_MS,
    )
    return file_text(make_application(network, applicant)).encode()


def _vote_in(application: Path, voters: Sequence[Net]) -> None:
    """Propose to admit who applied, and vote until that is decided."""
    proposer, *others = voters
    action = read_application(application, proposer.trust.network, None)
    proposal = proposer.governance.propose(action).id
    for voter in others:
        done = voter.governance.vote(proposal, approve=True)
        if any(event.name == "governance.Executed" for event in done.events):
            return


def _enrol_clerks(sites: Sequence[Site], houses: Sequence[House], story: ModuleType) -> None:
    """Have each administrator enrol the own people, in their roles, all at the same time."""
    began = time.monotonic()
    parts = story.parts()

    def enrol(house: House) -> None:
        with house.administrator() as net:
            for part in parts:
                if part.code == house.code:
                    _enrol(house, net, part)

    with ThreadPoolExecutor(len(houses), "tally-house") as at_once:
        list(at_once.map(enrol, houses))
    wait_level(sites)
    step(say("story.enrolled", count=len(parts)), took_s=time.monotonic() - began)


def _enrol(house: House, net: Net, part: Player) -> None:
    secret = SecretKey.generate()
    house.store.save(part.member, Identity(house.code, part.member, secret))
    net.call(
        "membership",
        "add_member",
        id=part.member,
        name={"zh": part.name.zh, "en": part.name.en},
        roles=[part.role],
    )
    net.call(
        "membership",
        "enrol_key",
        member=part.member,
        public_key=secret.public_key,
        valid_from=now_ms() - _CLOCK_TOLERANCE_MS,
        valid_until=now_ms() + KEY_LIFETIME_MS,
        proof=net.governance.member_proof(house.code, part.member, secret),
    )


@contextmanager
def _open_theatre(base: Path, houses: Sequence[House], story: ModuleType) -> Iterator[Theatre]:
    """Connect everybody who has a part, each with the node of the own organisation or its host."""
    by_code: Mapping[str, House] = {house.code: house for house in houses}
    with ExitStack() as stack:
        nets = {
            part.member: stack.enter_context(by_code[part.code].net(part.member))
            for part in story.parts()
        }
        nets |= {
            f"{HEAD}{house.code}": stack.enter_context(house.administrator()) for house in houses
        }
        yield Theatre(base, story, nets)
