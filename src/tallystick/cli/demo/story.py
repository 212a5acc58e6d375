# SPDX-License-Identifier: Apache-2.0
"""The story that `tally up --demo` tells: deposit, receipt, verification without the node, forgery.

Everything goes through the public client and the public command, as a visitor would do it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from tallystick.cli.answers import Line, Mark, Plain
from tallystick.cli.catalogue import say
from tallystick.cli.demo.consortium import CASE_NUMBER, DEPOSITOR, PLATFORM
from tallystick.cli.demo.names import (
    DEFAULT_KEY,
    FILES_FOLDER,
    KEYS_FOLDER,
    SAMPLES_FOLDER,
    TRUST_FILE,
)
from tallystick.cli.demo.paper import PAPER_SUFFIX, certify_deposit
from tallystick.cli.demo.samples import lay_out_samples
from tallystick.cli.deposit_desk import RECEIPT_SUFFIX, existing_deposit
from tallystick.cli.first_seal import publish_first_seal, seals_of
from tallystick.cli.render import SIGNS
from tallystick.cli.stage import default_environment, stage
from tallystick.cli.talk import note, paint, step
from tallystick.client import (
    Deposit,
    FileFacts,
    KeyStore,
    Net,
    SealStore,
    connect,
    digest_file,
    plan_folder,
)
from tallystick.errors import (
    DataFolderProblem,
    Duplicate,
    FileProblem,
    NotFound,
    UnknownRecord,
    Unverified,
)

SAMPLE: Final = "sample-contract.pdf"
CASE_FOLDER: Final = "case"
NOWHERE: Final = "http://localhost:9"
"""The discard port: a verification that asked anybody would fail."""
_OFFLINE_TIMEOUT_S: Final = 60
_SHOWN_DIGITS: Final = 12


def tell(folder: Path, url: str, *, stays: bool) -> dict[str, Plain]:
    """Tell the story against the node at `url`; return where everything is.

    Args:
        folder: the data folder.
        url: address of its node.
        stays: whether the node goes on afterwards, so that a visitor can try more.

    Raises:
        Unverified: something did not go as it must.
        DataFolderProblem: the demonstration is that of another version.
    """
    place = folder / FILES_FOLDER
    copy_files(place)
    with _keys_of_this_version(folder):
        identity = KeyStore(folder / KEYS_FOLDER).load(DEFAULT_KEY)
    with connect(url, identity=identity, trust=folder / TRUST_FILE) as net:
        story = Story(net, place, folder / TRUST_FILE)
        number = story.deposit_sample()
        lay_out_samples(folder / SAMPLES_FOLDER, story.sample, story.receipt)
        story.deposit_folder()
        story.keep_samples(folder / SAMPLES_FOLDER)
        publish_first_seal(folder, url, folder / TRUST_FILE)
        with _keys_of_this_version(folder):
            paper = story.certify(number, seals_of(folder))
    step(say("demo.trust", path=folder / TRUST_FILE))
    story.verify_offline()
    story.refuse_forgery()
    _say_next(url, place, stays=stays)
    return {
        "deposit": number,
        "receipt": str(story.receipt),
        "certificate": paper,
        "verified": True,
    }


@contextmanager
def _keys_of_this_version(folder: Path) -> Iterator[None]:
    """Say what is the matter with a folder whose keys or seal have other names, or are gone.

    Raises:
        DataFolderProblem: something that this version's demonstration keeps is not there.
    """
    try:
        yield
    except (FileProblem, NotFound, UnknownRecord) as error:
        raise DataFolderProblem(
            say("demo.other_version", path=folder, what=error.message),
            field="--data",
            hint=say("demo.other_version_hint", path=folder),
        ) from error


def copy_files(place: Path) -> None:
    """Put the bundled files where a visitor can look at them and change them."""
    place.mkdir(parents=True, exist_ok=True)
    with as_file(files("tallystick.cli.demo") / "files") as bundled:
        shutil.copytree(bundled, place, dirs_exist_ok=True)


@dataclass(frozen=True, slots=True)
class Story:
    """The chapters."""

    net: Net
    place: Path
    trust: Path

    @property
    def sample(self) -> Path:
        """The file that the story is about."""
        return self.place / SAMPLE

    @property
    def receipt(self) -> Path:
        """Its receipt."""
        return self.place / f"{SAMPLE}.receipt.json"

    def deposit_sample(self) -> str | None:
        """Put the sample contract on record; a second visit finds it there."""
        is_zh = stage().language == "zh"
        member, organization = DEPOSITOR.member.name, PLATFORM.name
        started = time.monotonic()
        done = self._deposit(self.sample, title="采购合同（样本） Purchase agreement (sample)")
        if not isinstance(done, Deposit):
            return done
        step(
            say(
                "demo.deposited",
                file=SAMPLE,
                id=done.id,
                member=member.zh if is_zh else member.en,
                organization=organization.zh if is_zh else organization.en,
                height=done.transaction.height,
            ),
            took_s=time.monotonic() - started,
        )
        return done.id

    def deposit_folder(self) -> None:
        """Put a folder on record, as a batch: one transaction, a receipt beside each file."""
        started = time.monotonic()
        plan = plan_folder(self.place / CASE_FOLDER, case=CASE_NUMBER)
        fresh = 0
        for result in self.net.evidence.deposit_batch(plan):
            if result.receipt is not None and result.item.path is not None:
                result.receipt.save(f"{result.item.path}{RECEIPT_SUFFIX}")
                fresh += 1
        took = time.monotonic() - started
        key = "demo.folder" if fresh else "demo.folder_known"
        step(say(key, count=len(plan.items), case=CASE_NUMBER), took_s=took)
        receipts = len(list(self.place.rglob(f"*{RECEIPT_SUFFIX}")))
        step(say("demo.receipts", count=receipts, path=self.place))

    def keep_samples(self, samples: Path) -> None:
        """Put files to try verification on where `console.verify.samples` offers them.

        `original.pdf` is the deposited contract, with its receipt; `altered.pdf` differs by one
        byte, and `unknown.pdf` was never deposited.
        """
        data = self.sample.read_bytes()
        samples.mkdir(exist_ok=True)
        for name, content in (
            ("original.pdf", data),
            ("altered.pdf", altered(data)),
            ("unknown.pdf", data + b"% a copy that nobody has put on record\n"),
            (f"original.pdf{RECEIPT_SUFFIX}", self.receipt.read_bytes()),
        ):
            (samples / name).write_bytes(content)

    def certify(self, number: str | None, seals: SealStore) -> str | None:
        """Save the deposit as a sealed certificate, and check it without the node."""
        if number is None:
            return None
        started = time.monotonic()
        paper = certify_deposit(self.net, number, seals, self.sample.with_suffix(PAPER_SUFFIX))
        step(say("demo.certificate", path=paper), took_s=time.monotonic() - started)
        return str(paper)

    def verify_offline(self) -> None:
        """Check the sample in a process of its own, given three files and no network."""
        started = time.monotonic()
        with _island(self.sample, self.receipt, self.trust) as island:
            answer = _verify_alone(island)
        if answer.get("ok") is not True:
            raise Unverified(say("demo.failed", reason=say("demo.offline_failed")))
        step(say("demo.offline"), took_s=time.monotonic() - started)
        _say_checks(answer)

    def refuse_forgery(self) -> None:
        """Change one byte and see it found out."""
        started = time.monotonic()
        with _island(self.sample, self.receipt, self.trust) as island:
            forged = island / SAMPLE
            forged.write_bytes(altered(forged.read_bytes()))
            found = digest_file(forged)
            answer = _verify_alone(island)
        if answer.get("ok") is not False:
            raise Unverified(say("demo.failed", reason=say("demo.altered_passed")))
        step(say("demo.altered"), took_s=time.monotonic() - started)
        expected = digest_file(self.sample)
        note("    " + say("demo.altered_why", found=_short(found), expected=_short(expected)))

    def _deposit(self, path: Path, *, title: str) -> Deposit | str | None:
        """Return the deposit, or the number of the one that is there already."""
        try:
            done = self.net.evidence.deposit(path, title=title, case=CASE_NUMBER)
        except Duplicate as error:
            number = existing_deposit(error)
            step(say("demo.known", file=path.name, id=number or "?"))
            return number
        done.save()
        return done


def altered(data: bytes) -> bytes:
    """Return a content with one bit changed."""
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


@contextmanager
def _island(*paths: Path) -> Iterator[Path]:
    """Give a folder that holds copies of these files and nothing else."""
    with tempfile.TemporaryDirectory(prefix="tally-offline-") as name:
        for path in paths:
            shutil.copy(path, name)
        yield Path(name)


def _verify_alone(island: Path) -> Mapping[str, Any]:
    """Run `tally verify --offline` there, without the user's pins, keys or node."""
    words = ["verify", SAMPLE, "--offline", "--trust", TRUST_FILE, "--json"]
    environment = {
        name: value
        for name, value in default_environment().items()
        if not name.startswith("TALLY_")
    }
    environment |= {"TALLY_HOME": str(island / "home"), "TALLY_URL": NOWHERE}
    done = subprocess.run(  # our own program with our own words
        [sys.executable, "-m", "tallystick.cli", *words],
        cwd=island,
        env=environment,
        capture_output=True,
        check=False,
        timeout=_OFFLINE_TIMEOUT_S,
        text=True,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    return answer if isinstance(answer, dict) else {}


def _say_checks(answer: Mapping[str, Any]) -> None:
    """Show each check of the offline verification."""
    language = stage().language
    marks = {"passed": Mark.OK, "failed": Mark.FAILED, "skipped": Mark.SKIPPED}
    for result in answer["results"]:
        for check in result["checks"]:
            line = Line(
                marks[check["result"]], check["title"][language], check["evidence"][language]
            )
            note(f"    {SIGNS[line.mark]} {line.name}: {paint(line.evidence, 'dim')}")


def _say_next(url: str, place: Path, *, stays: bool) -> None:
    """Say what to try now."""
    verify = ("demo.try_verify", f"tally verify {place / SAMPLE}")
    paper = ("demo.try_certificate", f"tally verify {(place / SAMPLE).with_suffix(PAPER_SUFFIX)}")
    commands: tuple[tuple[str, str], ...] = (
        ("demo.try_console", url),
        ("demo.try_docs", f"{url}/docs"),
        ("demo.try_deposit", "tally evidence deposit FILE"),
        verify,
        paper,
        ("demo.try_list", "tally evidence list"),
        ("demo.try_log", "tally log verify"),
        ("demo.try_doctor", "tally doctor"),
    )
    if not stays:
        commands = (
            ("demo.try_up", "tally up --demo"),
            verify,
            paper,
            ("demo.try_log", "tally log verify"),
        )
    note()
    note(paint(say("demo.next"), "bold"))
    for key, command in commands:
        note(f"  {say(key)}\n      {paint(command, 'cyan')}")
    note()


def _short(facts: FileFacts) -> str:
    return facts.sha256.hex()[:_SHOWN_DIGITS]
