# SPDX-License-Identifier: Apache-2.0
"""Checks the bundle of a case item by item, as a court does before it says anything of them.

An item's findings are about the time since its deposit only. What is looked at stands in the
receipt, which is signed; what the bundle says of an item beside it must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tallystick.cli.answers import Line
from tallystick.cli.bundle_page import MAKER_FILE, PAGE_FILE, check_page
from tallystick.cli.bundle_signatures import signature_lines
from tallystick.cli.bundle_stamps import (
    ABSENT,
    FAILED,
    PASSED,
    UNKNOWN,
    Authorities,
    Stamp,
    no_stamp,
    read_authorities,
    stamp_of,
)
from tallystick.cli.case_bundles import EXTRACT_FILE, INDEX_FILE, bundle_kind
from tallystick.cli.catalogue import say
from tallystick.cli.extract_report import Checked, check_content
from tallystick.cli.stage import stage
from tallystick.client import (
    Check,
    CheckResult,
    Net,
    PackageMeans,
    Verification,
    deposited_files,
    package_verification,
)
from tallystick.encoding import format_json, parse_json
from tallystick.errors import HashMismatch, InvalidPackage, NotFound
from tallystick.interchange.archives import Members, open_archive
from tallystick.interchange.packages import EVIDENCE_FOLDER, INDEX, PROOF_BYTES_MAX, SIGNATURES
from tallystick.interchange.timestamps import Roots, content_digests
from tallystick.model import Transaction, decode_transaction, parse_receipt

CHECKS: Final = ("file", "chain", "time", "signature", "collector")
_SIGNING: Final = frozenset({"signature", "signer"})
_STATED: Final = (
    *("title", "kind", "media_type", "file_name", "case_number", "method", "source", "note"),
    *("sha256", "size", "previous", "token_sha256", "signature_sha256"),
)
"""What a depositor states, as texts and numbers, and the bundle repeats."""


@dataclass(frozen=True, slots=True)
class Found:
    """How one check of an item ended, and why."""

    result: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the case's index with what was found."""

    deposit: str
    name: str
    deposited_at: str
    presented: str | None
    """SHA-256 of the file that was handed in; None: none was."""
    found: Mapping[str, Found]
    verdict: str
    stamp: Stamp
    signature: Found
    """The electronic signature of the file: `passed`, `failed`, `unknown` or `absent`."""

    @property
    def findings(self) -> dict[str, str]:
        """Each check's result, as it goes on record."""
        return {name: self.found[name].result for name in CHECKS}


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """A whole bundle: the case that it is about, who signed it, and its items."""

    network: str
    case: Checked
    parties: tuple[Line, ...]
    """A line for each signature of a party."""
    items: tuple[Item, ...]
    authorities: Authorities
    """The time-stamp authorities that the ledger knows."""


def check_bundle(path: Path, contract: str, means: PackageMeans, net: Net | None) -> CheckedBundle:
    """Check a bundle; `net` is the own node, asked for collectors that were withdrawn since.

    Raises:
        Unverified, HashMismatch: a byte of it was altered.
        InvalidPackage: it is no bundle of this contract.
        FileProblem: it cannot be read.
        UsageError: there is no trust file.
    """
    with path.open("rb") as source:
        members = open_archive(source)
        (_, whole), *inside = package_verification(path.name, members, means)
        whole.raise_for_failure()
        index: Any = parse_json(_part(members, INDEX), name=INDEX)
        trust = means.trust_of(index["network"])
        case = check_content(EXTRACT_FILE, _part(members, EXTRACT_FILE), trust)
        if case.extract is None or case.extract.contract != contract:
            raise InvalidPackage("no bundle of this contract", field=EXTRACT_FILE)
        _require_same_index(members, case)
        given = {str(one["id"]): one for one in index["exhibits"]}
        kind = bundle_kind(contract)
        page, beside = _part(members, PAGE_FILE), _part(members, MAKER_FILE)
        own = check_page(kind, case.extract, given, page, beside)
        table = None if kind.authorities is None else f"{contract}.{kind.authorities}"
        authorities = read_authorities(case.extract.facts, net, table)
        stamps = _Stamps(members, dict(inside), authorities, means.roots)
        checks = _Items(stamps, given, kind.verdict, net)
        listed: Any = case.extract.facts["index"]
        return CheckedBundle(
            network=index["network"],
            case=replace(case, lines=(*case.lines, own)),
            parties=signature_lines(case.extract),
            items=tuple(checks.item(one) for one in listed),
            authorities=authorities,
        )


@dataclass(frozen=True, slots=True)
class _Stamps:
    """The proofs beside the receipts of a bundle."""

    members: Members
    verified: Mapping[str, Verification]
    authorities: Authorities
    roots: Roots

    def time(self, deposit: str, file: str, stated: Mapping[str, Any]) -> Stamp:
        """Return what became of the time-stamp of an item."""
        name = f"{EVIDENCE_FOLDER}{deposit}/token.tsr"
        checked = self.verified.get(name)
        if checked is None:
            return no_stamp(stated.get("token_sha256"))
        data = _part(self.members, name)
        digests = content_digests(self.members.chunks(file))
        return stamp_of(data, digests, checked, self.authorities, self.roots)

    def signature(self, deposit: str, stated: Mapping[str, Any]) -> Found:
        """Return what became of the electronic signature of an item's file."""
        names = (f"{EVIDENCE_FOLDER}{deposit}/{name}" for name in SIGNATURES)
        checked = next((self.verified[one] for one in names if one in self.verified), None)
        if checked is not None:
            return _found(checked.checks)
        digest = stated.get("signature_sha256")
        words = say("bundle.no_signature")
        if digest is not None:
            words = say("bundle.signature_missing", digest=digest)
        return Found(ABSENT, words)


class _Items:
    """Checks the items of one bundle."""

    def __init__(
        self,
        proofs: _Stamps,
        given: Mapping[str, Any],
        verdict: Callable[[Mapping[str, str]], str],
        net: Net | None,
    ) -> None:
        self._proofs = proofs
        self._members = proofs.members
        self._verified = proofs.verified
        self._given = given
        self._verdict = verdict
        self._net = net

    def item(self, listed: Mapping[str, Any]) -> Item:
        deposit = str(listed["deposit"])
        given = self._given.get(deposit)
        if given is None:
            missing = Found(UNKNOWN, say("bundle.not_given"))
            stamp = Stamp(ABSENT, missing.evidence)
            found = dict.fromkeys(CHECKS, missing)
            return self._item(listed, None, found, stamp, Found(ABSENT, missing.evidence))
        raw = _part(self._members, f"{EVIDENCE_FOLDER}{deposit}/receipt.json")
        transaction = decode_transaction(parse_receipt(raw).transaction)
        stated = self._stated(deposit, transaction, given["sha256"])
        checks = {one.name: one for one in self._verified[given["file"]].checks}
        chain = [one for name, one in checks.items() if name not in _SIGNING | {"file"}]
        file = _found([checks["file"]])
        if given["sha256"] != listed["sha256"]:
            file = Found(FAILED, f"{given['sha256']} ≠ {listed['sha256']}")
        stamp = self._proofs.time(deposit, given["file"], stated)
        electronic = self._proofs.signature(deposit, stated)
        signed = _found([checks[name] for name in sorted(_SIGNING)])
        found = {
            "file": file,
            "chain": _found(chain),
            "time": Found(UNKNOWN if stamp.verdict == ABSENT else stamp.verdict, stamp.evidence),
            "signature": electronic if electronic.result == FAILED else signed,
            "collector": self._collector(transaction.organization, stated, listed),
        }
        return self._item(listed, given["sha256"], found, stamp, electronic)

    def _item(
        self,
        listed: Mapping[str, Any],
        presented: str | None,
        found: Mapping[str, Found],
        stamp: Stamp,
        signature: Found,
    ) -> Item:
        return Item(
            deposit=str(listed["deposit"]),
            name=str(listed["file_name"]),
            deposited_at=str(listed["deposited_at"]),
            presented=presented,
            found=found,
            verdict=self._verdict({name: found[name].result for name in CHECKS}),
            stamp=stamp,
            signature=signature,
        )

    def _stated(self, deposit: str, transaction: Transaction, sha256: str) -> Mapping[str, Any]:
        """Return what the depositor signed of a file; the bundle must not say anything else.

        Raises:
            HashMismatch: it does.
        """
        args = transaction.call.args
        lists = [one for one in args.values() if isinstance(one, list)]
        items = [one for rows in lists for one in rows if isinstance(one, dict)]
        signed = [one for one in (args, *items) if one.get("sha256") == sha256]
        if not signed or not deposited_files(transaction.call):
            return {}
        name = f"{EVIDENCE_FOLDER}{deposit}/deposit.json"
        told: Any = parse_json(_part(self._members, name), name=name)
        for one in signed:
            if all(told.get(key) == one[key] for key in _STATED if one.get(key) is not None):
                return one
        raise HashMismatch("the bundle states what the depositor did not sign", field=name)

    def _collector(
        self, organization: str, stated: Mapping[str, Any], listed: Mapping[str, Any]
    ) -> Found:
        """Judge the collecting program by the register, as the case proves it and as it is now."""
        signed = stated.get("collector") or {}
        named = {"app": str(signed.get("app")), "version": str(signed.get("version"))}
        kept = listed["collector"]
        if not signed.get("app") or not signed.get("version"):
            return Found(UNKNOWN, say("bundle.no_collector"))
        if kept is None or {name: kept[name] for name in named} != named:
            return Found(FAILED, say("bundle.other_collector", **named))
        if kept["registered_at"] is None:
            return Found(UNKNOWN, say("bundle.unregistered", **named))
        reason = kept["reason"] if kept["withdrawn_at"] else self._withdrawn(organization, named)
        if reason is not None:
            return Found(FAILED, say("bundle.withdrawn", reason=reason, **named))
        return Found(PASSED, say("bundle.registered", time=kept["registered_at"], **named))

    def _withdrawn(self, organization: str, named: Mapping[str, str]) -> str | None:
        """Return why a version was withdrawn since the bundle was packed, as the own node says."""
        if self._net is None:
            return None
        try:
            kept = self._net.query("evidence", "collector", organization=organization, **named)
        except NotFound:
            return None
        return str(kept["reason"]) if kept["withdrawn_at"] is not None else None


def _found(checks: list[Check] | tuple[Check, ...]) -> Found:
    """Return what several checks amount to: one that failed decides, then one that is open."""
    for result, word in ((CheckResult.FAILED, FAILED), (CheckResult.SKIPPED, UNKNOWN)):
        for one in checks:
            if one.result is result and (result is CheckResult.FAILED or _counts(one)):
                return Found(word, _told(one))
    return Found(PASSED, _told(checks[-1] if len(checks) == 1 else checks[0]))


def _counts(check: Check) -> bool:
    """Return whether a check that was not made leaves the question open."""
    return check.is_required or check.name == "signer"


def _told(check: Check) -> str:
    language = stage().language
    return f"{check.title.get(language)}: {check.evidence.get(language)}"


def _require_same_index(members: Members, case: Checked) -> None:
    """Refuse a bundle whose index for people is not the one that is proven."""
    if case.extract is None or parse_json(
        _part(members, INDEX_FILE), name=INDEX_FILE
    ) != parse_json(format_json(dict(case.extract.facts)), name=INDEX_FILE):
        raise HashMismatch("the index is not that of the case", field=INDEX_FILE)


def _part(members: Members, name: str) -> bytes:
    size = members.sizes.get(name)
    if size is None or size > PROOF_BYTES_MAX:
        raise InvalidPackage("a part of the bundle is missing or too large", field=name[:200])
    return b"".join(members.chunks(name))
