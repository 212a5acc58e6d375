# SPDX-License-Identifier: Apache-2.0
"""INV-1: a statement of another service is whole only if everybody behind it is believed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tallystick.client import StatementOriginal, Verification, statement_verification
from tallystick.crypto import OrganizationSeal
from tallystick.interchange.transparency import read_services
from tests.factories import COURT
from tests.transparency import (
    CONTENT,
    ISSUER,
    SERVICE,
    Service,
    Signer,
    ed,
    enveloped,
    p256,
    services_file,
    sign1,
    statement,
    with_receipts,
)

VECTORS: Final = Path(__file__).parents[2] / "vectors" / "cose-receipts-scitt"
ALICE: Final = p256(7)
LOG: Final = Service()
BOTH: Final = services_file([(SERVICE, LOG.signer)], [(ISSUER, ALICE)])
KINDS: Final = {
    "payload inside": statement(ALICE),
    "payload detached": statement(ALICE, detached=True),
    "digest": enveloped(ALICE),
    "digest of SHA-512": enveloped(ALICE, hashlib.sha512(CONTENT).digest(), algorithm=-44),
    "digest detached": enveloped(ALICE, detached=True),
}


def original(content: bytes) -> StatementOriginal:
    """Return a content as the command line hands it over."""
    names = ("sha256", "sha384", "sha512")
    return StatementOriginal({one: hashlib.new(one, content).digest() for one in names}, content)


def checked(data: bytes, content: bytes | None = CONTENT, services: bytes = BOTH) -> Verification:
    """Return the checklist."""
    about = None if content is None else original(content)
    return statement_verification(data, about, read_services(services))


def codes(found: Verification) -> list[tuple[str, str]]:
    """Return why it is not a match: names with codes, or with what was not checked."""
    return [(check.name, check.code or check.result.value) for check in found.reasons]


@pytest.mark.parametrize("kind", sorted(KINDS))
class TestEveryWayOfNamingTheOriginal:
    """Payload inside, detached, or a digest of it (RFC 9995)."""

    def test_matches_with_the_original(self, kind: str) -> None:
        """Believed issuer, believed service, the original: a match."""
        found = checked(with_receipts(KINDS[kind], LOG.receipt(KINDS[kind])))
        assert found.ok, found.text()
        assert "leaf 2 of 4" in found.text()
        assert found.text("zh").count("✔") == 5  # the headline, and four lines

    def test_refuses_another_original(self, kind: str) -> None:
        """One byte more, and the file or the signature over it does not hold."""
        found = checked(with_receipts(KINDS[kind], LOG.receipt(KINDS[kind])), CONTENT + b".")
        assert found.result.value == "no match"

    def test_without_the_original_is_never_a_match_by_name_alone(self, kind: str) -> None:
        """Only a payload that is inside needs no file."""
        found = checked(with_receipts(KINDS[kind], LOG.receipt(KINDS[kind])), None)
        assert found.ok == (kind == "payload inside")
        assert found.result.value in ("match", "partly checked")


class TestWhoIsBelieved:
    """What nobody here knows is not checked; what is known and wrong is refused."""

    data = with_receipts(KINDS["digest"], LOG.receipt(KINDS["digest"]))

    def test_an_unknown_service_leaves_it_partly_checked(self) -> None:
        """A receipt of a service that the verifier does not know is no match, and no lie."""
        assert codes(checked(self.data, services=services_file((), [(ISSUER, ALICE)]))) == [
            ("registered", "skipped")
        ]

    def test_a_known_service_beside_an_unknown_one_is_enough(self) -> None:
        """One receipt that holds is whole; the other is a note."""
        other = Service(ed(9), "https://other.example").receipt(KINDS["digest"])
        found = checked(with_receipts(KINDS["digest"], other, LOG.receipt(KINDS["digest"])))
        assert found.ok
        assert "other.example is not among" in found.text()

    def test_a_wrong_receipt_beside_a_good_one_is_refused(self) -> None:
        """A known service's receipt for another statement."""
        wrong = LOG.receipt(KINDS["payload inside"])
        found = checked(with_receipts(KINDS["digest"], wrong, LOG.receipt(KINDS["digest"])))
        assert codes(found) == [("registered", "E_SIG")]

    def test_a_service_whose_key_is_another_is_refused(self) -> None:
        """The name is known, the key is not its own."""
        forged = Service(ed(9)).receipt(KINDS["digest"])
        assert codes(checked(with_receipts(KINDS["digest"], forged))) == [("registered", "E_SIG")]

    def test_a_key_of_another_name_is_not_tried(self) -> None:
        """The key id says which key it was."""
        renamed = Service(ed(1, b"key 2")).receipt(KINDS["digest"])
        assert codes(checked(with_receipts(KINDS["digest"], renamed))) == [("registered", "E_SIG")]

    def test_a_service_that_names_itself_not_is_found_by_its_key(self) -> None:
        """RFC 9942 does not ask for an issuer."""
        receipt = Service(ed(1, None), None).receipt(KINDS["digest"])
        services = services_file(
            [("https://first.example", ed(5)), (SERVICE, ed(1))], [(ISSUER, ALICE)]
        )
        assert checked(with_receipts(KINDS["digest"], receipt), services=services).ok

    def test_entries_may_be_whole_statements(self) -> None:
        """What a leaf is, is the service's choice and stands with its keys."""
        whole = Service(entry="bytes")
        data = with_receipts(KINDS["digest"], whole.receipt(KINDS["digest"]))
        services = services_file([(SERVICE, LOG.signer)], [(ISSUER, ALICE)], entry="bytes")
        assert checked(data, services=services).ok
        assert codes(checked(data)) == [("registered", "E_SIG")]

    def test_a_statement_that_no_service_has_is_partly_checked(self) -> None:
        """Signed, and nowhere registered."""
        assert codes(checked(KINDS["digest"])) == [("registered", "skipped")]

    def test_a_log_of_another_kind_is_partly_checked(self) -> None:
        """The tree of CCF is not checked here, and that is said."""
        receipt = LOG.receipt(KINDS["digest"], tree=2)
        found = checked(with_receipts(KINDS["digest"], receipt))
        assert codes(found) == [("registered", "skipped")]
        assert "another kind (2)" in found.text()

    def test_an_unknown_issuer_leaves_it_partly_checked(self) -> None:
        """The service saw it; who said it, nobody here knows."""
        services = services_file([(SERVICE, LOG.signer)])
        assert codes(checked(self.data, services=services)) == [("issuer", "skipped")]

    def test_a_detached_original_is_tied_by_the_signature_alone(self) -> None:
        """Without the issuer's key nothing says that the file is the one."""
        data = with_receipts(KINDS["payload detached"], LOG.receipt(KINDS["payload detached"]))
        services = services_file([(SERVICE, LOG.signer)])
        assert codes(checked(data, services=services)) == [
            ("issuer", "skipped"),
            ("file", "skipped"),
        ]

    def test_an_issuer_whose_key_is_another_is_refused(self) -> None:
        """The name is known, the key is not its own; the file is tied to nothing then."""
        services = services_file([(SERVICE, LOG.signer)], [(ISSUER, p256(8))])
        assert codes(checked(self.data, services=services)) == [("issuer", "E_SIG")]

    def test_files_that_name_the_same_issuer_count_together(self) -> None:
        """A key that was renewed stands beside the old one."""
        services = services_file([(SERVICE, LOG.signer)], [(ISSUER, p256(8)), (ISSUER, ALICE)])
        assert checked(self.data, services=services).ok

    def test_a_certificate_inside_vouches_for_nobody(self) -> None:
        """It shows that the bytes are unchanged, not whose they are."""
        seal = OrganizationSeal.create(COURT, "Court", 1_700_000_000_000)
        secret = load_der_private_key(seal.key, None)
        assert isinstance(secret, ec.EllipticCurvePrivateKey)
        signer = Signer(secret, -7, None)
        made = enveloped(signer, more={33: [seal.certificate]})
        found = checked(with_receipts(made, LOG.receipt(made)))
        services = services_file([(SERVICE, LOG.signer)])
        assert codes(found) == [("issuer", "E_SIG")]  # the key of the file is another
        found = checked(with_receipts(made, LOG.receipt(made)), services=services)
        assert codes(found) == [("issuer", "skipped")]
        assert "nobody here vouches for" in found.text()


class TestAlteredStatements:
    """Every altered copy is refused, and the line says where."""

    def test_one_bit_anywhere_is_never_a_match(self) -> None:
        """Bit by bit, through the whole file."""
        data = with_receipts(KINDS["digest"], LOG.receipt(KINDS["digest"]))
        for place in range(0, len(data), 3):
            altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            assert not checked(altered).ok, place

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xd2\x84",
            cbor2.dumps(cbor2.CBORTag(17, [b"", {}, b"", b""])),
            cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b""])),
            cbor2.dumps(cbor2.CBORTag(18, [b"\x01", {}, b"", b""])),
            KINDS["digest"] + b"\0",
            sign1(ALICE, {3: "text/plain"}, CONTENT),
            sign1(ALICE, {15: {1: ISSUER, 2: 7}}, CONTENT),
            statement(ALICE, header={2: [4711], 4711: 1}),
            statement(ALICE, header={2: [16]}),
            statement(ALICE, header={2: 3}),
            enveloped(ALICE, algorithm=-17),
            enveloped(ALICE, b"short"),
            enveloped(ALICE, more={3: "text/plain"}),
            enveloped(ALICE, more={260: 7}),
            sign1(ALICE, {15: {1: ISSUER}}, CONTENT, unprotected={258: -16}),
            sign1(ALICE, {15: {1: ISSUER}}, CONTENT, unprotected={394: b""}),
            sign1(ALICE, {15: {1: ISSUER}}, CONTENT, unprotected={394: [7]}),
        ],
        ids=range(18),
    )
    def test_what_is_no_statement_is_refused_for_its_form(self, data: bytes) -> None:
        """Nothing else is looked at then."""
        found = checked(data)
        assert codes(found) == [("statement", "E_RECEIPT")]
        assert len(found.checks) == 4

    def test_so_many_receipts_are_not_read(self) -> None:
        """Work has a bound."""
        assert codes(checked(with_receipts(KINDS["digest"], *[b""] * 17))) == [
            ("statement", "E_LIMIT")
        ]

    @pytest.mark.parametrize(
        "proof",
        [7, [4, 2], [4, 2, [b"short"]], [4, 2, ["text"]], [0, 0, []], [4, 5, []], [4, 2, []]],
        ids=str,
    )
    def test_a_malformed_proof_is_refused(self, proof: object) -> None:
        """A path has exactly the hashes that its numbers ask for."""
        receipt = LOG.receipt(KINDS["digest"], proof=proof)
        found = checked(with_receipts(KINDS["digest"], receipt))
        assert codes(found)[0][1] in ("E_RECEIPT", "E_PROOF")

    @pytest.mark.parametrize(
        "receipt",
        [
            b"",
            LOG.receipt(KINDS["digest"], detached=False),
            sign1(LOG.signer, {}, b"", detached=True),
            sign1(LOG.signer, {395: 1}, b"", detached=True),
            LOG.receipt(KINDS["digest"], header={2: [4711]}),
            LOG.receipt(KINDS["digest"], header={15: 7}),
            LOG.receipt(KINDS["digest"], header={15: {1: 7}}),
            sign1(LOG.signer, {395: 1}, b"", detached=True, unprotected={396: {-1: [b"\xff"]}}),
        ],
        ids=range(8),
    )
    def test_what_is_no_receipt_is_refused(self, receipt: bytes) -> None:
        """A receipt that cannot be read is not passed over."""
        assert codes(checked(with_receipts(KINDS["digest"], receipt))) == [
            ("registered", "E_RECEIPT")
        ]

    def test_a_detached_payload_too_large_for_memory_is_not_called_checked(self) -> None:
        """It is refused with its limit."""
        data = with_receipts(KINDS["payload detached"], LOG.receipt(KINDS["payload detached"]))
        large = StatementOriginal(original(CONTENT).digests, None)
        found = statement_verification(data, large, read_services(BOTH))
        assert codes(found) == [("issuer", "E_LIMIT")]


def vector(name: str) -> tuple[bytes, bytes]:
    """Return a published statement with its receipt, and who is to be believed."""
    folder = VECTORS / "v1" / name
    made = cbor2.loads((folder / "statement.cose").read_bytes())
    claims = cbor2.loads(made.value[0]).get(15, {})
    keys = {
        role: [{"issuer": name, "keys": [(folder / f"{file}.pub").read_text()]}]
        for role, file, name in (
            ("services", "log-key", SERVICE),
            ("issuers", "issuer-key", claims.get(1, "?")),
        )
    }
    listed = json.dumps({"format": "tallystick.services.v1", **keys}).encode()
    receipt = (folder / "receipt.cose").read_bytes()
    return with_receipts((folder / "statement.cose").read_bytes(), receipt), listed


@pytest.mark.parametrize("name", sorted(path.name for path in (VECTORS / "v1").iterdir()))
def test_published_vectors_get_the_answer_of_their_authors(name: str) -> None:
    """`scitt-cose`'s own vectors: valid ones match, but for the CCF tree, which is not read."""
    data, services = vector(name)
    found = checked(data, None, services)
    is_valid = name.startswith("valid") and "vds2" not in name
    assert found.ok == is_valid, found.text()
    if name.startswith("fail") and "vds" not in name:
        assert found.result.value == "no match"


def test_a_statement_with_reordered_proofs_holds() -> None:
    """A proof that leads elsewhere does not hide the one that is meant."""
    folder = VECTORS / "v1" / "valid-eddsa-multi-proof"
    _, services = vector(folder.name)
    for name in ("receipt.cose", "receipt-reordered.cose"):
        receipt = (folder / name).read_bytes()
        data = with_receipts((folder / "statement.cose").read_bytes(), receipt)
        assert checked(data, None, services).ok


@pytest.mark.parametrize("signer", [p256(3), ed(3)], ids=["ES256", "EdDSA"])
def test_every_kind_of_service_key_is_taken(signer: Signer) -> None:
    """ECDSA and Ed25519 alike."""
    data = with_receipts(KINDS["digest"], Service(signer).receipt(KINDS["digest"]))
    assert checked(data, services=services_file([(SERVICE, signer)], [(ISSUER, ALICE)])).ok


CCF: Final = sorted((VECTORS.parent / "scitt-ccf-ledger").glob("*.cose"))


@pytest.mark.parametrize("path", CCF, ids=lambda path: path.stem)
class TestStatementsOfAProductionService:
    """Statements of a CCF ledger: ES256, PS256 and PS384, certificates and receipts inside."""

    def test_is_read_and_only_partly_checked(self, path: Path) -> None:
        """Their signatures hold by the certificates inside; nobody here believes those."""
        found = checked(path.read_bytes(), None)
        assert found.result.value == "partly checked", found.text()
        assert found.checks[0].result.value == "passed"
        assert "certificate inside" in found.checks[1].evidence.en

    def test_is_refused_once_a_bit_of_its_payload_is_changed(self, path: Path) -> None:
        """The certificate's signature does not hold any more."""
        data = path.read_bytes()
        payload = cbor2.loads(data).value[2]
        place = data.index(payload)
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert codes(checked(altered, None)) == [("issuer", "E_SIG")]
