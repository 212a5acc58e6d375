# SPDX-License-Identifier: Apache-2.0
"""INV-1: the seal on an ASiC-E container is the ledger's, or it is said that nobody knows whose."""

from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import (
    SEAL_RECORD,
    Check,
    PackageMeans,
    ProvenRecord,
    Trust,
    container_verification,
    seal_file,
    seal_key,
)
from tallystick.crypto import OrganizationSeal
from tallystick.errors import InvalidSeal, UsageError
from tallystick.interchange.archives import open_archive
from tallystick.interchange.certificates import seal_content
from tallystick.interchange.packages import (
    SIGNATURE,
    Sealed,
    container_manifest,
    write_container,
)
from tallystick.interchange.timestamps import Roots, granted_token
from tests.unit.client.mock_node import MockNode
from tests.unit.client.test_certificates import MADE, OTHER, SEAL, publish
from tests.unit.client.world import BANK, COURT
from tests.unit.interchange.stamping import NOW_MS, stamped
from tests.unit.interchange.zips import unpacked, zipped

CONTENT = b"a contract"
LATER = {"revoked_at": MADE + 1}


@pytest.fixture
def node(node: MockNode) -> MockNode:
    """Let the ledger have a seal."""
    publish(node)
    return node


def record(node: MockNode) -> bytes:
    """Return the file that proves whose the seal is."""
    with node.net() as net:
        found: ProvenRecord = net.prove(*seal_key(COURT, 1))
    return seal_file(found, SEAL)


def container(
    proof: bytes | None, seal: OrganizationSeal = SEAL, signed: dict[str, bytes] | None = None
) -> bytes:
    """Return a sealed container; `signed` are the digests that the seal is over."""
    files = {"a.txt": CONTENT, **({} if proof is None else {SEAL_RECORD: proof})}
    digests = {name: hashlib.sha256(content).digest() for name, content in files.items()}
    over = container_manifest(signed or digests, SIGNATURE)
    target = io.BytesIO()
    write_container(
        target,
        {name: [content] for name, content in files.items()},
        container_manifest(digests),
        granted_token(stamped()),
        sealed=Sealed(over, asyncio.run(seal_content(over, seal))),
    )
    return target.getvalue()


def no_trust(_: str | None) -> Trust:
    """Be at a machine that knows no network."""
    raise UsageError("no trust file")


def sealed_check(node: MockNode, data: bytes, **means: Any) -> Check:
    """Return the line about the seal, or the one that failed before it."""
    asked = PackageMeans(means.get("trust_of", lambda _: node.world.trust), Roots(()), NOW_MS)
    (_, own), *_ = container_verification("a.asice", open_archive(io.BytesIO(data)), asked)
    named = {check.name: check for check in own.checks}
    return named.get("seal") or named["archive"]


def test_a_seal_in_force_is_named_with_its_organisation(node: MockNode) -> None:
    """By the record inside, under the signed checkpoint, with the trust file alone."""
    found = sealed_check(node, container(record(node)))
    assert (found.result.value, COURT in found.evidence.en) == ("passed", True)


def test_without_proof_or_trust_file_nobody_is_named(node: MockNode) -> None:
    """The seal holds; whose it is stays open."""
    for data, means in (
        (container(None), {}),
        (container(record(node)), {"trust_of": no_trust}),
    ):
        found = sealed_check(node, data, **means)
        assert (found.result.value, SEAL.fingerprint in found.evidence.en) == ("skipped", True)
        assert COURT not in found.evidence.en


@pytest.mark.parametrize(
    "changes",
    [LATER, {"retired_at": MADE + 1}, {"certificate": OTHER.certificate}, {"organization": BANK}],
    ids=["revoked", "replaced", "another", "another organisation"],
)
def test_a_seal_that_the_ledger_does_not_have_in_force_is_refused(
    node: MockNode, changes: dict[str, Any]
) -> None:
    """E_SEAL: revoked, replaced, another's, or under another name."""
    organization = str(changes.get("organization", COURT))
    publish(node, f"{organization}/1", **changes)
    with node.net() as net:
        found = net.prove(*seal_key(organization, 1))
    if "certificate" in changes:
        with pytest.raises(InvalidSeal):
            seal_file(found, SEAL)
    data = seal_file(found, OTHER if "certificate" in changes else SEAL)
    line = sealed_check(node, container(data))
    assert (line.result.value, line.code) == ("failed", "E_SEAL")


def test_a_forged_record_is_refused(node: MockNode) -> None:
    """E_PROOF: it says that the self-made seal is the court's."""
    honest = record(node)
    publish(node, certificate=OTHER.certificate)
    forged = record_of_other(node).replace(proof_of(record_of_other(node)), proof_of(honest))
    line = sealed_check(node, container(forged, OTHER))
    assert (line.result.value, line.code) == ("failed", "E_PROOF")


def record_of_other(node: MockNode) -> bytes:
    """Return the record of the self-made seal, of a ledger that has it."""
    with node.net() as net:
        return seal_file(net.prove(*seal_key(COURT, 1)), OTHER)


def proof_of(data: bytes) -> bytes:
    """Return the line with the proof."""
    return next(line for line in data.splitlines() if line.lstrip().startswith(b'"proof"'))


@pytest.mark.parametrize("part", ["signature", "manifest", "token", "record"])
def test_an_altered_container_is_refused(node: MockNode, part: str) -> None:
    """Whatever of seal, manifest or record is changed."""
    files = unpacked(container(record(node)))
    name = {
        "signature": SIGNATURE,
        "manifest": "META-INF/ASiCManifest1.xml",
        "token": "META-INF/ASiCManifest.xml",
        "record": SEAL_RECORD,
    }[part]
    content = files[name]
    files[name] = content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]
    assert sealed_check(node, zipped(files)).result.value == "failed"


def test_a_seal_over_other_files_is_refused(node: MockNode) -> None:
    """Both manifests name the same files with the same digests."""
    line = sealed_check(node, container(record(node), signed={"a.txt": bytes(32)}))
    assert (line.name, line.code) == ("archive", "E_PACKAGE")


def test_openssl_takes_the_seal_and_refuses_an_altered_manifest(tmp_path: Path) -> None:
    """An outside judge, of the signature alone: whose it is, the ledger says."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not on this machine")
    files = unpacked(container(None))
    (tmp_path / "s.p7s").write_bytes(files[SIGNATURE])
    for altered, code in ((b"", 0), (b" ", 4)):
        (tmp_path / "m.xml").write_bytes(files["META-INF/ASiCManifest1.xml"] + altered)
        asked = [program, "cms", "-verify", "-binary", "-inform", "DER", "-noverify"]
        asked += ["-in", "s.p7s", "-content", "m.xml", "-out", "out"]
        done = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
