# SPDX-License-Identifier: Apache-2.0
"""Who is in the demonstration network for evidence. All are invented; their codes well-formed.

The keys are made by chance at the first start and stay in the data folder, so nobody can sign for
anybody else's demonstration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.crypto import SecretKey
from tallystick.model import GenesisDocument, LogKey, Member, MemberKey, Name, Organization
from tallystick.units import (
    DAY_MS,
    TimeMs,
)

NETWORK_NAME: Final = "tally-demo"
CASE_NUMBER: Final = "(2026)示0491民初1号"
KEY_LIFETIME_MS: Final = 10 * 365 * DAY_MS
_CLOCK_TOLERANCE_MS: Final = 60 * 1000

COURT: Final = Organization(
    id="11110105MADEM0011J",
    name=Name(zh="北京示例互联网法院", en="Example Internet Court of Beijing"),
)
BANK: Final = Organization(
    id="91310000MADEM002X2", name=Name(zh="示例商业银行", en="Example Commercial Bank")
)
PLATFORM: Final = Organization(
    id="91110108MADEM0038D",
    name=Name(zh="示例存证科技有限公司", en="Example Evidence Technology Co., Ltd."),
)
NOTARY: Final = Organization(
    id="32110105MADEM00460", name=Name(zh="北京示例公证处", en="Example Notary Office of Beijing")
)


@dataclass(frozen=True, slots=True)
class Person:
    """A member and the name of the key that signs for it."""

    key_name: str
    """Name in the demonstration's key store."""
    member: Member


def _person(
    organization: Organization, identifier: str, name: tuple[str, str], roles: Iterable[str]
) -> Person:
    member = Member(
        organization=organization.id,
        id=identifier,
        name=Name(zh=name[0], en=name[1]),
        roles=tuple(sorted(roles)),
    )
    return Person(f"demo-{identifier}", member)


DEPOSITOR: Final = _person(PLATFORM, "wang-fang", ("王芳", "Wang Fang"), ["depositor"])
"""Signs what the demonstration deposits, and is the key a visitor signs with."""
SEAL_KEEPER: Final = _person(PLATFORM, "liu-yang", ("刘洋", "Liu Yang"), ["administrator"])
"""Publishes the seal on certificates of the demonstration."""

PEOPLE: Final = (
    DEPOSITOR,
    SEAL_KEEPER,
    _person(COURT, "zhang-wei", ("张伟", "Zhang Wei"), ["administrator", "auditor"]),
    _person(COURT, "li-na", ("李娜", "Li Na"), ["auditor", "judge"]),
    _person(BANK, "chen-jing", ("陈静", "Chen Jing"), ["depositor"]),
    _person(BANK, "sun-lei", ("孙磊", "Sun Lei"), ["administrator"]),
    _person(NOTARY, "zhao-min", ("赵敏", "Zhao Min"), ["auditor", "depositor"]),
    _person(NOTARY, "zhou-jie", ("周杰", "Zhou Jie"), ["administrator"]),
)
ORGANIZATIONS: Final = (COURT, BANK, PLATFORM, NOTARY)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in a demonstration network."""

    organizations: tuple[Organization, ...]
    people: tuple[Person, ...]


CONSORTIUM: Final = Cast(ORGANIZATIONS, PEOPLE)
"""Those of evidence alone."""


def build_genesis(
    cast: Cast,
    keys: Mapping[str, SecretKey],
    log_key: bytes,
    created: TimeMs,
    contracts: Iterable[str],
) -> GenesisDocument:
    """Return the founding document; the court's node signs the log."""
    return GenesisDocument(
        name=NETWORK_NAME,
        created=created,
        organizations=cast.organizations,
        members=tuple(person.member for person in cast.people),
        keys=tuple(
            member_key(person.member, keys[person.key_name].public_key, created)
            for person in cast.people
        ),
        log_keys=(LogKey(organization=COURT.id, public_key=log_key),),
        contracts=tuple(sorted(contracts)),
    )


def member_key(member: Member, public_key: bytes, now: TimeMs) -> MemberKey:
    """Return the enrolment of a key for its whole lifetime, from a minute ago."""
    return MemberKey(
        public_key=public_key,
        organization=member.organization,
        member=member.id,
        valid_from=TimeMs(now - _CLOCK_TOLERANCE_MS),
        valid_until=TimeMs(now + KEY_LIFETIME_MS),
    )
