# SPDX-License-Identifier: Apache-2.0
"""Random sequences of calls by random people, with invariants that are checked after each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from random import Random
from typing import Final, TypeAlias

from msgspec import Struct, field

from tallystick.contracts import MethodSchema
from tallystick.errors import TallystickError
from tallystick.model import OK
from tallystick.testing.net import Net
from tallystick.testing.people import Person
from tallystick.testing.random_values import Maker, RandomValues, learn_from

Invariant: TypeAlias = Callable[[Net], object]
"""Raises, or returns False, if it does not hold."""

_WARP_SHARE: Final = 0.1
_WARP_HOURS_MAX: Final = 72


class BrokenInvariant(AssertionError):
    """A sequence of calls led to a state that must not be."""


class RandomRun(Struct, frozen=True):
    """What became of a random sequence."""

    seed: int
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often `contract.method` ended with a code."""

    @property
    def accepted(self) -> int:
        """How many calls took effect."""
        return sum(count for (_, code), count in self.outcomes.items() if code == OK)


def random_actions(
    net: Net,
    *,
    seed: int,
    count: int,
    people: Sequence[Person],
    invariants: Sequence[Invariant] = (),
    values: Mapping[str, Maker] | None = None,
    actions: Collection[str] = (),
) -> RandomRun:
    """Let random people call random actions, and check the invariants after each call.

    Arguments follow the schema, and are often values that stood in results and records before, so
    that many calls get far. The same seed gives the same sequence. Between calls time may pass.

    Args:
        net: the ledger, from which the sequence goes on.
        seed: of the generator; named when an invariant breaks.
        count: how many calls.
        people: who calls.
        invariants: each is given the net.
        values: makers `(random, net) -> value` by argument, or by `contract.method.argument`, for
            what the schema does not say.
        actions: `contract.method` of those to call; all if none is named.

    Raises:
        BrokenInvariant: an invariant does not hold; the message has the seed and the calls.
        ValueError: an argument has a pattern that needs a maker of its own.
    """
    random = Random(seed)  # noqa: S311  # a sequence that repeats
    maker = RandomValues(random, net, [one.code for one in people], values or {})
    chosen = _actions(net, actions)
    run = RandomRun(seed)
    for number in range(1, count + 1):
        if random.random() < _WARP_SHARE:
            net.warp(hours=random.randint(1, _WARP_HOURS_MAX))
        try:
            run.outcomes[_call(net, random, people, chosen, maker)] += 1
            _check(net, invariants)
        except Exception as failure:
            failure.add_note(f"seed {seed}, call {number} of {count}:\n{net.trace()}")
            raise
    return run


def _actions(net: Net, names: Collection[str]) -> list[tuple[str, MethodSchema]]:
    found = [
        (contract, method)
        for contract, definition in net.definitions.items()
        for method in definition.schema.methods
        if method.kind == "action" and (not names or f"{contract}.{method.name}" in names)
    ]
    if not found:
        raise ValueError("there are no such actions")
    return found


def _call(
    net: Net,
    random: Random,
    people: Sequence[Person],
    actions: list[tuple[str, MethodSchema]],
    maker: RandomValues,
) -> tuple[str, str]:
    """Make one call; return its name and code."""
    contract, method = random.choice(actions)
    place = f"{contract}.{method.name}"
    arguments = maker.arguments(place, method.arguments)
    try:
        answer = net.perform(random.choice(people), contract, method.name, **arguments)
    except TallystickError as refusal:
        return place, refusal.code
    learn_from(maker.memory, answer)
    return place, OK


def _check(net: Net, invariants: Sequence[Invariant]) -> None:
    for invariant in invariants:
        name = getattr(invariant, "__name__", repr(invariant))
        try:
            holds = invariant(net)
        except AssertionError as failure:
            raise BrokenInvariant(f"{name} does not hold: {failure}") from failure
        if holds is False:
            raise BrokenInvariant(f"{name} does not hold")
