# SPDX-License-Identifier: Apache-2.0
"""Documents at a node, by programs of others: the age command, and a tus client in JavaScript.

    python -m tests.interop.documents.judge FOLDER AGE

FOLDER has `tus.mjs` beside its `node_modules`; AGE is the command-line tool. What `tally document`
exports opens byte for byte; `tus-js-client` uploads, is killed, and goes on; what must be refused
is refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from msgspec import to_builtins

from tallystick.api import HttpServer
from tallystick.client import Identity, KeyStore, Net, connect
from tallystick.client.document_files import Outgoing, seal_file
from tallystick.crypto import SealingKey
from tallystick.encoding import format_base64url
from tallystick.model import DocumentPlace, Question, sign_request
from tallystick.node import Node, NodeConfig, create_network, open_node
from tests.factories import BANK, COURT, LOG_KEY
from tests.unit.node.test_documents import CONTRACTS, DOCUMENTS_GENESIS
from tests.vault import BANK_ID, OWNER_ID

NAME: Final = "documents"
CLEAR: Final = bytes(range(256)) * 12_000
CHUNK: Final = 1_000_000
"""No multiple of anything of ours."""
PEOPLE: Final = (("owner", OWNER_ID), ("bank", BANK_ID))


@dataclass
class Said:
    """What the tus client did."""

    offsets: list[int] = field(default_factory=list)
    """Where each piece began."""
    end: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """A served node, its people's keys in a home of their own, and the programs of others."""

    node: Node
    url: str
    folder: Path
    programs: Path
    age: str

    def tally(self, *words: str | Path) -> dict[str, Any]:
        """Run a command of ours."""
        done = subprocess.run(
            [sys.executable, "-m", "tallystick.cli", *map(str, words), "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def opened(self, sealed: Path, identity: Path) -> bytes:
        """Return what the age command makes of a file; raises if it refuses."""
        command = [self.age, "-d", "-i", str(identity), str(sealed)]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def opens(self, sealed: Path, identity: Path) -> bool:
        """Say whether the age command opens a file."""
        try:
            self.opened(sealed, identity)
        except subprocess.CalledProcessError:
            return False
        return True

    def key_of(self, organization: str) -> Path:
        """Return the age identity file of an organisation."""
        (found,) = (self.folder / "home" / "sealing").glob(f"{organization}-*")
        return found

    @contextmanager
    def net(self, identity: Identity) -> Iterator[Net]:
        """Connect as somebody."""
        with connect(self.url, identity=identity) as net:
            yield net

    def declared(self, document: str) -> Outgoing:
        """Register a sealed file of which the node has nothing yet."""
        clear = self.folder / f"{document}.bin"
        clear.write_bytes(CLEAR)
        public = SealingKey.generate().public_key
        made = seal_file(
            clear, self.folder / f"out-{document}", media_type="text/plain", public_key=public
        )
        with self.net(OWNER_ID) as net:
            net.call("documents", "put", document=document, file=to_builtins(made.facts))
        return made

    def upload(
        self,
        file: Path,
        *words: str,
        signer: Identity | None = OWNER_ID,
        kill_after: int | None = None,
    ) -> Said:
        """Let the tus client upload; kill it after so many bytes."""
        said, content = Said(), file.read_bytes()
        process = subprocess.Popen(
            ["node", str(self.programs / "tus.mjs"), str(file), str(CHUNK), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                told = json.loads(line)
                if "method" in told:
                    if told["method"] == "PATCH":
                        said.offsets.append(told["start"])
                    body = content[told["start"] : told["stop"]]
                    process.stdin.write(self.signature(told, body, signer) + "\n")
                    process.stdin.flush()
                elif kill_after is not None and told.get("sent", 0) >= kill_after:
                    process.kill()
                    break
                elif "sent" not in told:
                    said.end = told
        return said

    def signature(self, told: dict[str, Any], body: bytes, signer: Identity | None) -> str:
        """Return what a member signs of a request; nothing if nobody does."""
        if signer is None:
            return ""
        path = unquote(urlsplit(told["url"]).path)
        question = Question(self.node.network, told["method"], path, body)
        until = time.time_ns() // 1_000_000 + 60_000
        signed = sign_request(question, signer.secret, signer.organization, valid_until=until)
        return format_base64url(signed)

    def upload_url(self, document: str) -> str:
        """Return where a document's upload is."""
        return f"{self.url}{DocumentPlace(document, 1).path}/upload"

    def kept(self) -> list[str]:
        """Return the files of uploads and documents at the node."""
        found = (self.folder / "node" / "documents").rglob("b*")
        return sorted(path.name for path in found if path.is_file())


def age_opens_an_owners_export(scene: Scene) -> None:
    """With the organisation's identity file the wrap, with the wrap the file."""
    clear, out = scene.folder / "contract.bin", scene.folder / "contract.age"
    clear.write_bytes(CLEAR)
    scene.tally("document", "put", clear, "--document", "D-1", "--as", "owner")
    scene.tally("document", "get", "D-1", "--sealed", "--out", out, "--as", "owner")
    one = scene.folder / "one.key"
    one.write_bytes(scene.opened(Path(f"{out}.wrap"), scene.key_of(COURT)))
    assert scene.opened(out, one) == CLEAR


def age_opens_a_grantees_export(scene: Scene) -> None:
    """By the grant, with the grantee's own identity file; with no other."""
    terms = ("--to", BANK, "--purpose", "loan", "--until", "2090-01-01", "--grant", "G-1")
    scene.tally("document", "grant", "D-1", *terms, "--as", "owner")
    out, by = scene.folder / "bank.age", ("--grant", "G-1", "--purpose", "loan", "--as", "bank")
    scene.tally("document", "get", "D-1", "--sealed", "--out", out, *by)
    wrap, one = Path(f"{out}.wrap"), scene.folder / "bank.key"
    assert not scene.opens(wrap, scene.key_of(COURT))
    one.write_bytes(scene.opened(wrap, scene.key_of(BANK)))
    assert scene.opened(out, one) == CLEAR


def age_refuses_an_altered_export(scene: Scene) -> None:
    """One bit in the file's last chunk, and one in the wrap."""
    one = scene.folder / "bank.key"
    for name, identity in (("bank.age", one), ("bank.age.wrap", scene.key_of(BANK))):
        data = (scene.folder / name).read_bytes()
        altered = scene.folder / f"altered-{name}"
        altered.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
        assert not scene.opens(altered, identity)


def tus_client_is_killed_and_goes_on(scene: Scene) -> None:
    """From the byte that the node names; the document is then held, and opens."""
    made, url = scene.declared("D-2"), scene.upload_url("D-2")
    first = scene.upload(made.sealed, "create", url, kill_after=CHUNK)
    assert first.offsets[0] == 0
    assert not first.end
    second = scene.upload(made.sealed, "resume", url)
    assert second.end == {"done": True}, second.end
    assert second.offsets[0] in {CHUNK, 2 * CHUNK}, second.offsets
    with scene.net(OWNER_ID) as net:
        sealed = net.documents.fetch_sealed("D-2")
    assert sealed.read_bytes() == made.sealed.read_bytes()


def tus_client_with_other_bytes_is_refused(scene: Scene) -> None:
    """Of the right length, in clear and as if they were sealed; the node keeps nothing of them."""
    made, url = scene.declared("D-3"), scene.upload_url("D-3")
    before = scene.kept()
    other = scene.folder / "other.age"
    for head, code in ((b"", "E_FORMAT"), (b"age-encryption.org/v1\n", "E_HASH")):
        other.write_bytes(head + bytes(made.facts.size - len(head)))
        said = scene.upload(other, "create", url)
        assert f'"{code}"' in said.end["body"], said.end
        assert scene.kept() == before


def tus_client_without_a_members_signature_is_refused(scene: Scene) -> None:
    """Nobody's, and one of an organisation without a grant."""
    made, url = scene.declared("D-4"), scene.upload_url("D-4")
    for signer, code in ((None, "E_SIG"), (BANK_ID, "E_ROLE")):
        said = scene.upload(made.sealed, "create", url, signer=signer)
        assert f'"{code}"' in said.end["body"], said.end


@contextmanager
def scene_of(folder: Path, programs: Path, age: str) -> Iterator[Scene]:
    """Serve a node with people who have published their sealing keys."""
    os.environ["TALLY_HOME"] = str(folder / "home")
    create_network(folder / "node", DOCUMENTS_GENESIS, LOG_KEY)
    node = open_node(NodeConfig(data=folder / "node", workers=False, contracts=CONTRACTS))
    node.start()
    try:
        with HttpServer(node, port=0) as server:
            url = os.environ["TALLY_URL"] = f"http://localhost:{server.port}"
            scene = Scene(node, url, folder, programs, age)
            for name, identity in PEOPLE:
                KeyStore().save(name, identity)
                scene.tally("private", "keygen", "--organization", identity.organization)
                scene.tally("private", "publish", "--as", name)
            yield scene
    finally:
        node.stop()


CASES: Final = (
    age_opens_an_owners_export,
    age_opens_a_grantees_export,
    age_refuses_an_altered_export,
    tus_client_is_killed_and_goes_on,
    tus_client_with_other_bytes_is_refused,
    tus_client_without_a_members_signature_is_refused,
)


def main() -> int:
    """Judge every case; return the exit code."""
    right = wrong = 0
    programs, age = Path(sys.argv[1]), sys.argv[2]
    with (
        tempfile.TemporaryDirectory() as made,
        scene_of(Path(made), programs, age) as scene,
    ):
        for case in CASES:
            if passes(case, scene):
                right += 1
            else:
                wrong += 1
    print(f"{NAME}: {right} passed, {wrong} failed")
    return int(wrong > 0)


def passes(case: Callable[[Scene], None], scene: Scene) -> bool:
    """Run a case and say what came of it."""
    name = case.__name__.replace("_", " ")
    try:
        case(scene)
    except Exception as error:  # one case does not hide the others
        print(f"WRONG {NAME}: {name} ({type(error).__name__}: {str(error)[:300]})")
        return False
    print(f"ok    {NAME}: {name}")
    return True


if __name__ == "__main__":
    sys.exit(main())
