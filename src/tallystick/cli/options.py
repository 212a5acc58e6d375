# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share; each group is one parameter of the command's function."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

Dashed = Annotated[str | None, Parameter(allow_leading_hyphen=True)]
"""A text that may be `-`, for a standard stream."""


Witnesses = Annotated[int, Parameter(validator=Number(gte=0, lte=16))]
"""How many other organisations; a node asks at most so many."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How the answer looks; every command has these."""

    json: bool = False
    fields: str | None = None
    lang: Literal["zh", "en"] | None = None
    color: Literal["auto", "always", "never"] = "auto"
    no_progress: bool = False
    no_input: bool = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Which node to talk to."""

    url: str | None = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which data folder of this machine is meant."""

    data: Path | None = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a node listens, and what opens its keys."""

    port: int = 8700
    host: str = "localhost"
    expose_demo: bool = False
    """Whether others may reach a demonstration."""
    passphrase_file: Dashed = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class NewNetwork:
    """What a network is founded with, when the data folder has none."""

    network: str = "ledger"
    organization: str | None = None
    organization_name: str | None = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What an organisation says of itself when it helps to found a network."""

    organization: str
    name_zh: str
    name_en: str
    p2p: str
    api: str = ""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class VotingRules:
    """By which votes a new network is governed."""

    threshold: str = "1/2"
    participation: str = "2/3"
    proposal_days: int = 7


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Which key signs."""

    as_: Annotated[str | None, Parameter(name="--as")] = None
    passphrase_file: Dashed = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens the organisation's sealing keys."""

    sealing_passphrase_file: Dashed = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Signing):
    """Which key signs the request, and what opens the answer."""

    sealing_passphrase_file: Dashed = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Whose seal is set on a certificate, and what its QR code begins with."""

    seal_of: str | None = None
    seal_passphrase_file: Dashed = None
    portal: str | None = None
    time_stamp: str | None = None
    """Address of a time-stamp authority, or `local` for the one of this user."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Depositing:
    """How deposits are made."""

    batch: Path | None = None
    sm3: bool = False
    receipt_dir: Path | None = None
    no_wait: bool = False
    timeout: float = 30.0
    """Seconds to wait for finality."""
    dry_run: bool = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What a proof is checked with."""

    receipt: Path | None = None
    offline: bool = False
    trust: Path | None = None
    authorities: tuple[Path, ...] = ()
    signers: tuple[Path, ...] = ()
    services: tuple[Path, ...] = ()
    witnesses: Witnesses = 0


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a transaction is sent, and what is kept of it."""

    no_wait: bool = False
    timeout: float = 30.0
    """Seconds to wait for finality."""
    dry_run: bool = False
    save_receipt: Path | None = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How much of a list."""

    limit: Annotated[int, Parameter(name=("--limit", "-n"))] = 50
    all: bool = False
    """Follow the cursor to the end."""


def field_names(group: type) -> tuple[str, ...]:
    """Return the names of the options in a group."""
    return tuple(field.name for field in fields(group))


# Defaults of the parameters; the records are frozen.
OUTPUT: Final = Output()
ADDRESS: Final = Address()
PLACE: Final = Place()
PAGE: Final = Page()
DEPOSITING: Final = Depositing()
CHECKING: Final = Checking()
SIGNING: Final = Signing()
OPENING: Final = Opening()
READING: Final = Reading()
SEALING: Final = Sealing()
SENDING: Final = Sending()
NEW_NETWORK: Final = NewNetwork()
LISTENING: Final = Listening()
VOTING_RULES: Final = VotingRules()
