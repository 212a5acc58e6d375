# SPDX-License-Identifier: Apache-2.0
"""What proves a case beside its own records: who signed with which key, what collected an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from tallystick.contracts import Contradiction, TableReader, required_record
from tallystick.industries.justice.case_records import Case, CollectorSeen, DepositSeen, Exhibit
from tallystick.industries.justice.identity_records import Certificate, TimeAuthority
from tallystick.industries.justice.paper_times import time_of
from tallystick.industries.justice.records import Agreement, Amendment, PartySignature, Template
from tallystick.industries.justice.rules import (
    agreement_digest,
    signing_digest,
    template_digest,
)
from tallystick.industries.justice.tables import party_of

Facts: TypeAlias = Mapping[str, Any]


def signatures_of(
    tables: TableReader, agreement: Agreement, template: Template, case: Case
) -> list[Facts]:
    """Return the signatures under an agreement, and the creditor's over what was filed (JUD-6, 7).

    What all have signed is computed again, from the text, the template with its code, the parties
    and the values. An amended agreement is read with its amendments: their transactions brought
    the signatures.

    Raises:
        Contradiction: the digest that was signed is another, or a certificate is missing.
    """
    signed = agreement_digest(
        template_digest(template),
        agreement.text,
        agreement.parties,
        agreement.values,
        agreement=agreement.id,
        version=agreement.version,
    )
    if signed != agreement.digest:
        raise Contradiction(subject=agreement.id, what="digest")
    if agreement.version > 1:
        tables.rows("amendments", Amendment, agreement=agreement.id)
    return [
        *(_signature(tables, agreement, "agreement", signed, one) for one in agreement.signatures),
        _signature(tables, agreement, "bundle", case.bundle, case.confirmation),
    ]


def _signature(
    tables: TableReader, agreement: Agreement, of: str, document: str, one: PartySignature
) -> Facts:
    party = party_of(agreement, one.role)
    certificate = required_record(tables, "certificates", Certificate, one.certificate)
    is_same = (certificate.public_key, certificate.subject) == (one.public_key, party.subject)
    revoked_at = certificate.revoked_at
    return {
        "of": of,
        "party": one.role,
        "organization": party.organization,
        "document": signing_digest(document, one.role),
        "public_key": one.public_key,
        "signature": one.signature,
        "signed_at": time_of(one.signed_at),
        "certificate": certificate.id,
        "authority": certificate.authority,
        "certificate_until": time_of(certificate.valid_until),
        "certificate_revoked_at": time_of(revoked_at),
        "certificate_in_force": is_same
        and certificate.valid_from <= one.signed_at <= certificate.valid_until
        and (revoked_at is None or one.signed_at < revoked_at),
    }


def authorities_of(tables: TableReader) -> list[Facts]:
    """Return the time-stamp authorities whose tokens the court takes, as they were published."""
    return [
        {
            "certificate": one.certificate,
            "name": one.name,
            "valid_from": time_of(one.valid_from),
            "valid_until": time_of(one.valid_until),
            "published_by": one.published_by,
        }
        for one in tables.rows("authorities", TimeAuthority)
    ]


def collector_of(tables: TableReader, exhibit: Exhibit) -> Facts | None:
    """Return the program that an item's deposit names, as the register of collectors has it.

    Raises:
        Contradiction: the deposit has another hash than the exhibit, or there is none.
    """
    deposit = required_record(tables, "evidence.deposits", DepositSeen, exhibit.deposit)
    if (deposit.sha256, deposit.organization) != (exhibit.sha256, exhibit.platform):
        raise Contradiction(subject=exhibit.deposit, what="evidence.deposits")
    used = deposit.collector
    if used is None or used.app is None or used.version is None:
        return None
    key = (deposit.organization, used.app, used.version)
    kept = tables.record("evidence.collectors", CollectorSeen, *key)
    return {
        "app": used.app,
        "version": used.version,
        "registered_at": None if kept is None else time_of(kept.registered_at),
        "withdrawn_at": None if kept is None else time_of(kept.withdrawn_at),
        "reason": None if kept is None else kept.reason,
    }
