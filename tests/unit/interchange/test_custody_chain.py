# SPDX-License-Identifier: Apache-2.0
"""Chains of custody as CASE 1.5: written the same each time, read back, gaps refused."""

from __future__ import annotations

import dataclasses
import json
import uuid

import pytest

from tallystick.client import FileFacts, Result, custody_verification
from tallystick.errors import InvalidCustody
from tallystick.interchange.custody_chain import Chain, Handling, read_chain, write_chain
from tallystick.interchange.custody_chain.reading import CHAIN_BYTES_MAX


def handling(number: int, **more: object) -> Handling:
    """Return a handling of a chain."""
    plain = Handling(
        exhibit=f"EV-2026-{number:06}",
        title="合同",
        file_name="合同.pdf",
        media_type="application/pdf",
        size=number,
        sha256="ab" * 32,
        organization="91350100M000100Y43",
        member="alice",
        method="web_capture",
        deposited_at_ms=1_795_000_000_000 + number,
    )
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]


CHAIN = Chain(
    "demo",
    "（2026）京0491民初1号",
    (
        handling(1),
        handling(
            2,
            captured_at_ms=1_790_000_000_000,
            source="https://example.com/",
            tool=("capture", "2.1"),
            previous="EV-2026-000001",
        ),
        handling(3, file_name=None, tool=("capture", "2.1"), previous="EV-2026-000002"),
    ),
)
WRITTEN = write_chain(CHAIN)


def test_a_chain_is_read_back_as_far_as_it_can_be_checked() -> None:
    """Number, hash, size, time of deposit, and the exhibit before."""
    found = read_chain(WRITTEN)
    assert found.matter == CHAIN.matter
    for one, kept in zip(found.handlings, CHAIN.handlings, strict=True):
        for name in ("exhibit", "sha256", "size", "deposited_at_ms", "previous", "member"):
            assert getattr(one, name) == getattr(kept, name)


def test_the_same_chain_is_the_same_bytes_and_every_name_ends_in_a_uuid() -> None:
    """As CASE recommends; names are those of the thing, not of the export."""
    assert write_chain(CHAIN) == WRITTEN
    for node in json.loads(WRITTEN)["@graph"]:
        assert uuid.UUID(node["@id"][-36:]).version == 5
    other = write_chain(dataclasses.replace(CHAIN, network="other"))
    assert json.loads(other)["@graph"][1]["@id"] != json.loads(WRITTEN)["@graph"][1]["@id"]


def test_a_claimed_capture_is_told_from_the_deposit() -> None:
    """JUD-1: the one is a claim, the other is the ledger's."""
    names = [one.get("uco-core:name") for one in json.loads(WRITTEN)["@graph"]]
    assert names.count("claimed capture") == 1
    assert names.count("deposit on the ledger") == 3


@pytest.mark.parametrize(
    "handlings",
    [
        (),
        (handling(1), handling(1)),
        (handling(2, previous="EV-2026-000001"),),
    ],
    ids=["empty", "double", "gap"],
)
def test_a_chain_with_gaps_is_not_written(handlings: tuple[Handling, ...]) -> None:
    """An exhibit follows one that is there."""
    with pytest.raises(InvalidCustody):
        write_chain(Chain("demo", "x", handlings))


def without(number: str) -> bytes:
    """Return the chain without an exhibit's nodes."""
    plain = json.loads(WRITTEN)
    plain["@graph"] = [one for one in plain["@graph"] if number not in json.dumps(one)]
    return json.dumps(plain).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        bytes(CHAIN_BYTES_MAX + 1),
        json.dumps(json.loads(WRITTEN) | {"@context": {}}).encode(),
        without("EV-2026-000002"),
        WRITTEN.replace(b'"uco-observable:sizeInBytes"', b'"size"'),
    ],
    ids=["empty", "list", "object", "large", "context", "gap", "field"],
)
def test_another_form_or_a_gap_is_refused(data: bytes) -> None:
    """With its code."""
    with pytest.raises(InvalidCustody):
        read_chain(data)


def test_a_deposit_of_another_file_than_its_provenance_is_refused() -> None:
    """The two must name the same object."""
    plain = json.loads(WRITTEN)
    records = [one for one in plain["@graph"] if "case-investigation:exhibitNumber" in one]
    records[0]["uco-core:object"] = records[1]["uco-core:object"]
    with pytest.raises(InvalidCustody):
        read_chain(json.dumps(plain).encode())


def test_a_chain_is_checked_for_form_and_for_the_original() -> None:
    """By itself it is only partly checked: nobody signed it."""
    original = FileFacts(bytes.fromhex("ab" * 32), 2)
    assert custody_verification(WRITTEN, None).result is Result.PARTLY
    assert custody_verification(WRITTEN, original).result is Result.PARTLY
    assert custody_verification(WRITTEN, FileFacts(bytes(32), 2)).result is Result.NO_MATCH
    assert custody_verification(b"{}", None).result is Result.NO_MATCH
