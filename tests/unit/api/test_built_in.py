# SPDX-License-Identifier: Apache-2.0
"""Sentences of membership and governance, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct

import tallystick.membership
from tallystick.api.built_in import built_in_method, built_in_sentence
from tallystick.api.built_in_fields import built_in_fields
from tallystick.contracts import Label
from tallystick.encoding import Value
from tallystick.model import (
    Authority,
    ContractActivation,
    GovernanceRules,
    Member,
    MemberKey,
    NodeIdentity,
    Organization,
    Parameters,
    Proposal,
    RecognisedNetwork,
    RegisteredLogKey,
    ValidatorKey,
)

SOURCES = Path(tallystick.membership.__file__).parent.glob("*.py")
ANNOUNCED = sorted(
    {name for file in SOURCES for name in re.findall(r'announce\(\s*"(\w+)"', file.read_text())}
)


@pytest.mark.parametrize("name", ANNOUNCED)
def test_every_event_of_governance_has_a_sentence(name: str) -> None:
    """A dash stands for what an event does not tell."""
    said = built_in_sentence(f"governance.{name}", {})
    assert said is not None
    assert said.zh != said.en
    assert "{" not in said.zh + said.en


def test_governance_announces_what_is_looked_for() -> None:
    """The search above finds the events, so the test before is not empty."""
    assert {"Proposed", "Voted", "Executed", "ValidatorKeyRotated"} <= set(ANNOUNCED)


def test_a_sentence_shows_actions_votes_and_the_beginnings_of_keys() -> None:
    """In words, and short."""
    fields: dict[str, Value] = {"organization": "A", "proposal": "ab" * 32}
    proposed = built_in_sentence("governance.Proposed", fields | {"action": "remove_node"})
    assert proposed == Label(
        zh="机构 A 提案 abababababababab：移除节点",
        en="A proposed to remove a node (abababababababab)",
    )
    votes: dict[str, Value] = {"approvals": 1, "rejections": 2, "electorate": 4}
    for approve, word in [(True, "for"), (False, "against")]:
        said = built_in_sentence("governance.Voted", fields | votes | {"approve": approve})
        assert said is not None
        assert said.en == f"A voted {word} proposal abababababababab: 1 for, 2 against, of 4"
    rotated = built_in_sentence(
        "governance.ValidatorKeyRotated", {"organization": "A", "public_key": b"\x01" * 32}
    )
    assert rotated is not None
    assert rotated.en.endswith("by 0101010101010101")


def test_other_contracts_have_no_built_in_words() -> None:
    """They have schemas of their own."""
    assert built_in_sentence("evidence.Deposited", {}) is None
    assert built_in_method("evidence", "deposit") is None


KEPT = (
    *(Authority, ContractActivation, GovernanceRules, Member, MemberKey, NodeIdentity),
    *(Organization, Parameters, Proposal, RegisteredLogKey, ValidatorKey),
    RecognisedNetwork,
)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.__name__)
def test_every_field_that_governance_keeps_is_named_in_both_languages(kept: type[Struct]) -> None:
    """Pages show labels and times, not names of fields and milliseconds."""
    fields = built_in_fields("membership")
    for name in kept.__struct_fields__:
        label = fields[name].label
        assert label.zh != label.en
    assert built_in_fields("evidence") == {}
