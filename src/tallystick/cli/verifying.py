# SPDX-License-Identifier: Apache-2.0
"""What is verified: whether a word names a file, a receipt or a hash, and what goes with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.electronic_signatures import with_signature_by_receipt
from tallystick.cli.facts_again import check_facts, known_paper, made_at
from tallystick.cli.linking import TRUST_VARIABLE, open_net
from tallystick.cli.locate import data_folder, node_url
from tallystick.cli.options import Address, Checking
from tallystick.cli.proof_checks import Checklists, checklists
from tallystick.cli.receipt_contents import network_named
from tallystick.cli.stage import default_environment
from tallystick.client import (
    EXTRACT_BYTES_MAX,
    FileFacts,
    Net,
    Result,
    StampMeans,
    Trust,
    TrustState,
    Verification,
    active_in,
    ask_about_certificate,
    ask_about_link,
    certificate_in,
    check_link,
    find_receipt,
    not_asked,
    open_trust,
    read_file,
    verify,
    with_active_note,
)
from tallystick.errors import FileProblem, TallystickError, UsageError
from tallystick.interchange.certificates import is_link

_HASH: Final = re.compile("(sha256:)?[0-9A-Fa-f]{64}")
_RECEIPTS: Final = (".receipt.json", ".cose", ".tlog-proof")


def offline_verification(what: str, checking: Checking) -> Verification:
    """Verify with nothing but receipt and trust file; nobody is asked.

    Raises:
        UsageError: the receipt or the trust file is missing.
    """
    receipt, witnesses = checking.receipt, checking.witnesses
    if _is_hash(what):
        if receipt is None:
            raise _no_receipt(what)
        facts = FileFacts.of_hash(what.lower())
        trusted = _offline_trust(checking.trust, receipt)
        return verify(facts, receipt=receipt, trust=trusted, witnesses_min=witnesses)
    path = _existing(what)
    used = receipt or (path if what.endswith(_RECEIPTS) else find_receipt(path))
    if used is None:
        raise _no_receipt(what)
    trusted = _offline_trust(checking.trust, used)
    found = verify(path, receipt=receipt, trust=trusted, witnesses_min=witnesses)
    return _whole(path, found, checking)


def online_verification(net: Net, what: str, checking: Checking) -> Verification:
    """Verify with the receipt at hand, or with the one that the node has.

    Raises:
        Unavailable: the node is needed and does not answer.
    """
    receipt, witnesses = checking.receipt, checking.witnesses
    if _is_hash(what):
        facts = FileFacts.of_hash(what.lower())
        return net.verify(facts, receipt=receipt, witnesses_min=witnesses)
    path = _existing(what)
    found = net.verify(path, receipt=receipt, witnesses_min=witnesses)
    return _whole(path, found, checking)


def proof_verification(what: str, checking: Checking) -> Checklists | None:
    """Check a proof that carries all that is needed; None if it is none of those.

    Raises:
        UsageError: a trust file is needed, and there is none.
        FileProblem: a file cannot be read.
    """
    if _is_hash(what) or is_link(what):
        return None

    def trust_of(network: str | None) -> Trust:
        return offline_trust(checking.trust, lambda: network)

    return checklists(_existing(what), checking, trust_of)


def link_verification(text: str, checking: Checking, address: Address) -> Verification:
    """Check the text of a certificate's QR code: with the file beside, else at the node.

    Raises:
        UsageError: offline without the file, or there is no trust file.
        FileProblem: the file cannot be read.
        Unavailable: the node is needed and does not answer.
    """
    beside = checking.receipt
    if beside is not None:
        from tallystick.cli.time_stamps import now_ms, pinned_roots

        return check_link(
            text,
            read_file(beside, size_max=EXTRACT_BYTES_MAX),
            trust_of=lambda network: offline_trust(checking.trust, lambda: network),
            facts_check=check_facts,
            paper_of=known_paper,
            stamps=StampMeans(pinned_roots(checking.authorities), now_ms()),
        )
    if checking.offline:
        hint = say("verify.link_offline_hint")
        raise UsageError(say("verify.link_offline"), field="--receipt", hint=hint)
    with open_net(address, trust=checking.trust) as net:
        return ask_about_link(net, text, partial(made_at, net))


def with_standing(
    path: Path, found: Checklists, checking: Checking, address: Address
) -> Checklists:
    """Add to a certificate that holds by itself what a node says of it now, if one is at hand.

    A node that does not answer, or is of another network, takes nothing from the certificate.
    """
    (name, verification), *rest = found
    content = certificate_in(path)
    if content is None or verification.result is Result.NO_MATCH:
        return found
    try:
        with open_net(address, trust=checking.trust) as net:
            more = ask_about_certificate(net, content, partial(made_at, net))
    except TallystickError as error:
        more = (not_asked(error),)
    return [(name, Verification((*verification.checks, *more))), *rest]


def _whole(path: Path, found: Verification, checking: Checking) -> Verification:
    """Add what is known of the file beside its receipt: active content, an electronic signature."""
    if not path.name.endswith(_RECEIPTS):
        found = with_signature_by_receipt(path, found, checking, checking.receipt)
    return with_active_note(found, active_in(path))


def _is_hash(what: str) -> bool:
    return _HASH.fullmatch(what) is not None and not Path(what).exists()


def _existing(what: str) -> Path:
    path = Path(what)
    if not path.exists():
        raise FileProblem(say("verify.no_file", path=what), field="path", found=what)
    return path


def _offline_trust(named: Path | None, receipt: Path) -> Trust:
    """Return the trust file that was named, else one of this machine, of the receipt's network."""
    return offline_trust(named, lambda: network_named(receipt))


def offline_trust(named: Path | None, network_of: Callable[[], str | None]) -> Trust:
    """Return the trust file that was named, else one of this machine, if it can of that network.

    Raises:
        UsageError: none was named, and this machine knows none.
    """
    given = named or default_environment().get(TRUST_VARIABLE)
    if given:
        return open_trust(given)
    known = list(_known_trusts())
    if not known:
        raise UsageError(say("verify.no_trust"), field="--trust", hint=say("verify.no_trust_hint"))
    network = network_of()
    return next((trust for trust in known if trust.network == network), known[0])


def _known_trusts() -> Iterator[Trust]:
    """Yield what this user and this machine trust already: pinned networks, own data folders."""
    pinned = TrustState().trust_at(node_url(None))
    if pinned is not None:
        yield pinned
    for folder in (data_folder(None), data_folder(None, demo=True)):
        if (folder / TRUST_FILE).is_file():
            yield open_trust(folder / TRUST_FILE)


def _no_receipt(what: str) -> UsageError:
    return UsageError(
        say("verify.no_receipt", path=what), field="--receipt", hint=say("verify.no_receipt_hint")
    )
