# SPDX-License-Identifier: Apache-2.0
"""Key files: private, whole, and opened by their passphrase only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import Identity, KeyDescription, KeyStore, format_pem, parse_pem
from tallystick.client.sealing import Sealed, unseal
from tallystick.crypto import Cost, SecretKey
from tallystick.errors import FileProblem, Malformed, UsageError, WrongPassphrase
from tallystick.model import decode_transaction, verify_transaction
from tests.unit.client.world import CLERK, COURT, World


@pytest.fixture
def store(home: Path) -> KeyStore:
    """Return the store of the test's home folder."""
    found = KeyStore()
    assert found.folder == home / "keys"
    return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal with the least effort."""
    monkeypatch.setattr("tallystick.crypto.sealed_key.DEFAULT_COST", Cost(1, 8192))


def test_a_key_comes_back_as_it_was_made(store: KeyStore) -> None:
    """Create, list, describe, load."""
    assert store.names() == []
    made = store.create("clerk", COURT, "clerk")
    loaded = store.load("clerk")
    assert loaded.secret.seed == made.secret.seed
    assert (loaded.organization, loaded.member) == (COURT, "clerk")
    assert store.names() == ["clerk"]
    described = KeyDescription("clerk", COURT, "clerk", made.public_key, is_sealed=False)
    assert store.describe("clerk") == described
    path = store.folder / "clerk.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert made.secret.seed.hex() not in repr(made)


def test_a_key_is_never_replaced_and_can_be_removed(store: KeyStore) -> None:
    """A lost key is lost for ever, so nothing overwrites one."""
    store.create("clerk", COURT, "clerk")
    with pytest.raises(FileProblem, match="exists already"):
        store.create("clerk", COURT, "clerk")
    store.remove("clerk")
    with pytest.raises(FileProblem):
        store.remove("clerk")
    with pytest.raises(FileProblem, match="no such file"):
        store.load("clerk")


def test_a_sealed_key_opens_with_its_passphrase_only(store: KeyStore) -> None:
    """Argon2id and an authenticated box; the seed is nowhere in the file."""
    made = store.create("clerk", COURT, "clerk", passphrase="正确的马")
    text = (store.folder / "clerk.json").read_text()
    assert '"seed"' not in text
    assert store.describe("clerk").is_sealed
    assert store.load("clerk", passphrase="正确的马").secret.seed == made.secret.seed
    with pytest.raises(UsageError, match="needs its passphrase"):
        store.load("clerk")
    with pytest.raises(FileProblem, match="does not open"):
        store.load("clerk", passphrase="wrong")


def test_an_empty_passphrase_protects_nothing(store: KeyStore) -> None:
    """So it is refused."""
    with pytest.raises(UsageError, match="empty"):
        store.create("clerk", COURT, "clerk", passphrase="")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 64, "a b", "a\n"])
def test_a_key_name_cannot_leave_the_folder(store: KeyStore, name: str) -> None:
    """Names are plain."""
    with pytest.raises(UsageError, match="not a key name"):
        store.load(name)


def test_a_wrong_organisation_code_is_refused(store: KeyStore) -> None:
    """Before the file is written."""
    with pytest.raises(Malformed):
        store.create("clerk", "91350100M000100Y44", "clerk")
    assert store.names() == []


def test_a_key_that_others_may_read_is_refused(store: KeyStore) -> None:
    """As ssh does."""
    store.create("clerk", COURT, "clerk")
    (store.folder / "clerk.json").chmod(0o640)
    with pytest.raises(FileProblem, match="other users may read"):
        store.load("clerk")


def test_other_files_in_the_folder_are_not_keys(store: KeyStore) -> None:
    """Only plain names with the suffix count."""
    store.create("clerk", COURT, "clerk")
    for name in ("notes.txt", ".x.json", "a b.json"):
        (store.folder / name).touch()
    assert store.names() == ["clerk"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"organization": 5},
        {"member": None},
        {"public_key": "zz"},
        {"public_key": "00" * 32},
        {"seed": "!"},
        {"seed": "AAAA"},
        {"seed": None},
        {"sealed": {}},
    ],
)
def test_a_damaged_key_file_is_refused(store: KeyStore, change: dict[str, Any]) -> None:
    """Also one whose public key is not its secret's."""
    store.create("clerk", COURT, "clerk")
    path = store.folder / "clerk.json"
    fields = {**json.loads(path.read_text()), **change}
    path.write_text(
        json.dumps({name: value for name, value in fields.items() if value is not None})
    )
    with pytest.raises(FileProblem, match="not a key file, or damaged"):
        store.load("clerk")


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_key_file_is_refused(store: KeyStore, text: str) -> None:
    """Nonsense in, a named file out."""
    store.create("clerk", COURT, "clerk")
    (store.folder / "clerk.json").write_text(text)
    with pytest.raises(FileProblem, match=r"clerk\.json"):
        store.describe("clerk")


OLD: dict[str, Any] = {
    "algorithm": "argon2id+xsalsa20poly1305",
    "operations": 1,
    "memory_size": 8192,
    "salt": "AAECAwQFBgcICQoLDA0ODw==",
    "box": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAmxx7nRvoMo2oZiZe3cyc9rMofh55PPjY"
    "LeqLchBJSnpqTBCMeMFx8AjKoNyA+tPV",
}
"""The seed of 32 letters x as release 0.1 sealed it, with the passphrase p and the least effort."""


def test_a_key_that_release_0_1_sealed_still_opens(store: KeyStore) -> None:
    """Whoever has one keeps it; it is sealed anew by `unprotect` and `protect`."""
    made = Identity(COURT, "clerk", SecretKey(b"x" * 32))
    store.save("clerk", made)
    path = store.folder / "clerk.json"
    fields = {**json.loads(path.read_text()), "sealed": OLD}
    del fields["seed"]
    path.write_text(json.dumps(fields))
    assert store.load("clerk", passphrase="p").secret.seed == made.secret.seed
    with pytest.raises(WrongPassphrase):
        store.load("clerk", passphrase="q")


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "none"},
        {"operations": 0},
        {"operations": 10**9},
        {"memory_size": 1},
        {"memory_size": 2**40},
        {"salt": "!"},
        {"box": 5},
        {"salt": "AAAA"},
        {"box": "AAAA"},
    ],
)
def test_a_hostile_key_of_release_0_1_is_refused_before_it_costs_anything(
    change: dict[str, Any],
) -> None:
    """Limits bound time and memory (C5)."""
    with pytest.raises(FileProblem):
        unseal(Sealed.from_fields({**OLD, **change}), "p")


@pytest.mark.usefixtures("quick")
def test_a_key_is_put_under_a_passphrase_and_taken_out(store: KeyStore) -> None:
    """Same key before and after; the file stays private; a wrong passphrase changes nothing."""
    made = store.create("clerk", COURT, "clerk")
    path = store.folder / "clerk.json"
    store.protect("clerk", "p")
    sealed = path.read_bytes()
    assert store.load("clerk", passphrase="p").secret.seed == made.secret.seed
    with pytest.raises(UsageError, match="has a passphrase already"):
        store.protect("clerk", "q")
    with pytest.raises(WrongPassphrase):
        store.unprotect("clerk", "q")
    assert path.read_bytes() == sealed
    store.unprotect("clerk", "p")
    assert path.stat().st_mode & 0o777 == 0o600
    assert store.load("clerk").secret.seed == made.secret.seed
    with pytest.raises(UsageError, match="has no passphrase"):
        store.unprotect("clerk", "p")


@pytest.mark.usefixtures("quick")
def test_a_sealed_seed_does_not_open_in_the_file_of_another_key(store: KeyStore) -> None:
    """Its public half is bound to it."""
    for name in ("one", "two"):
        store.create(name, COURT, name, passphrase="p")
    first, second = (store.folder / f"{name}.json" for name in ("one", "two"))
    fields = {**json.loads(first.read_text()), "sealed": json.loads(second.read_text())["sealed"]}
    first.write_text(json.dumps(fields))
    with pytest.raises(FileProblem, match="damaged"):
        store.load("one", passphrase="p")


def test_an_identity_signs_for_its_organisation() -> None:
    """What it signs verifies under its key."""
    identity = Identity(COURT, "clerk", CLERK)
    call = decode_transaction(World().sign({"a": 1})).call
    transaction = decode_transaction(identity.sign(call))
    verify_transaction(transaction)
    assert (transaction.organization, transaction.signer) == (COURT, identity.public_key)


def test_keys_go_to_pem_and_back() -> None:
    """PKCS #8, with and without a passphrase."""
    for passphrase in (None, "p"):
        pem = format_pem(CLERK, passphrase=passphrase)
        assert parse_pem(pem, passphrase=passphrase).seed == CLERK.seed
    assert b"ENCRYPTED" in format_pem(CLERK, passphrase="p")


def test_what_is_no_ed25519_pem_is_refused() -> None:
    """Nonsense, a missing or wrong passphrase, another kind of key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    sealed = format_pem(CLERK, passphrase="p")
    for pem, passphrase in ((b"", None), (sealed, None), (sealed, "q"), (other, None)):
        with pytest.raises(FileProblem):
            parse_pem(pem, passphrase=passphrase)
