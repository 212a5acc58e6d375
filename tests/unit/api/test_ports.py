# SPDX-License-Identifier: Apache-2.0
"""The shapes by which this room knows node and views are those of the originals."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import fields

from tallystick import views
from tallystick.api import LedgerNode, view_ports
from tallystick.node import Node
from tests.unit.api.fake_node import FakeNode


@pytest.mark.parametrize(
    "name", ["TimeRange", "TransactionFilter", "RecordFilter", "EventFilter", "CellFilter"]
)
def test_filters_have_the_fields_of_the_views_own(name: str) -> None:
    """They are passed by shape, so the shapes must be equal."""
    ours = [field.name for field in fields(getattr(view_ports, name))]
    assert ours == [field.name for field in fields(getattr(views, name))]


def test_event_places_have_the_fields_of_the_views_own() -> None:
    """The same three numbers."""
    ours = tuple(field.name for field in dataclasses.fields(view_ports.EventPlace))
    theirs = views.EventPlace
    names = getattr(theirs, "_fields", None) or tuple(theirs.__annotations__)
    assert ours == names


def _take(node: LedgerNode) -> LedgerNode:
    """Fail type checking, rather than a test, if something does not fulfil the port."""
    return node


def check_types(real: Node, fake: FakeNode) -> tuple[LedgerNode, LedgerNode]:
    """Hold both kinds of node against the port; for the type checker."""
    return _take(real), _take(fake)


def test_the_fake_node_fulfils_the_port(node: FakeNode) -> None:
    """The real one is held against it by the type checker above."""
    assert _take(node) is node
    assert check_types.__annotations__
