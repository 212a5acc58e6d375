# SPDX-License-Identifier: Apache-2.0
"""Members certified by their own CA, from files to a signing key, and warnings before an end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from tallystick.client import Identity, KeyStore
from tests import certificate_authority as ca
from tests.factories import secret
from tests.unit.cli.conftest import Tally
from tests.unit.cli.governing_world import ORGANIZATIONS, Governed, governed_node, keep_keys

MINE = ORGANIZATIONS[0]


@pytest.fixture
def governed(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Governed]:
    """Serve a network; certificates are made for today, the node has a real clock."""
    monkeypatch.setattr(ca, "NOW", datetime.fromtimestamp(int(time.time()), UTC))
    with governed_node(tmp_path / "node") as found:
        monkeypatch.setenv("TALLY_DATA", str(found.folder))
        assert home.exists()
        keep_keys(KeyStore())
        yield found


def pem(path: Path, *made: ca.Made) -> Path:
    """Write certificates as PEM."""
    path.write_bytes(b"".join(one.certificate.public_bytes(Encoding.PEM) for one in made))
    return path


def leaf_for(issuer: ca.Made, number: int, ends: int = 365) -> ca.Made:
    """Return a certificate of the organisation's operator for a test key."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(secret(number).seed)
    subject = ca.name("operator", organization=MINE)
    return ca.make(ca.LEAF, key, issuer=issuer, subject=subject, ends=ends)


def test_a_member_is_enrolled_by_certificate_and_signs(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """Authority registered, key enrolled, used; revoked authorities enrol nobody."""
    root = ca.make(ca.ROOT)
    middle = ca.make(ca.MIDDLE, issuer=root)
    KeyStore().save("certified", Identity(MINE, "operator", secret(6_000)))
    files = (pem(tmp_path / "me.pem", leaf_for(middle, 6_000)), tmp_path / "ca.der")
    files[1].write_bytes(middle.der)
    enrol = ("key", "enrol-certificate", *files, "--key", "certified", "--as", "admin-0")
    early = tally(*enrol, "--json")
    assert (early.code, early.json["error"]["code"]) == (5, "E_CERTIFICATE")
    added = tally(
        "org", "authority", "add", pem(tmp_path / "root.pem", root), "--as", "admin-0", "--json"
    )
    assert added.code == 0, added.out
    enrolled = tally(*enrol, "--json")
    assert enrolled.code == 0, enrolled.out
    assert enrolled.json["events"] == ["membership.CertificateEnrolled"]
    acts = ("governance", "resign-validator", "--as", "certified")
    assert tally(*acts).code == 0
    listed = tally("org", "authority", "list", MINE, "--json").json
    assert [one["fingerprint"] for one in listed] == [added.json["fingerprint"]]
    assert "Example Root CA" in listed[0]["subject"]
    shown = tally("org", "show", MINE, "--json").json
    keys = [key for one in shown["members"] for key in one["keys"]]
    assert sum(key["certificate"] is not None for key in keys) == 1
    fingerprint = added.json["fingerprint"]
    assert tally("org", "authority", "revoke", fingerprint, "--as", "admin-0").code == 0
    KeyStore().save("second", Identity(MINE, "operator", secret(6_001)))
    late = pem(tmp_path / "late.pem", leaf_for(middle, 6_001), middle)
    refused = ("key", "enrol-certificate", late, "--key", "second", "--as", "admin-0", "--json")
    assert tally(*refused).json["error"]["field"] == "chain.1.authority"
    both = pem(tmp_path / "both.pem", root, middle)
    assert tally("org", "authority", "add", both, "--as", "admin-0").code == 1
    none = ("key", "enrol-certificate", "--key", "second", "--as", "admin-0")
    assert tally(*none).code == 2
    metrics = httpx.get(f"{governed.url}/metrics").text
    name = "tallystick_member_key_expiry_timestamp_seconds"
    line = next(one for one in metrics.splitlines() if one.startswith(f"{name}{{") and MINE in one)
    assert int(line.split()[1]) < time.time() + 366 * 86_400


def test_people_are_warned_a_month_before_a_key_ends(
    tally: Tally, governed: Governed, tmp_path: Path
) -> None:
    """In lists, with the organisation and with the status, in both languages."""
    root = ca.make(ca.ROOT)
    KeyStore().save("short", Identity(MINE, "operator", secret(6_100)))
    assert "ends in" not in tally("key", "list").err
    assert governed.url in tally("status").out
    add = ("org", "authority", "add", pem(tmp_path / "root.pem", root), "--as", "admin-0")
    assert tally(*add).code == 0
    leaf = pem(tmp_path / "leaf.pem", leaf_for(root, 6_100, ends=10))
    enrol = ("key", "enrol-certificate", leaf, "--key", "short", "--as", "admin-0")
    assert tally(*enrol).code == 0
    # A certificate is good until its last second is over, so that nine whole days are left or ten.
    said = re.compile("the key of short ends in (9|10) days")
    assert said.search(tally("key", "list").err)
    assert said.search(tally("status").err)
    assert "将在 9 天后到期" in tally("org", "show", MINE, "--lang", "zh").err
    assert "ends in" not in tally("org", "show", ORGANIZATIONS[1]).err
