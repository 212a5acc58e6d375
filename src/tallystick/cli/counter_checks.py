# SPDX-License-Identifier: Apache-2.0
"""Holds a paper that somebody shows against the ledger: what differs is named, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tallystick.cli.catalogue import say
from tallystick.cli.counter_verbs import counter_of
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.linking import open_net
from tallystick.cli.options import Address, Checking
from tallystick.cli.proof_checks import Checklists
from tallystick.cli.verifying import link_verification, proof_verification
from tallystick.client import (
    Check,
    CheckResult,
    Net,
    Verification,
    Wording,
    link_of_extract,
    read_extract,
    read_file,
)
from tallystick.contracts import Counter, ExtractTakeAway
from tallystick.errors import LimitExceeded, TallystickError, UsageError
from tallystick.interchange.certificates import (
    EXTRACT_FILE,
    PDF_BYTES_MAX,
    attached_files,
    is_certificate,
    is_link,
    link_of,
    read_link,
)

_SHOWN_MAX: Final = 200
_PATH_MAX: Final = 1_000
_COMPARED_MAX: Final = 16_384
_LEDGER: Final = "ledger"
_STANDING: Final = "standing"
_UNKNOWN, _DIFFERS, _OVER = "E_MISSING", "E_HASH", "E_STATE"


def shown_checklists(contract: str, shown: str, checking: Checking, address: Address) -> Checklists:
    """Return what comes of checking a paper: against the ledger, and of a certificate by itself.

    Raises:
        UsageError: the text is of something else, or there is no trust file for a certificate.
        FileProblem: the file cannot be read.
        Unavailable: the node does not answer.
        Refused: it is no such paper.
    """
    counter = counter_of(contract)
    if is_link(shown):
        _check_link_is_of(contract, counter, shown)
        return [(shown, link_verification(shown, checking, address))]
    path = Path(shown)
    is_file = len(shown) < _PATH_MAX and path.is_file()
    content = read_file(path, size_max=PDF_BYTES_MAX) if is_file else shown.encode()
    found: Checklists = []
    name = path.name if is_file else counter.label.en
    with open_net(address, trust=checking.trust) as net:
        if not is_certificate(content):
            found = [(name, _against_ledger(net, contract, counter, content))]
        elif (extract := _extract_in(content)) is not None:
            found = [(name, _against_ledger(net, contract, counter, extract))]
    if is_certificate(content):
        return [*found, *(proof_verification(shown, checking) or [])]
    return [*found, *_extract_checks(path, content, checking, address)]


def answer_verification(
    answer: Mapping[str, Any], counter: Counter, name_of: Callable[[str], Wording]
) -> Verification:
    """Return the checklist for what a contract answered.

    Args:
        answer: Of the counter's query.
        counter: Says in which states the paper is worth nothing.
        name_of: How a field is called.
    """
    number = str(answer["number"])
    if not answer["is_known"]:
        return Verification(
            (_failed(_LEDGER, f"nobody issued {number}", f"未签发过 {number}", _UNKNOWN),)
        )
    differs = tuple(_differs(one, name_of(one["field_name"])) for one in answer["differs"])
    same = _passed(_LEDGER, f"{number}: every field is as issued", f"{number}：各项与签发内容一致")
    return Verification((*(differs or (same,)), _standing(str(answer["state"]), counter)))


def _against_ledger(net: Net, contract: str, counter: Counter, content: bytes) -> Verification:
    answer = net.query(contract, counter.query, file=_compared(content, counter).hex())
    take_away = kinds_of(contract).get(counter.extract)
    labels = take_away.labels if isinstance(take_away, ExtractTakeAway) else {}

    def name_of(field: str) -> Wording:
        named = labels.get(f"{counter.group}.{field}")
        if named is None:
            return Wording(field, field)
        return Wording(f"{field} ({named.label.en})", f"{named.label.zh}（{field}）")

    return answer_verification(answer, counter, name_of)


def _compared(content: bytes, counter: Counter) -> bytes:
    """Return what of a file is compared: of an extract the signed fields, else all of it.

    Raises:
        LimitExceeded: no paper is as large.
    """
    try:
        found = json.loads(content)
        content = json.dumps(found["facts"][counter.group]).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        pass  # text, or JSON of the fields alone: the contract says what it makes of it
    if len(content) > _COMPARED_MAX:
        raise LimitExceeded(
            say("counter.large"), field="SHOWN", expected=f"at most {_COMPARED_MAX} bytes"
        )
    return content


def _extract_checks(path: Path, content: bytes, checking: Checking, address: Address) -> Checklists:
    """Return the checks of an extract by its own proofs; none if it is a text or fields alone."""
    try:
        extract = read_extract(content)
    except TallystickError:
        return []
    text = link_of(link_of_extract(extract)._asdict(), extract.facts, None)
    beside = replace(checking, receipt=path)
    return [(path.name, link_verification(text, beside, address))]


def _extract_in(content: bytes) -> bytes | None:
    """Return the extract in a certificate, whatever its seal is worth; None: there is none."""
    try:
        return attached_files(content).get(EXTRACT_FILE)
    except TallystickError:
        return None


def _check_link_is_of(contract: str, counter: Counter, text: str) -> None:
    link = read_link(text)
    expected, found = f"{contract} {counter.extract}", f"{link.contract} {link.kind}"
    if found != expected:
        message = say("counter.other", found=found, expected=expected)
        raise UsageError(message, field="SHOWN", expected=expected, found=found)


def _differs(one: Mapping[str, Any], name: Wording) -> Check:
    shown, kept = str(one["presented"])[:_SHOWN_MAX], str(one["kept"])[:_SHOWN_MAX]
    return _failed(
        _LEDGER,
        f"{name.en} differs: shown {shown!r}, issued {kept!r}",
        f"{name.zh}不符：出示为 {shown!r}，签发为 {kept!r}",
        _DIFFERS,
    )


def _standing(state: str, counter: Counter) -> Check:
    over = counter.over.get(state)
    if over is not None:
        return _failed(_STANDING, f"{state}: {over.en}", f"{state}：{over.zh}", _OVER)
    return _passed(_STANDING, state, state)


def _passed(name: str, en: str, zh: str) -> Check:
    return Check(name, CheckResult.PASSED, Wording(en, zh))


def _failed(name: str, en: str, zh: str, code: str) -> Check:
    return Check(name, CheckResult.FAILED, Wording(en, zh), code)
