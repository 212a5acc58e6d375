# SPDX-License-Identifier: Apache-2.0
"""Lists and registers, read from the views: filtered, newest first, in pages."""

from __future__ import annotations

from collections import defaultdict
from typing import TypedDict

from msgspec import UNSET
from msgspec.structs import asdict as to_fields

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.proposal_changes import organization_state
from tallystick.api.records import (
    AuthorityRecord,
    BlockPage,
    BlockSummary,
    KeyRecord,
    ListedMember,
    MemberPage,
    MemberRecord,
    OrganizationPage,
    OrganizationRecord,
    OrganizationSummary,
    Sentence,
    TransactionPage,
)
from tallystick.api.represent import show_log_key
from tallystick.api.transaction_rows import list_answer, show_transaction_row
from tallystick.api.view_ports import TimeRange, TransactionFilter
from tallystick.api.view_rows import BlockRow
from tallystick.api.wire_types import format_time
from tallystick.crypto import describe_certificate, sha256
from tallystick.encoding import format_base64
from tallystick.errors import NotFound
from tallystick.membership import Register
from tallystick.model import Authority, LogKey, Member, MemberKey, Name, Organization


class _Standing(TypedDict):
    state: str
    validator_power: int | None


def list_blocks(asked: Asked) -> Answer:
    """Answer GET /v1/blocks."""
    page = asked.server.node.views.list_blocks(
        during=_during(asked),
        beginning=asked.text("hash"),
        cursor=asked.text("cursor"),
        limit=asked.required_integer("limit"),
    )
    items = [_show_block_row(row) for row in page.items]
    record = BlockPage(items=items, next_cursor=page.cursor, height=page.height)
    return list_answer(record, page.height)


def list_transactions(asked: Asked) -> Answer:
    """Answer GET /v1/transactions."""
    wanted = TransactionFilter(
        contract=asked.text("contract"),
        method=asked.text("method"),
        organization=asked.text("organization"),
        code=asked.text("code"),
        signers=_signers(asked),
        during=_during(asked),
        text=asked.text("q"),
        id=asked.text("id"),
    )
    page = asked.server.node.views.list_transactions(
        wanted, cursor=asked.text("cursor"), limit=asked.required_integer("limit")
    )
    items = [show_transaction_row(row, asked.server.catalogue) for row in page.items]
    record = TransactionPage(items=items, next_cursor=page.cursor, height=page.height)
    return list_answer(record, page.height)


def _signers(asked: Asked) -> tuple[str, ...] | None:
    """Return the keys that a member has or had, or the one that is asked for; None: any."""
    member, key = asked.text("member"), asked.optional_hash("key")
    if member is None:
        return None if key is None else (key.hex(),)
    views, organization = asked.server.node.views, asked.text("organization")
    keys = [one.public_key for one in views.keys(organization, member)]
    return tuple(one.hex() for one in keys if key in {None, one})


def list_organizations(asked: Asked) -> Answer:
    """Answer GET /v1/organizations."""
    node = asked.server.node
    height = node.views.height()  # before reading: what is shown is of this block or a newer one
    register = node.register().register
    items = [
        OrganizationSummary(
            id=one.id, name=_show_name(one.name), active=one.active, **_standing(register, one)
        )
        for one in node.views.organizations()
    ]
    return list_answer(OrganizationPage(items=items, next_cursor=None, height=height), height)


def list_members(asked: Asked) -> Answer:
    """Answer GET /v1/members."""
    node = asked.server.node
    height = node.views.height()  # before reading: what is shown is of this block or a newer one
    keys: defaultdict[tuple[str, str], list[MemberKey]] = defaultdict(list)
    for key in node.views.keys(None):
        keys[key.organization, key.member].append(key)
    register = node.register().register
    items = [
        ListedMember(
            organization=one.organization,
            **to_fields(_show_member(register, one, keys[one.organization, one.id])),
        )
        for one in node.views.members()
    ]
    return list_answer(MemberPage(items=items, next_cursor=None, height=height), height)


def show_organization(asked: Asked) -> Answer:
    """Answer GET /v1/organizations/{id}."""
    node = asked.server.node
    wanted = asked.required_text("id")
    height = node.views.height()
    found = next((one for one in node.views.organizations() if one.id == wanted), None)
    if found is None:
        raise NotFound("there is no such organisation", field="id", found=wanted[:40])
    keys_by_member: defaultdict[str, list[MemberKey]] = defaultdict(list)
    for key in node.views.keys(wanted):
        keys_by_member[key.member].append(key)
    register = node.register().register
    record = _show_organization(
        asked,
        found,
        [_show_member(register, one, keys_by_member[one.id]) for one in node.views.members(wanted)],
    )
    return list_answer(record, height)


def _during(asked: Asked) -> TimeRange:
    return TimeRange(asked.integer("from"), asked.integer("to"))


def _show_block_row(row: BlockRow) -> BlockSummary:
    return BlockSummary(
        height=row.height,
        hash=row.hash.hex(),
        parent=row.parent.hex(),
        time=format_time(row.time),
        time_ms=row.time,
        transaction_count=row.transaction_count,
        log_size=row.log_size,
        log_root=row.log_root.hex(),
        state_root=row.state_root.hex(),
        membership_root=row.membership_root.hex(),
        app_hash=row.app_hash.hex(),
    )


def _show_organization(
    asked: Asked, found: Organization, members: list[MemberRecord]
) -> OrganizationRecord:
    node = asked.server.node
    register = node.register().register
    return OrganizationRecord(
        id=found.id,
        name=_show_name(found.name),
        active=found.active,
        **_standing(register, found),
        members=members,
        log_keys=[
            show_log_key(LogKey(organization=found.id, public_key=key.public_key), node.network)
            for key in sorted(register.log_keys.values(), key=lambda key: key.valid_from)
            if key.organization == found.id and key.revoked_at is None
        ],
        authorities=[
            _show_authority(one)
            for one in sorted(register.authorities.values(), key=lambda one: one.added_at)
            if one.organization == found.id
        ],
    )


def _standing(register: Register, shown: Organization) -> _Standing:
    """Return what governance says of an organisation; the views keep its own record only."""
    validator = register.validators.get(shown.id)
    return {
        "state": organization_state(register.organizations.get(shown.id)) or "active",
        "validator_power": None if validator is None else validator.power,
    }


def _show_member(register: Register, member: Member, keys: list[MemberKey]) -> MemberRecord:
    return MemberRecord(
        id=member.id,
        name=_show_name(member.name),
        roles=list(member.roles),
        active=member.active,
        keys=[_show_key(register, key) for key in keys],
    )


def _show_key(register: Register, key: MemberKey) -> KeyRecord:
    revoked, known = key.revoked_at, register.keys.get(key.public_key)
    # The views keep a key's own columns only.
    certificate = None if known is None or known.certificate is UNSET else known.certificate.hex()
    return KeyRecord(
        public_key=key.public_key.hex(),
        valid_from=format_time(key.valid_from),
        valid_from_ms=key.valid_from,
        valid_until=format_time(key.valid_until),
        valid_until_ms=key.valid_until,
        revoked_at=None if revoked is None else format_time(revoked),
        revoked_at_ms=revoked,
        certificate=certificate,
    )


def _show_authority(authority: Authority) -> AuthorityRecord:
    facts, revoked = describe_certificate(authority.certificate), authority.revoked_at
    return AuthorityRecord(
        fingerprint=sha256(authority.certificate).hex(),
        certificate=format_base64(authority.certificate),
        subject=facts.subject,
        valid_until=format_time(facts.valid_until),
        valid_until_ms=facts.valid_until,
        added_at=format_time(authority.added_at),
        added_at_ms=authority.added_at,
        revoked_at=None if revoked is None else format_time(revoked),
        revoked_at_ms=revoked,
    )


def _show_name(name: Name) -> Sentence:
    return Sentence(name.zh, name.en)
