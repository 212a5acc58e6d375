# SPDX-License-Identifier: Apache-2.0
"""Random sequences get far, repeat by their seed, and tell how an invariant broke."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Annotated, Any

import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Label, Meta, action, schema_of
from tallystick.testing import BrokenInvariant, Net, Person, random_actions
from tallystick.testing.random_values import Memory, RandomValues
from tests.unit.testing.parcels import WEIGHT_MAX, Box, Parcels, Wishing


def parcels() -> tuple[Net, list[Person]]:
    """Return a ledger of parcels and three people, one without a role."""
    net = Net([Parcels])
    core, bank = net.orgs("core", "bank")
    return net, [core, bank, core.person("guest", roles=[])]


def weights_are_bounded(net: Net) -> None:
    """Raise if a parcel is too heavy."""
    assert all(parcel.weight <= WEIGHT_MAX for parcel in net.table("post.parcels.parcels"))


def test_a_random_sequence_gets_past_the_first_checks() -> None:
    """Ids that were seen before are used again: every action takes effect sometimes."""
    net, people = parcels()
    run = random_actions(net, seed=1, count=300, people=people, invariants=[weights_are_bounded])
    done = {name for name, code in run.outcomes if code == "ok"}
    assert done == {f"post.parcels.{name}" for name in ("send", "stop", "lose", "forget")}
    assert ("post.parcels.stop", "E_ROLE") in run.outcomes
    assert sum(run.outcomes.values()) == 300
    assert run.accepted > 100


def test_the_same_seed_gives_the_same_sequence() -> None:
    """A failure in a run of thousands can be looked at alone."""
    histories = []
    for seed in (7, 7, 8):
        net, people = parcels()
        random_actions(net, seed=seed, count=40, people=people)
        histories.append(net.trace())
    assert histories[0] == histories[1] != histories[2]


def test_only_the_actions_that_are_named_are_called() -> None:
    """A name that is none is a mistake of the test."""
    net, people = parcels()
    run = random_actions(net, seed=1, count=5, people=people, actions=["post.parcels.send"])
    assert {name for name, _ in run.outcomes} == {"post.parcels.send"}
    with pytest.raises(ValueError, match="no such actions"):
        random_actions(net, seed=1, count=5, people=people, actions=["send"])


def test_makers_say_what_the_schema_does_not() -> None:
    """By the argument's name, or by its whole place, which goes first."""
    net, people = parcels()
    random_actions(
        net,
        seed=3,
        count=10,
        people=people[:1],
        actions=["post.parcels.send"],
        values={
            "weight": lambda random, _: random.randint(5, 6),
            "post.parcels.send.to": lambda _, net: net.org("bank"),
            "to": lambda *_: "nobody",
        },
    )
    found = net.records("post.parcels.parcels")
    assert len(found) == 10
    assert {parcel.weight for parcel in found} <= {5, 6}
    assert {parcel.receiver for parcel in found} == {net.org("bank").code}


def raises(net: Net) -> None:
    """Raise once there is a parcel."""
    assert not net.records("post.parcels.parcels"), "there is a parcel"


def answers(net: Net) -> bool:
    """Return False once there is a parcel."""
    return not net.records("post.parcels.parcels")


@pytest.mark.parametrize(
    ("invariant", "message"),
    [(raises, "raises does not hold: there is a parcel"), (answers, "answers does not hold")],
)
def test_a_broken_invariant_comes_with_seed_and_calls(
    invariant: Callable[[Net], object], message: str
) -> None:
    """Enough to see what happened, and to do it again."""
    net, people = parcels()
    with pytest.raises(BrokenInvariant) as failure:
        random_actions(net, seed=1, count=300, people=people, invariants=[invariant])
    assert str(failure.value).startswith(message)
    (note,) = failure.value.__notes__
    assert note.startswith("seed 1, call ")
    assert "post.parcels.send(" in note


def test_a_failure_of_the_contract_comes_with_seed_and_calls() -> None:
    """A bug is raised as it is."""
    net = Net([Box])
    with pytest.raises(ZeroDivisionError) as failure:
        random_actions(net, seed=1, count=300, people=[net.org("core")])
    assert "post-box.break_down(" in failure.value.__notes__[0]


def test_every_kind_of_argument_can_be_made() -> None:
    """Of the types of the platform; a pattern of one's own needs a maker."""
    net = Net([Wishing])
    people = net.orgs("core", "bank")
    makers: dict[str, Any] = {"code": lambda *_: "AB-1"}
    run = random_actions(net, seed=1, count=300, people=people, values=makers)
    assert run.accepted == 300
    with pytest.raises(ValueError, match="no value for 'code' fits"):
        random_actions(net, seed=1, count=9, people=people)


class Bounded(Contract, name="bounded", version=1):
    """Takes numbers within bounds that random small ones miss."""

    @action(role=ANY_MEMBER, label=Label(zh="取", en="Take"))
    def take(
        self,
        ctx: Context,
        number: Annotated[int, Meta(le=-5)],
        text: Annotated[str, Meta(min_length=12)],
        day: date | None = None,
    ) -> int:
        """Return the number."""
        return number


def test_bounds_are_kept_also_by_values_seen_before() -> None:
    """What was remembered is used only where it fits."""
    values = RandomValues(Random(1), Net([Bounded]), [], {})
    values.memory.learn("number", 3)
    values.memory.learn("text", ["short", {"text": "also short", "flag": True}])
    method = schema_of(Bounded).method("take")
    for _ in range(50):
        made = values.arguments("bounded.take", method.arguments)
        number, text = made["number"], made["text"]
        assert isinstance(number, int)
        assert number <= -5
        assert isinstance(text, str)
        assert len(text) >= 12


def test_the_memory_forgets_the_oldest() -> None:
    """It holds enough to be random, and not more in a long run."""
    memory = Memory()
    for number in range(100):
        memory.learn("n", number)
        memory.learn_key("a" if number % 2 else "b")
    assert memory.of("n") == list(range(36, 100))
    assert memory.keys == ["b", "a"]
    assert memory.of("flag") == []
