# SPDX-License-Identifier: Apache-2.0
"""What the package of a contract says of an extract: its facts made again, and their names."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.exported_tables import ExtractTables, ProvenTables
from tallystick.cli.take_aways import chinese_of
from tallystick.client import Extract, FactsMade, Net, Paper
from tallystick.contracts import ExtractTakeAway
from tallystick.encoding import Value
from tallystick.errors import InvalidProof, Refused, UnknownContract
from tallystick.interchange.certificates import Link


def check_facts(extract: Extract) -> tuple[bool | None, str]:
    """Make the facts of a checked extract again; return whether they are the same, and why not.

    None: the contract's package is not installed here.

    Raises:
        InvalidProof: records that the facts need are not in the extract.
    """
    try:
        take_away = kinds_of(extract.contract).get(extract.kind)
    except UnknownContract:
        take_away = None
    if not isinstance(take_away, ExtractTakeAway):
        return None, say("extract.facts_unknown", contract=extract.contract)
    try:
        made = take_away.facts(ExtractTables(extract), extract.subject)
    except Refused as refusal:
        raise InvalidProof(
            refusal.message, field="facts", message_zh=chinese_of(refusal)
        ) from refusal
    again: Mapping[str, Value] = msgspec.to_builtins(dict(made))
    if again == extract.facts:
        return True, say("extract.facts_hold")
    names = sorted(
        name
        for name in {*again, *extract.facts}
        if again.get(name, msgspec.UNSET) != extract.facts.get(name, msgspec.UNSET)
    )
    return False, say("extract.facts_differ", names=", ".join(names))


def paper_of(take_away: ExtractTakeAway) -> Paper:
    """Return how a take-away's certificate looks."""
    return Paper.of(take_away.title or take_away.label, take_away.labels)


def known_paper(extract: Extract) -> Paper | None:
    """Return how the contract's package names an extract's facts; None if it is not installed."""
    try:
        take_away = kinds_of(extract.contract).get(extract.kind)
    except UnknownContract:
        return None
    return paper_of(take_away) if isinstance(take_away, ExtractTakeAway) else None


def made_at(net: Net, link: Link, height: int | None) -> FactsMade | None:
    """Make facts from records that a node proves after a block, or now; None: no package here.

    Raises:
        Refused: there was no such thing.
        InvalidProof, InvalidCheckpoint: a proof of the node does not hold.
        HistoryTooLong, Unavailable: the node does not say.
    """
    try:
        take_away = kinds_of(link.contract).get(link.kind)
    except UnknownContract:
        take_away = None
    if not isinstance(take_away, ExtractTakeAway):
        return None
    tables = ProvenTables(net, link.contract, height)
    made = msgspec.to_builtins(dict(take_away.facts(tables, link.subject)))
    return FactsMade(made, tables.height, tables.is_listed)
