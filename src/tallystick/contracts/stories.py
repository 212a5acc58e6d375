# SPDX-License-Identifier: Apache-2.0
"""What a story of an industry is told with: who plays a part, and the place where it is told.

A story is a module of an industry's package, registered by the entry point group
`tallystick.demos`; `tally demo NAME` tells it. It has `CONTRACT`, `PAYER`, `TELLER`, `parts()` and
`tell(theatre)`, and says only who does what, and why. Its `history(past)` says what the same
people did in the ninety days before a demonstration begins.

A story of several networks has `CHANNELS`: the kinds of assets that the first of its networks
reserves for the others, `casts()` by the networks' names, and `tell(scenes)`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from tallystick.contracts.label import Label

T = TypeVar("T")
Life: TypeAlias = Generator[int, None, None]
"""What becomes of a matter: it acts when its time comes, and yields the hours until it goes on."""


@dataclass(frozen=True, slots=True)
class Player:
    """A member who plays a part."""

    code: str
    """Of the organisation."""
    organization: Label
    member: str
    name: Label
    role: str


def first_steps(life: Life, count: int) -> Life:
    """Return a life that stops after some steps: a matter that waits for somebody."""
    for _, hours in zip(range(count), life, strict=False):
        yield hours


class PlayerKey(Protocol):
    """The key of somebody or something outside the network: a telephone, a scanner."""

    @property
    def public_key(self) -> str:
        """In hexadecimal."""
        ...

    def sign(self, digest: str) -> str:
        """Return the signature over a digest, both in hexadecimal."""
        ...


class Scene(Protocol):
    """Where people act, now or in the past.

    A method is of the story's contract; with a dot it is of another: `calendars.publish`.
    """

    @property
    def now(self) -> int:
        """The time, in milliseconds."""
        ...

    @property
    def secret(self) -> bytes:
        """A secret of the story's chief organisation, for commitments."""
        ...

    def say(self, text: Label) -> None:
        """Tell what has just happened."""
        ...

    def act(self, member: str, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Let a member call an action, keep its receipt, and return its result."""
        ...

    def refused(
        self,
        code: str,
        member: str,
        method: str,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        """Let a member call what the contract must refuse with this code."""
        ...

    def ask(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Return what a query answers."""
        ...

    def check(self, *, holds: bool, claim: Label) -> None:
        """End the story as failed unless a claim holds."""
        ...

    def key(self, person: str) -> PlayerKey:
        """Return the key of somebody outside the network, made when it is first asked for."""
        ...

    def account_digest(self, payee: Mapping[str, str]) -> str:
        """Return what the ledger knows of a payee's account."""
        ...

    def keep_original(self, name: str, content: bytes) -> str:
        """Keep a file that will be deposited, in the story's folder; return its SHA-256.

        A receipt that names its hash is later verified with it.
        """
        ...


class ChannelScene(Scene, Protocol):
    """One of the places of a story that is told on several networks."""

    @property
    def network(self) -> str:
        """The id of the network that it is told on."""
        ...

    def proof(self) -> bytes:
        """Return what another network is shown of the last action."""
        ...


class Theatre(Scene, Protocol):
    """What a story needs of the place where it is told."""

    def keep_payees(self, payees: Sequence[Mapping[str, str]]) -> None:
        """Write the private file of payees."""
        ...

    def bank_round(self, orders: int, closed: Sequence[str]) -> tuple[int, int]:
        """Send so many orders, let the stand-in bank answer, report; return made and refused."""
        ...

    def stamp_original(self, name: str) -> tuple[str, str]:
        """Have a kept file time-stamped by the story's own authority.

        Returns:
            SHA-256 of the token, and of the certificate that made it.
        """
        ...

    def check_case(self, member: str, case: str) -> tuple[list[dict[str, Any]], str]:
        """Let the bundle of a case be packed, and a member check it as one who has got it.

        Returns:
            What was found of each item as it goes on record, and the SHA-256 of the report.
        """
        ...

    def take_away(self, member: str, kind: str, subject: str) -> Mapping[str, Any]:
        """Let a member save a file of the contract's exports, in the story's folder.

        An extract is checked with nothing but the trust file, and its facts are returned; of
        another file there are none.
        """
        ...


class Chance(Protocol):
    """Numbers that look like chance and repeat; `random.Random` is one."""

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...

    def randint(self, a: int, b: int, /) -> int:
        """Return a whole number from `a` to `b`."""
        ...

    def randrange(self, start: int, stop: int | None = None, /) -> int:
        """Return a whole number below `stop`, or below `start` if it is the only one."""
        ...

    def choice(self, seq: Sequence[T], /) -> T:
        """Return one of these."""
        ...

    def choices(self, population: Sequence[T], weights: Sequence[int], /) -> list[T]:
        """Return a list of one of these, by weight."""
        ...


class Past(Scene, Protocol):
    """The days before a demonstration begins, into which its history is written."""

    @property
    def chance(self) -> Chance:
        """What happens by chance comes from the history's seed."""
        ...

    @property
    def days_left(self) -> int:
        """How many days are left until the demonstration begins."""
        ...

    def begin(self, life: Life) -> None:
        """Let another matter begin now, beside the one that is acting."""
        ...

    def news(self, event: str) -> list[Mapping[str, Any]]:
        """Return the fields of the contract's events of a name, those since it was last asked."""
        ...
