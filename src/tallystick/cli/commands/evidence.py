# SPDX-License-Identifier: Apache-2.0
"""`tally evidence list` and `show`: what is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.hashes import hash_option
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, Address, Output, Page
from tallystick.cli.plain import plain_row
from tallystick.cli.times import parse_time

_COLUMNS = ("id", "title", "deposited_at", "organization", "case_number", "sha256")
_SHOWN = (
    "id",
    "title",
    "kind",
    "sha256",
    "sm3",
    "size",
    "media_type",
    "file_name",
    "case_number",
    "organization",
    "member",
    "deposited_at",
    "captured_at",
    "method",
    "collector",
    "previous",
    "source",
    "verification",
    "token_sha256",
    "signature_sha256",
    "collector_registered",
    "matter_number",
    "matter_previous",
    "earlier_deposit",
    "note",
    "leaf_index",
)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which deposits."""

    case: str | None = None
    hash: Annotated[str | None, Parameter(name=("--hash", "--sha256"))] = None
    organization: str | None = None
    collector: str | None = None
    query: Annotated[str | None, Parameter(name=("--query", "-q"))] = None
    since: str | None = None
    until: str | None = None


_FILTERS: Final = Filters()


def list_(
    *,
    filters: Filters = _FILTERS,
    page: Page = PAGE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """List deposits, newest first."""
    from tallystick.cli.linking import listing, open_net

    with open_net(address) as net:
        rows = net.evidence.list(
            case=filters.case,
            sha256=hash_option(filters.hash, "--hash").hex() if filters.hash else None,
            organization=filters.organization,
            collector=filters.collector,
            q=filters.query,
            from_=_moment(filters.since, "--since"),
            to=_moment(filters.until, "--until"),
        )
        return listing(rows, page, _COLUMNS)


def show(deposit: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show one deposit.

    Raises:
        NotFound: there is no deposit of this number.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        found = plain_row(net.evidence.show(deposit).to_dict())
    return Sheet(found, tuple(name for name in _SHOWN if found.get(name) is not None))


def _moment(text: str | None, option: str) -> datetime | None:
    return None if text is None else datetime.fromtimestamp(parse_time(text, option) / 1000, UTC)
