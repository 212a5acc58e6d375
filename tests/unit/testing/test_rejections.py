# SPDX-License-Identifier: Apache-2.0
"""`rejected` says exactly what was refused, and complains clearly when it was not."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.contracts import Refusal, WrongState, define
from tallystick.encoding import Value
from tallystick.errors import (
    Duplicate,
    Refused,
    RoleMissing,
    TallystickError,
    UnknownRecord,
    error_classes,
)
from tallystick.model import Execution
from tallystick.testing import Net, Person, rejected, with_contracts
from tallystick.testing.rejections import refusal_from
from tests.unit.testing.parcels import Box, Gone, Parcels, TooHeavy

pytestmark = with_contracts(Parcels, Box)


class OtherGone(Refusal, code="E_STATE"):
    """en: Another contract's refusal of the same code.

    zh: 另一合约的同码拒绝。
    """


@pytest.fixture
def core(net: Net) -> Person:
    """Return an organisation that sends parcels."""
    return net.org("core")


def test_a_refusal_is_expected_by_class_code_and_facts(net: Net, core: Person) -> None:
    """Facts are those that the ledger records; the refusal itself can be looked at."""
    with rejected(TooHeavy, weight=2000, most=1000) as rejection:
        core.post.parcels.send(to=core, weight=2000)
    assert (rejection.code, rejection.facts) == ("POST-1", {"weight": 2000, "most": 1000})
    assert isinstance(rejection.error, TooHeavy)
    with rejected("POST-1"):
        core.post.parcels.send(to=core, weight=2000)
    sent = core.post.parcels.send(to=core, weight=1)
    core.post.parcels.lose(sent.id)
    with rejected(Gone, id=sent.id):
        core.post.parcels.lose(sent.id)
    assert net.records("post.parcels.parcels", id=sent.id) != []


def test_the_platforms_refusals_are_expected_in_the_same_way(net: Net, core: Person) -> None:
    """A missing record, a taken key, a wrong argument, a missing role."""
    sent = core.post.parcels.send(to=core, weight=1)
    core.post.parcels.stop(sent.id, 1, "x")
    with rejected(Duplicate, field="stops", found=f"{sent.id} / 1"):
        core.post.parcels.stop(sent.id, 1, "y")
    with rejected(UnknownRecord, found="?"):
        core.post.parcels.lose("?")
    with rejected("E_ARGUMENT", field="weight"):
        core.post.parcels.send(to=core, weight=-1)
    with rejected("E_ARGUMENT", field="colour"):
        core.post.parcels.send(to=core, weight=1, colour="red")
    with rejected(RoleMissing, field="roles", expected="clerk, driver"):
        core.post.parcels.stop  # noqa: B018  # the name alone does nothing
        net.org("guest", roles=[]).post.parcels.stop(sent.id, 2, "z")
    with rejected("E_NOT_FOUND"):
        core.post.parcels.show("?")


def test_a_refused_call_changes_nothing(net: Net, core: Person) -> None:
    """Neither state nor events; only the block stays, with the refusal."""
    before = net.trace().rpartition("state")[2]
    with rejected(TooHeavy):
        core.post.parcels.send(to=core, weight=2000)
    assert net.trace().rpartition("state")[2] == before
    assert net.height == 1


def test_it_complains_when_nothing_was_refused(core: Person) -> None:
    """The message names what was expected."""
    expected = r"expected TooHeavy \(POST-1\), but nothing was refused"
    with pytest.raises(AssertionError, match=expected), rejected(TooHeavy) as rejection:
        core.post.parcels.send(to=core, weight=1)
    assert (rejection.code, rejection.facts, rejection.error) == ("", {}, None)


def test_it_complains_when_something_else_was_refused(core: Person) -> None:
    """The message names both; a code that two refusals share does not make them one."""
    expected = r"expected E_DUP, but TooHeavy \(POST-1\) was refused: 2000 is more than 1000"
    with pytest.raises(AssertionError, match=expected), rejected("E_DUP"):
        core.post.parcels.send(to=core, weight=2000)
    sent = core.post.parcels.send(to=core, weight=1)
    core.post.parcels.lose(sent.id)
    with pytest.raises(AssertionError, match=r"but Gone \(E_STATE\)"), rejected(OtherGone):
        core.post.parcels.lose(sent.id)
    with rejected(WrongState):  # the platform's class stands for the code
        core.post.parcels.lose(sent.id)


def test_it_complains_when_the_facts_differ(core: Person) -> None:
    """Each fact that differs is shown with both values."""
    with pytest.raises(AssertionError) as failure, rejected(TooHeavy, weight=3, height=1):
        core.post.parcels.send(to=core, weight=2000)
    assert str(failure.value).splitlines() == [
        "TooHeavy (POST-1) was refused with other facts:",
        "  weight: expected 3, found 2000",
        "  height: expected 1; its facts are weight, most",
    ]


def test_an_error_that_is_no_refusal_passes_through(core: Person) -> None:
    """A bug in the contract is not what the test expected."""
    with pytest.raises(ZeroDivisionError), rejected(TooHeavy):
        core.post_box.break_down("x")


@pytest.mark.parametrize("code", ["POST-1", "E_DUP", "E_ROLE", "X-99"])
def test_a_recorded_refusal_becomes_the_same_error_again(code: str) -> None:
    """A real network hands out code and facts only."""
    facts: dict[str, Value] = {"POST-1": {"weight": 3, "most": 2}, "E_ROLE": {"roles": ["clerk"]}}
    error = refusal_from(define(Parcels), "send", code, facts.get(code))
    kind: type[TallystickError] = {"POST-1": TooHeavy, "X-99": Refused}.get(
        code, error_classes().get(code, Refused)
    )
    assert type(error) is kind


def test_a_host_that_changes_state_in_a_refusal_is_found_out(
    net: Net, core: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kit does not believe it; it looks."""
    execution = Execution("E_DUP", None, (), {b"post.parcels/parcels/x": None})
    chain: Any = net._chain
    monkeypatch.setattr(chain._runner, "execute", lambda *_: execution)
    monkeypatch.setattr(net._chain, "_second_run", None)
    with pytest.raises(AssertionError, match="was refused, and yet changed something"):
        core.post.parcels.lose("x")
