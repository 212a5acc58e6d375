# SPDX-License-Identifier: Apache-2.0
"""The time-stamps of a bundle: whether each holds, and whose it is by the table of authorities.

The table is the ledger's: which certificates count was published there, and the case proves it. A
bundle that has no table is held against the own node's, if that is asked. Certificates that this
user pinned count too. A token says by itself which certificate made it; whether that one counts it
cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.stage import stage
from tallystick.cli.times import format_time
from tallystick.client import CheckResult, Net, Verification
from tallystick.crypto import sha256
from tallystick.errors import TallystickError
from tallystick.interchange.timestamps import CheckedToken, Roots, check_token, read_token

PASSED, FAILED, UNKNOWN, ABSENT = "passed", "failed", "unknown", "absent"
TABLE: Final = "time_authorities"
FROM_CASE, FROM_NODE = "case", "node"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """An authority as it was published on the ledger."""

    certificate: str
    """SHA-256 of its certificate in DER, 64 hex digits."""
    name: str
    valid_from: str
    valid_until: str
    published_by: str


@dataclass(frozen=True, slots=True)
class Authorities:
    """The table, and where it was read."""

    rows: tuple[Authority, ...] = ()
    source: str = FROM_CASE

    def of(self, certificate: bytes) -> Authority | None:
        """Return the authority that a certificate (DER) is of."""
        digest = sha256(certificate).hex()
        return next((one for one in self.rows if one.certificate == digest), None)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What became of the time-stamp of an item."""

    verdict: str
    """`passed`, `failed`, `absent`, or `unknown`: nobody who is believed stands behind it."""
    evidence: str
    time: str | None = None
    """As the token has it; believed only if it passed."""
    authority: str | None = None
    """Subject of the certificate that made it."""
    published: Authority | None = None
    """The row of the table that its certificate is."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        row = None if self.published is None else msgspec.to_builtins(self.published)
        return {
            "verdict": self.verdict,
            "time": self.time,
            "authority": self.authority,
            "published": row,
            "evidence": self.evidence,
        }


def read_authorities(facts: Mapping[str, Any], node: Net | None, table: str | None) -> Authorities:
    """Return the table of the case; without one that of the own node, as `CONTRACT.TABLE`.

    Raises:
        TallystickError: the node does not answer.
    """
    if TABLE in facts:
        try:
            return Authorities(tuple(msgspec.convert(facts[TABLE], list[Authority])))
        except msgspec.ValidationError:
            return Authorities()  # facts that do not follow from the records fail as such
    if node is None or table is None:
        return Authorities()
    rows = (one.to_dict() for one in node.table(table))
    return Authorities(tuple(_of_row(one) for one in rows), FROM_NODE)


def no_stamp(stated: object) -> Stamp:
    """Return what is said of an item without a time-stamp in the bundle."""
    if stated is None:
        return Stamp(ABSENT, say("bundle.no_token"))
    return Stamp(ABSENT, say("bundle.token_missing", digest=stated))


def stamp_of(
    data: bytes,
    digests: Mapping[str, bytes],
    checked: Verification,
    authorities: Authorities,
    roots: Roots,
) -> Stamp:
    """Return what became of a token; `checked` is its checklist as one of the package.

    Args:
        data: the token.
        digests: of the original.
        checked: says whether it is well-formed, over the original, and the deposited one.
        authorities: the ledger's table.
        roots: what this user pins.
    """
    for one in checked.checks:
        if one.result is CheckResult.FAILED and one.name != "authority":
            language = stage().language
            told = f"{one.title.get(language)}: {one.evidence.get(language)}"
            return Stamp(FAILED, told)
    token = read_token(data)
    time = format_time(token.time_ms)
    published = tuple(one for one in token.certificates if authorities.of(one) is not None)
    believed = Roots(roots.certificates, published)
    if not believed:
        return Stamp(UNKNOWN, say("bundle.token_stranger", time=time), time)
    try:
        found = check_token(token, believed, digests)
    except TallystickError as error:
        return Stamp(FAILED, say("bundle.token_unbelieved", time=time, why=error.message), time)
    return _told(found, time, _row_of(published, authorities))


def _told(found: CheckedToken, time: str, row: Authority | None) -> Stamp:
    if row is None:
        evidence = say(
            "bundle.token_pinned", time=time, authority=found.authority, anchor=found.anchor
        )
        return Stamp(PASSED, evidence, time, found.authority)
    words = {"time": time, "authority": found.authority, "name": row.name}
    moment = datetime.fromtimestamp(found.token.time_ms / 1000, UTC)
    if not _moment(row.valid_from) <= moment <= _moment(row.valid_until):
        evidence = say("bundle.token_outside", **words, since=row.valid_from, until=row.valid_until)
        return Stamp(FAILED, evidence, time, found.authority, row)
    evidence = say("bundle.token_published", **words, by=row.published_by, until=row.valid_until)
    return Stamp(PASSED, evidence, time, found.authority, row)


def _row_of(published: Sequence[bytes], authorities: Authorities) -> Authority | None:
    return next((authorities.of(one) for one in published), None)


def _of_row(row: Mapping[str, Any]) -> Authority:
    times = {name: _text_of(row[name]) for name in ("valid_from", "valid_until")}
    named = {name: str(row[name]) for name in ("certificate", "name", "published_by")}
    return Authority(**named, **times)


def _text_of(time: object) -> str:
    return format_time(time) if isinstance(time, int) else str(time)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
