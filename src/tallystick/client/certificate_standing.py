# SPDX-License-Identifier: Apache-2.0
"""Asks a node about a certificate: whether its facts were so, and how things stand now.

Facts are made from records that come with their proofs, so the node is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tallystick.client.certificate_links import link_line, link_of_extract
from tallystick.client.certificates import SEALS, read_certificate_file, seal_record
from tallystick.client.extracts import read_extract
from tallystick.client.verification import Check, Verification, Wording
from tallystick.client.verify_answers import failed, passed, skipped
from tallystick.client.wording import format_time, shown
from tallystick.errors import (
    HistoryTooLong,
    InvalidProof,
    InvalidSeal,
    TallystickError,
    Unavailable,
    UnknownContract,
    WrongNetwork,
)
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    Link,
    facts_digest,
    read_link,
    read_sealed,
)

if TYPE_CHECKING:
    from tallystick.client.net import Net

_UNANSWERED: Final = (Unavailable, HistoryTooLong, UnknownContract)
"""Of these nothing follows about the certificate."""
_NO_PACKAGE: Final = Wording(
    "not made again: the contract's package is not installed here",
    "未比对：本机未安装该合约的软件包",
)


class FactsMade(NamedTuple):
    """Facts that were made from proven records."""

    facts: Mapping[str, Any]
    height: int
    is_listed: bool
    """Whether some records were chosen by what stands in them now, and not after the block."""


FactsAt = Callable[[Link, int | None], FactsMade | None]
"""Makes the facts that a text names after a block, or now; None: the package is not installed."""


def ask_about_link(net: Net, text: str, facts_at: FactsAt) -> Verification:
    """Check the text of a QR code against a node: the facts then, and how it stands now."""
    try:
        link = read_link(text)
        _check_network(net, link)
    except TallystickError as error:
        return Verification((failed("link", error),))
    then = _then(link, facts_at)
    lines = (link_line(link), then)
    return Verification((*lines, *(() if then.code else (_now(link, facts_at),))))


def ask_about_certificate(net: Net, data: bytes, facts_at: FactsAt) -> tuple[Check, ...]:
    """Return what a node adds to a certificate that holds by itself: its seal and facts now."""
    sealed = read_sealed(data)
    link = link_of_extract(read_extract(sealed.files[EXTRACT_FILE]))
    seal = read_certificate_file(sealed.files[CERTIFICATE_FILE]).seal
    try:
        _check_network(net, link)
        latest = seal_record(net.prove(*SEALS, seal.key))
    except TallystickError as error:
        return (not_asked(error),)
    if latest.revoked_at is not None:
        when, why = format_time(latest.revoked_at), shown(latest.reason or "")
        refusal = InvalidSeal(f"the seal was revoked at {when}: {why}", field="seal")
        return (failed("standing", refusal),)
    return (_now(link, facts_at),)


def not_asked(error: TallystickError) -> Check:
    """Return the line for a node that is not at hand: the certificate holds without it."""
    why = shown(error.message)
    return skipped(
        "standing",
        f"no node was asked whether anything came later: {why}",
        f"未向节点查询其后的变化：{why}",
        is_required=False,
    )


def _check_network(net: Net, link: Link) -> None:
    network = net.trust.network
    if network != link.network:
        raise WrongNetwork(
            "the node is of another network", field="network", expected=link.network, found=network
        )


def _then(link: Link, facts_at: FactsAt) -> Check:
    """Whether the facts after the block were those of the digest."""
    try:
        made = facts_at(link, link.height)
    except _UNANSWERED as error:
        return _unanswered("facts", error)
    except TallystickError as error:
        return failed("facts", error)
    if made is None:
        return skipped("facts", *_NO_PACKAGE)
    if facts_digest(made.facts) == link.digest:
        return passed(
            "facts",
            f"made again after block {link.height}, they have this digest",
            f"按区块 {link.height} 之后的记录重新得出，摘要一致",
        )
    if made.is_listed:
        return skipped(
            "facts",
            "the records to choose then are not known now: give the file with --receipt",
            "无法按当时情况选取记录：请用 --receipt 给出文件",
        )
    return failed("facts", InvalidProof("after this block the facts were others", field="facts"))


def _now(link: Link, facts_at: FactsAt) -> Check:
    """Whether the facts are the same still; a certificate that was overtaken is no whole match."""
    try:
        made = facts_at(link, None)
    except _UNANSWERED as error:
        return _unanswered("standing", error)
    except TallystickError as error:
        why = shown(error.message)
        return skipped("standing", f"superseded: {why}", f"已被取代：{why}")
    if made is None:
        return skipped("standing", *_NO_PACKAGE)
    if facts_digest(made.facts) == link.digest:
        return passed(
            "standing", f"the same after block {made.height}", f"区块 {made.height} 之后仍相同"
        )
    return skipped(
        "standing",
        f"superseded: after block {made.height} the facts are others; ask for a new certificate",
        f"已被取代：区块 {made.height} 之后事实已变化，请索取新证书",
    )


def _unanswered(name: str, error: TallystickError) -> Check:
    why = shown(error.message)
    return skipped(name, f"the node does not say: {why}", f"节点未能回答：{why}")
