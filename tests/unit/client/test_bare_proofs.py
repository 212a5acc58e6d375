# SPDX-License-Identifier: Apache-2.0
"""A COSE receipt or a checkpoint alone: what it shows is checked, what it cannot show is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tallystick.cli.proof_checks import check_any_proof
from tallystick.cli.receipt_contents import describe_receipt, network_named
from tallystick.client import (
    PROOF_MARKS,
    ProofKind,
    Result,
    Verification,
    kind_of,
    receipt_verification,
    statement_verification,
    verify,
)
from tallystick.client.verification import TITLES
from tallystick.encoding import format_base64
from tallystick.interchange.transparency import read_services
from tallystick.model import (
    LogProof,
    cosign_checkpoint,
    cosigner_name,
    transparent_statement,
)
from tests.transparency import ISSUER, SERVICE, Service, ed, enveloped, p256, services_file
from tests.unit.client.test_agreement import flipped
from tests.unit.client.test_verify import evidence, failed, states
from tests.unit.client.world import BANK, COURT, DOCUMENT, LOG_KEY, OTHER_LOG_KEY, make_world

WORLD, INDEX = make_world()
RECEIPT = WORLD.receipt(INDEX)
COSE = RECEIPT.log_receipt
NOTE = RECEIPT.checkpoint
OTHERS = services_file([(SERVICE, ed())], [(ISSUER, p256())])


def passed(found: Verification) -> set[str]:
    """Return the checks that were made and hold."""
    return {name for name, state in states(found).items() if state == "passed"}


@pytest.mark.parametrize("content", [COSE, NOTE.encode()], ids=["receipt", "checkpoint"])
def test_the_checklist_is_the_usual_one_and_never_a_match(content: bytes) -> None:
    """INV-1: a part that proves nothing of a document is at most partly checked, also beside it."""
    for original in (None, DOCUMENT):
        found = verify(content, trust=WORLD.trust, original=original)
        assert list(states(found)) == list(TITLES)
        assert found.result is Result.PARTLY
        assert ".receipt.json" in evidence(found, "file")
        assert found.subject is None


def test_a_receipt_says_whose_key_it_names_and_where_the_entry_stands() -> None:
    """Its signature is over a root that only the entry leads to, so nobody stands behind it yet."""
    found = verify(COSE, trust=WORLD.trust)
    assert passed(found) == {"receipt", "network"}
    assert evidence(found, "receipt") == f"COSE Receipt alone, leaf {INDEX} of {WORLD.log.size}"
    assert "names a log key of Hangzhou Internet Court" in evidence(found, "receipt_signature")
    assert found.standing == ()


def test_a_checkpoint_shows_who_signed_how_far_the_log_had_grown() -> None:
    """The signature is checked, and that of whoever cosigned."""
    found = verify(NOTE.encode(), trust=WORLD.trust)
    assert passed(found) == {"receipt", "network", "checkpoint", "organizations", "level"}
    assert f"{WORLD.log.size} leaves, signed by" in evidence(found, "checkpoint")
    assert [one.role for one in found.standing] == ["answering"]
    more = verify(NOTE.encode(), trust=WORLD.trust, witnesses_min=1)
    assert states(more)["level"] == "skipped"


def test_what_is_of_another_network_or_key_is_no_match() -> None:
    """The trust file decides, not what the file says of itself."""
    other, index = make_world()
    other.log_key = OTHER_LOG_KEY
    receipt = other.receipt(index)
    assert failed(verify(receipt.log_receipt, trust=WORLD.trust)) == {"receipt_signature"}
    assert failed(verify(receipt.checkpoint.encode(), trust=WORLD.trust)) == {"checkpoint"}
    renamed = NOTE.replace(WORLD.network, f"other.{'0' * 32}")
    assert "network" in failed(verify(renamed.encode(), trust=WORLD.trust))
    foreign = COSE.replace(WORLD.network.encode(), b"x" * len(WORLD.network))
    assert "network" in failed(verify(foreign, trust=WORLD.trust))


@pytest.mark.parametrize(
    "what", ["size", "root", "height", "time", "state root", "signature", "line left out", "bytes"]
)
def test_an_altered_checkpoint_is_no_match(what: str) -> None:
    """Whatever was altered, the signature or the form fails."""
    head, root = WORLD.head(), format_base64(WORLD.head().root)
    state = format_base64(head.state_root)
    line = NOTE.rstrip("\n").rpartition(" ")[2]
    altered = {
        "size": NOTE.replace(f"\n{head.size}\n", f"\n{head.size + 1}\n", 1),
        "root": NOTE.replace(root, format_base64(bytes(32)), 1),
        "height": NOTE.replace(f"height {head.height}", f"height {head.height + 1}"),
        "time": NOTE.replace(f"time {head.time}", f"time {head.time + 1}"),
        "state root": NOTE.replace(f"state {state}", f"state {root}"),
        "signature": NOTE.replace(line, line[:-4] + "AAAA"),
        "line left out": NOTE.replace(f"height {head.height}\n", ""),
        "bytes": NOTE,
    }[what].encode()
    if what == "bytes":
        altered = altered.replace(b"height", b"h\xff")
    else:
        assert altered != NOTE.encode()
    found = verify(altered, trust=WORLD.trust)
    assert found.result is Result.NO_MATCH
    assert failed(found) & {"checkpoint", "receipt"}


@pytest.mark.parametrize("place", range(0, len(COSE) - 64, 7))
def test_an_altered_receipt_is_never_more_than_it_was(place: int) -> None:
    """No changed byte makes more of it than partly checked, and none is an error of ours.

    A path or a signature that was altered is not told by the receipt alone, and no line says so.
    """
    found = verify(flipped(COSE, place), trust=WORLD.trust)
    assert found.result is not Result.MATCH
    assert passed(found) <= {"receipt", "network"}


@pytest.mark.parametrize("what", ["issuer", "key", "tree"])
def test_an_altered_header_of_a_receipt_is_no_match(what: str) -> None:
    """Who signed, for which network, and over which kind of tree."""
    network, key = WORLD.network.encode(), LOG_KEY.public_key
    altered = {
        "issuer": COSE.replace(network, network[:-1] + b"x"),
        "key": COSE.replace(key, OTHER_LOG_KEY.public_key),
        "tree": COSE.replace(b"\x19\x01\x8b\x01", b"\x19\x01\x8b\x02"),
    }[what]
    assert altered != COSE
    assert verify(altered, trust=WORLD.trust).result is Result.NO_MATCH


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (COSE, ProofKind.COSE_RECEIPT),
        (transparent_statement(RECEIPT.transaction, COSE), ProofKind.STATEMENT),
        (NOTE.encode(), ProofKind.CHECKPOINT),
        (NOTE.replace("—", "-").encode(), None),
        (NOTE.partition("\n\n")[0].encode(), None),
        (b"my.note\n12\nsomething\n\n\xe2\x80\x94 and more\n", None),
        (b"c2sp.org/tlog-proof@v1\n", ProofKind.LOG_PROOF),
    ],
)
def test_both_are_told_by_their_content(
    tmp_path: Path, content: bytes, kind: ProofKind | None
) -> None:
    """COSE receipt and statement begin alike; what differs are their headers (RFC 9942)."""
    path = tmp_path / "x"
    path.write_bytes(content)
    assert kind_of(path) is kind


def test_browsers_are_given_the_same_marks() -> None:
    """Whatever begins like a proof here does so by the patterns that the portal has."""
    patterns = [re.compile(pattern) for pattern in PROOF_MARKS.heads]
    proof = LogProof.of_receipt(RECEIPT).to_text().encode()
    for content in (COSE, NOTE.encode(), proof, transparent_statement(RECEIPT.transaction, COSE)):
        head = content[:4096].decode("latin-1")
        assert sum(pattern.match(head) is not None for pattern in patterns) == 1
    assert not any(pattern.match(DOCUMENT.decode("latin-1")) for pattern in patterns)


@pytest.mark.parametrize("name", ["a.receipt.cose", "a.checkpoint", "a"])
@pytest.mark.parametrize("content", [COSE, NOTE.encode()], ids=["receipt", "checkpoint"])
def test_the_command_and_the_portal_take_both(tmp_path: Path, name: str, content: bytes) -> None:
    """By whatever name, without a node."""
    trust, path = tmp_path / "trust.json", tmp_path / name
    trust.write_text(WORLD.trust.to_json(), "utf-8")
    path.write_bytes(content)
    ((told, found),) = check_any_proof(path, trust=trust)
    assert (told, found.result) == (name, Result.PARTLY)
    assert verify(path, trust=trust).result is Result.PARTLY
    assert network_named(path) == WORLD.network


def test_what_each_form_says_is_shown(tmp_path: Path) -> None:
    """`tally receipt show` reads every form that `tally receipt get` writes."""
    forms = {
        "r": RECEIPT.to_json().encode(),
        "s": RECEIPT.statement(),
        "c": COSE,
        "n": NOTE.encode(),
        "p": LogProof.of_receipt(RECEIPT).to_text().encode(),
    }
    shown = {}
    for name, content in forms.items():
        path = tmp_path / name
        path.write_bytes(content)
        shown[name] = describe_receipt(path)
        assert shown[name]["network"] == WORLD.network
        assert shown[name]["log_size"] == WORLD.log.size
    assert all(shown[name]["leaf_index"] == INDEX for name in "rscp")
    assert (
        shown["r"]["transaction_id"] == shown["s"]["transaction_id"] == shown["p"]["transaction_id"]
    )
    assert shown["n"]["signatures"] == 1


class TestReceiptsOfOtherServices:
    """A receipt that another service handed out beside the statement, as its interface does."""

    @pytest.fixture
    def made(self) -> tuple[bytes, bytes]:
        """Return a statement without receipts, and the receipt of a service."""
        registered = enveloped(p256())
        return registered, Service().receipt(registered)

    def test_with_its_statement_it_is_as_good_as_inside(self, made: tuple[bytes, bytes]) -> None:
        """An altered statement or receipt is no match."""
        registered, receipt = made
        services = read_services(OTHERS)
        whole = statement_verification(registered, None, services, (receipt,))
        assert states(whole) == {
            "statement": "passed",
            "issuer": "passed",
            "registered": "passed",
            "file": "skipped",
        }
        for changed in ((flipped(registered, -3), receipt), (registered, flipped(receipt, -3))):
            wrong = statement_verification(changed[0], None, services, (changed[1],))
            assert "registered" in failed(wrong)

    def test_alone_it_says_whose_it_would_be_and_what_to_give(
        self, made: tuple[bytes, bytes], tmp_path: Path
    ) -> None:
        """Nothing of it passes."""
        found = receipt_verification(made[1], read_services(OTHERS))
        assert (found.result, passed(found)) == (Result.PARTLY, set())
        assert f"by {SERVICE}, which --services names" in evidence(found, "registered")
        unknown = receipt_verification(made[1], read_services(services_file([], [])))
        assert "not among those" in evidence(unknown, "registered")
        assert failed(receipt_verification(made[0], read_services(OTHERS))) == {"registered"}
        path = tmp_path / "their.cose"
        path.write_bytes(made[1])
        assert kind_of(path) is ProofKind.COSE_RECEIPT
        ((_, told),) = check_any_proof(path, trust=tmp_path / "none")
        assert told.result is Result.PARTLY


def test_cosignatures_of_a_checkpoint_alone_are_checked() -> None:
    """A cosignature by a key of nobody in the trust file is passed over, as in a receipt."""
    line = cosign_checkpoint(
        WORLD.head(), OTHER_LOG_KEY, name=cosigner_name(WORLD.network, BANK), time=1_700_000_900
    )
    found = verify((NOTE + line).encode(), trust=WORLD.trust)
    assert states(found)["witnesses"] == "skipped"
    own = cosign_checkpoint(
        WORLD.head(), LOG_KEY, name=cosigner_name(WORLD.network, COURT), time=1_700_000_900
    )
    broken = (NOTE + own).rstrip("\n")[:-4] + "AAAA\n"
    assert "witnesses" in failed(verify(broken.encode(), trust=WORLD.trust))
