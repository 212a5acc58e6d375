# SPDX-License-Identifier: Apache-2.0
"""The checklist says which organisations stand behind a receipt, and is right about it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tallystick.client import CheckResult, Trust, Verification, verify
from tallystick.errors import InvalidCheckpoint, InvalidReceipt, Malformed
from tallystick.model import (
    GenesisDocument,
    LogKey,
    Name,
    Organization,
    Receipt,
    cosign_checkpoint,
    cosigner_key,
    cosigner_name,
    engine_chain_id,
    open_checkpoint,
    parse_receipt,
    sign_checkpoint,
)
from tests.engine_chain import Chain, Electorate, Roots, digest, engine_start, recorded
from tests.unit.client.world import (
    BANK,
    COURT,
    DOCUMENT,
    LOG_KEY,
    OTHER_LOG_KEY,
    World,
    make_genesis,
    make_world,
    secret,
)

NOTARY, NEWCOMER = "91110000100000CC3K", "91310000100000DD4T"
BANK_LOG, NOTARY_LOG = secret(21), secret(22)
FOUNDERS = Electorate({COURT: secret(600), BANK: secret(601), NOTARY: secret(602)})
CHANGED = Electorate({**FOUNDERS.secrets, NEWCOMER: secret(603)})
LATER = Electorate({**CHANGED.secrets, COURT: secret(604)})
STAMP = 1_700_000_500


def genesis(validators: Electorate | None = FOUNDERS) -> GenesisDocument:
    """Return the usual network with a notary, three log keys and validators."""
    base = make_genesis()
    notary = Organization(id=NOTARY, name=Name(zh="示例公证处", en="Example Notary"))
    return msgspec.structs.replace(
        base,
        organizations=(*base.organizations, notary),
        log_keys=(
            *base.log_keys,
            LogKey(organization=BANK, public_key=BANK_LOG.public_key),
            LogKey(organization=NOTARY, public_key=NOTARY_LOG.public_key),
        ),
        validators=validators.validators if validators else (),
    )


class Consortium:
    """A network with validators, its log, and the receipt of its first deposit."""

    def __init__(self, document: GenesisDocument | None = None) -> None:
        """Found it and deposit a few files."""
        self.world = World(document or genesis())
        self.index = self.world.deposit()
        self.world.fill(4)
        self.chain = Chain(engine_chain_id(self.world.genesis.encode()))
        self.trust = self.world.trust

    def roots(self) -> Roots:
        """Return the roots of the newest head."""
        return Roots.of(self.world.head())

    def receipt(
        self,
        now: Electorate = FOUNDERS,
        *,
        signers: tuple[int, ...] | None = None,
        history: tuple[bytes, ...] = (),
    ) -> Receipt:
        """Return the receipt with finality."""
        height = self.world.head().height
        proof = self.chain.proof(self.roots(), now, height=height, signers=signers)
        plain = self.world.receipt(self.index)
        return replace(plain, finality=proof.encode(), validator_history=history)

    def cosigned(self, receipt: Receipt, *organizations: str, level: str = "witnessed") -> Receipt:
        """Return the receipt with cosignatures of organisations on its checkpoint."""
        keys = {COURT: LOG_KEY, BANK: BANK_LOG, NOTARY: NOTARY_LOG}
        lines = [
            cosign_checkpoint(
                self.world.head(),
                keys[one],
                name=cosigner_name(self.world.network, one),
                time=STAMP,
            )
            for one in organizations
        ]
        return replace(receipt, checkpoint=receipt.checkpoint + "".join(lines), level=level)


def line(found: Verification, name: str) -> tuple[CheckResult, str, str]:
    """Return a line of the checklist: result and evidence in both languages."""
    check = next(check for check in found.checks if check.name == name)
    return check.result, check.evidence.en, check.evidence.zh


def failed(found: Verification) -> set[str]:
    """Return the checks that failed."""
    return {check.name for check in found.checks if check.result is CheckResult.FAILED}


def roles(found: Verification) -> dict[str, set[str]]:
    """Return who stands behind it, by role."""
    out: dict[str, set[str]] = {}
    for one in found.standing:
        out.setdefault(one.role, set()).add(one.organization)
    return out


def test_a_receipt_with_finality_is_a_match_that_names_the_organisations() -> None:
    """Offline, with the trust file only, in both languages and for programs."""
    net = Consortium()
    found = verify(DOCUMENT, receipt=net.receipt(), trust=net.trust)
    assert found.ok
    assert line(found, "finality")[1] == (
        "3 of 3 validators signed the engine's block 6, power 30/30"
    )
    assert line(found, "validators")[1] == "named by the genesis document"
    result, english, chinese = line(found, "organizations")
    assert result is CheckResult.PASSED
    assert english.startswith("3: ")
    for name in ("Hangzhou Internet Court", "Example Bank", "Example Notary"):
        assert name in english
    for name in ("杭州互联网法院", "示例银行", "示例公证处"):
        assert name in chinese
    assert roles(found) == {"answering": {COURT}, "validator": {COURT, BANK, NOTARY}}
    plain = found.to_dict()["standing"]
    assert isinstance(plain, list)
    assert {key: plain[0][key] for key in ("role", "organization")} == {
        "role": "answering",
        "organization": COURT,
    }


def test_only_those_who_signed_are_named() -> None:
    """An absent validator does not stand behind the receipt."""
    four = Electorate({**FOUNDERS.secrets, NEWCOMER: secret(603)})
    base = genesis(four)
    stranger = Organization(id=NEWCOMER, name=Name(zh="新成员", en="Newcomer"))
    net = Consortium(msgspec.structs.replace(base, organizations=(*base.organizations, stranger)))
    receipt = net.receipt(four, signers=(0, 1, 3))
    found = verify(DOCUMENT, receipt=receipt, trust=net.trust)
    assert found.ok
    owners = {one.public_key: one.organization for one in four.validators}
    assert roles(found)["validator"] == {owners[four.ordered[n].public_key] for n in (0, 1, 3)}


def test_a_network_with_validators_owes_finality() -> None:
    """Without it the receipt is partly checked, and says that one organisation stands behind it."""
    net = Consortium()
    found = verify(DOCUMENT, receipt=net.world.receipt(net.index), trust=net.trust)
    assert found.result == "partly checked"
    assert [check.name for check in found.reasons] == ["finality"]
    assert line(found, "organizations")[1] == "Hangzhou Internet Court only, which answered"
    assert roles(found) == {"answering": {COURT}}


def test_a_network_with_one_node_is_verified_as_before() -> None:
    """An old receipt is a match, and the checklist says that one node ordered."""
    world, index = make_world()
    found = verify(DOCUMENT, receipt=world.receipt(index), trust=world.trust)
    assert found.ok
    assert line(found, "finality")[1] == "the network has one ordering node"
    assert line(found, "witnesses")[:2] == (CheckResult.SKIPPED, "none")


def test_wrong_finality_is_no_match() -> None:
    """Of other roots, another height, another network, too few, strangers, or no proof at all."""
    net = Consortium()
    other = Consortium(msgspec.structs.replace(genesis(), name="other"))
    good = net.receipt()
    height = net.world.head().height
    strangers = Electorate({COURT: secret(700), BANK: secret(701), NOTARY: secret(702)})
    wrong = {
        "roots": net.chain.proof(
            Roots(net.roots().log_size, digest("x")), FOUNDERS, height=height
        ).encode(),
        "height": net.chain.proof(net.roots(), FOUNDERS, height=height + 1).encode(),
        "network": other.chain.proof(net.roots(), FOUNDERS, height=height).encode(),
        "few": net.chain.proof(net.roots(), FOUNDERS, height=height, signers=(0, 1)).encode(),
        "bytes": b"\xa0",
    }
    for name, proof in wrong.items():
        found = verify(DOCUMENT, receipt=replace(good, finality=proof), trust=net.trust)
        assert (name, failed(found)) == (name, {"finality"})
        assert found.result == "no match"
        assert "validator" not in roles(found)
    proof = net.chain.proof(net.roots(), strangers, height=height).encode()
    found = verify(DOCUMENT, receipt=replace(good, finality=proof), trust=net.trust)
    assert failed(found) == {"validators"}
    assert "validator" not in roles(found)


def test_a_receipt_carries_the_history_that_an_old_trust_file_lacks() -> None:
    """Genesis alone is enough to believe validators of today, also one that joined later."""
    net = Consortium()
    first = net.chain.transition(FOUNDERS, CHANGED, height=1).encode()
    second = net.chain.transition(CHANGED, LATER, height=3).encode()
    receipt = net.receipt(LATER, history=(first, second))
    found = verify(DOCUMENT, receipt=receipt, trust=net.trust)
    assert found.ok
    assert "then changed 2 times" in line(found, "validators")[1]
    assert NEWCOMER in line(found, "organizations")[1]
    assert roles(found)["validator"] == {COURT, BANK, NOTARY, NEWCOMER}
    known = Trust.of_genesis(net.trust.genesis_bytes, (first, second))
    assert verify(DOCUMENT, receipt=net.receipt(LATER), trust=known).ok
    assert verify(DOCUMENT, receipt=receipt, trust=known).ok
    half = Trust.of_genesis(net.trust.genesis_bytes, (first,))
    assert verify(DOCUMENT, receipt=net.receipt(LATER, history=(second,)), trust=half).ok


def test_a_stale_set_is_refused_once_its_successor_is_known() -> None:
    """Retired keys prove nothing at later heights, even all of them together."""
    net = Consortium()
    change = net.chain.transition(FOUNDERS, CHANGED, height=1).encode()
    known = Trust.of_genesis(net.trust.genesis_bytes, (change,))
    stale = net.receipt(FOUNDERS)
    assert failed(verify(DOCUMENT, receipt=stale, trust=known)) == {"validators"}
    assert failed(
        verify(DOCUMENT, receipt=replace(stale, validator_history=(change,)), trust=net.trust)
    ) == {"validators"}


def test_a_history_that_does_not_hold_is_no_match() -> None:
    """Even where the finality proof itself would be trusted without it."""
    net = Consortium()
    broken = replace(net.receipt(), validator_history=(b"\xa0",))
    found = verify(DOCUMENT, receipt=broken, trust=net.trust)
    assert failed(found) == {"validators"}
    assert line(found, "organizations")[0] is CheckResult.SKIPPED


def test_finality_without_trusted_validators_is_no_match() -> None:
    """A genesis document without validators believes nobody's commit until an engine start."""
    net = Consortium(genesis(None))
    assert failed(verify(DOCUMENT, receipt=net.receipt(), trust=net.trust)) == {"validators"}


def test_a_network_that_began_with_one_node_gains_finality() -> None:
    """The engine's first block proves the whole log before it."""
    net = Consortium(genesis(None))
    _, root, _ = recorded(FOUNDERS.validators)
    head = replace(net.world.head(), height=2, size=2, membership_root=root)
    start = engine_start(sign_checkpoint(head, LOG_KEY), FOUNDERS.validators).encode()
    found = verify(DOCUMENT, receipt=net.receipt(history=(start,)), trust=net.trust)
    assert found.ok
    assert "ordered before them" in line(found, "validators")[1]
    without = verify(
        DOCUMENT,
        receipt=net.world.receipt(net.index),
        trust=Trust.of_genesis(net.trust.genesis_bytes, (start,)),
    )
    assert without.result == "partly checked"


def test_a_transparent_statement_shows_no_finality() -> None:
    """It stays partly checked, for the reason that it says."""
    net = Consortium()
    found = verify(net.receipt().statement(), trust=net.trust, original=DOCUMENT)
    assert found.result == "partly checked"
    assert {line(found, name)[0] for name in ("finality", "validators", "witnesses")} == {
        CheckResult.SKIPPED
    }


# --- witnesses


def test_a_checkpoint_cosigned_by_other_organisations_is_witnessed() -> None:
    """The checklist names them, without the organisation that answered."""
    net = Consortium()
    receipt = net.cosigned(net.receipt(), COURT, BANK, NOTARY)
    found = verify(DOCUMENT, receipt=receipt, trust=net.trust, witnesses_min=2)
    assert found.ok
    assert line(found, "witnesses")[1] == (
        "cosigned by 2 other organisations: Example Bank, Example Notary"
    )
    assert "cosigned by 2" in line(found, "level")[1]
    assert roles(found)["witness"] == {BANK, NOTARY}


def test_an_old_reader_passes_over_cosignatures() -> None:
    """More lines do not change what the log's own signature says."""
    net = Consortium()
    note = net.cosigned(net.receipt(), BANK, NOTARY).checkpoint
    opened = open_checkpoint(note, LOG_KEY.public_key, origin=net.world.network)
    assert opened == net.world.head()


@pytest.mark.parametrize("organizations", [(), (COURT,), (BANK,), (BANK, BANK)])
def test_too_few_cosignatures_leave_the_level_open(organizations: tuple[str, ...]) -> None:
    """The own one does not count, and no organisation counts twice."""
    net = Consortium()
    receipt = net.cosigned(net.receipt(), *organizations)
    found = verify(DOCUMENT, receipt=receipt, trust=net.trust, witnesses_min=2)
    assert found.result == "partly checked"
    assert [check.name for check in found.reasons] == ["level"]


def test_a_cosignature_that_does_not_verify_is_no_match() -> None:
    """A known organisation's line must be right; a stranger's line is passed over."""
    net = Consortium()
    receipt = net.cosigned(net.receipt(), BANK)
    old = net.world.note(3)
    moved = old + receipt.checkpoint.splitlines()[-1] + "\n"
    with pytest.raises(InvalidCheckpoint, match="cosignature"):
        net.trust.open_cosignatures(moved)
    last = receipt.checkpoint.rindex("=") - 20
    altered = receipt.checkpoint[:last] + "AAAA" + receipt.checkpoint[last + 4 :]
    found = verify(DOCUMENT, receipt=replace(receipt, checkpoint=altered), trust=net.trust)
    assert failed(found) == {"witnesses"}
    stranger = cosign_checkpoint(
        net.world.head(), OTHER_LOG_KEY, name=cosigner_name(net.world.network, BANK), time=1
    )
    more = replace(receipt, checkpoint=receipt.checkpoint + stranger)
    assert verify(DOCUMENT, receipt=more, trust=net.trust).ok


def test_a_cosignature_says_who_and_when() -> None:
    """The name is a valid C2SP key name, and the time is what was signed."""
    net = Consortium()
    name = cosigner_name(net.world.network, BANK)
    assert not set(" +\n") & set(name)
    key = cosigner_key(name, BANK_LOG.public_key)
    assert key.startswith(f"{name}+")
    note = net.cosigned(net.receipt(), BANK).checkpoint
    found = net.trust.open_cosignatures(note)
    assert [(one.organization, one.time) for one in found] == [(BANK, STAMP)]
    assert found[0].public_key == BANK_LOG.public_key


def test_a_cosignature_for_another_network_is_a_strangers_line() -> None:
    """The key's name has the network, so that no line can be carried over."""
    net, other = Consortium(), Consortium(msgspec.structs.replace(genesis(), name="other"))
    lines = other.cosigned(other.receipt(), BANK).checkpoint.splitlines()[-1] + "\n"
    assert net.trust.open_cosignatures(net.world.note() + lines) == []


# --- the receipt file


def test_a_receipt_file_keeps_finality_and_history() -> None:
    """What is written is read back; without them the file is as before."""
    net = Consortium()
    change = net.chain.transition(FOUNDERS, CHANGED, height=1).encode()
    receipt = net.receipt(CHANGED, history=(change,))
    assert parse_receipt(receipt.to_json()) == receipt
    plain = net.world.receipt(net.index)
    assert "finality" not in plain.to_json()
    assert "validator_history" not in plain.to_json()


@pytest.mark.parametrize(
    "extra", ['"finality": null', '"finality": 1', '"validator_history": []', '"more": "x"']
)
def test_a_receipt_file_spells_absence_in_one_way(extra: str) -> None:
    """A part that is not there is left out, and nothing else may be in the file."""
    text = Consortium().receipt().to_json().replace('"finality"', '"unused"')
    plain = Consortium().world.receipt(0).to_json()
    for start in (text, plain):
        with pytest.raises((InvalidReceipt, Malformed)):
            parse_receipt(start.replace("{", "{" + extra + ",", 1))


def test_every_byte_of_the_agreement_matters_in_a_receipt() -> None:
    """No altered byte of finality or history leaves a match (I23)."""
    net = Consortium()
    change = net.chain.transition(FOUNDERS, CHANGED, height=1).encode()
    receipt = net.receipt(CHANGED, history=(change,))
    for place in range(0, len(receipt.finality or b""), 5):
        altered = replace(receipt, finality=flipped(receipt.finality or b"", place))
        assert verify(DOCUMENT, receipt=altered, trust=net.trust).result == "no match"
    for place in range(0, len(change), 5):
        altered = replace(receipt, validator_history=(flipped(change, place),))
        assert verify(DOCUMENT, receipt=altered, trust=net.trust).result == "no match"


def flipped(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit changed."""
    return data[:place] + bytes((data[place] ^ 0x04,)) + data[place + 1 :]
