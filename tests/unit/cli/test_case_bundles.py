# SPDX-License-Identifier: Apache-2.0
"""`tally NAME bundle` and `check-bundle`: a case as one file, and what its receiver finds.

The case is the one that `tally demo justice` tells; its folder has the originals, the bundle, and
the trust file, so the checks here ask no node.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli.answers import Mark
from tallystick.cli.bundle_checks import CheckedBundle, Item, check_bundle
from tallystick.cli.bundle_signatures import signature_lines
from tallystick.cli.case_bundles import bundle_kind
from tallystick.cli.demo.story_papers import check_papers
from tallystick.cli.main import main
from tallystick.client import Net, PackageMeans, Result, open_trust, read_extract, verify
from tallystick.errors import HashMismatch, InvalidPackage, NotFound, TallystickError
from tallystick.interchange.timestamps import read_roots
from tests.unit.interchange.zips import unpacked, zipped

Check = Callable[..., CheckedBundle]
Files = dict[str, bytes]
_HASHED = ("sha256", "sha512")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of the story, told once."""
    place = tmp_path_factory.mktemp("justice") / "story"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLY_HOME", str(place.parent / "home"))
        assert main(["demo", "justice", "--data", str(place), "--lang", "en"]) == 0
        yield place


@pytest.fixture
def files(story: Path) -> Files:
    """Return the files of the bundle."""
    return dict(unpacked(_bundle(story).read_bytes()))


@pytest.fixture
def check(story: Path, tmp_path: Path) -> Check:
    """Return a way to check a bundle of these files."""
    trust = open_trust(story / "trust.json")
    means = PackageMeans(lambda _: trust, read_roots(), 0)

    def checked(files: Mapping[str, bytes], net: Net | None = None) -> CheckedBundle:
        path = tmp_path / "case.zip"
        path.write_bytes(zipped(files))
        return check_bundle(path, "justice", means, net)

    return checked


def _bundle(story: Path) -> Path:
    (found,) = (story / "files").glob("case-*.zip")
    return found


def _listed_again(files: Files) -> Files:
    """Return a bag whose manifests are made anew, as a forger would."""
    listed = {name: content for name, content in files.items() if "manifest-" not in name}
    made = dict(listed)
    for tag, is_payload in (("manifest", True), ("tagmanifest", False)):
        for kind in _HASHED:
            lines = (
                f"{hashlib.new(kind, content).hexdigest()}  {name}\n"
                for name, content in made.items()
                if name.startswith("data/") is is_payload and not name.startswith("tagmanifest")
            )
            made[f"{tag}-{kind}.txt"] = "".join(lines).encode()
    made["bag-info.txt"] = b"\n".join(
        line for line in made["bag-info.txt"].splitlines() if b"Oxum" not in line
    )
    return _relisted_tags(made)


def _relisted_tags(files: Files) -> Files:
    made = {name: content for name, content in files.items() if "tagmanifest-" not in name}
    tags = {name: content for name, content in made.items() if not name.startswith("data/")}
    for kind in _HASHED:
        lines = (f"{hashlib.new(kind, one).hexdigest()}  {name}\n" for name, one in tags.items())
        made[f"tagmanifest-{kind}.txt"] = "".join(lines).encode()
    return made


def test_the_time_token_has_a_line_of_its_own_by_the_ledger_s_table(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Passed with authority and time, or absent; the table is read from the bundle alone."""
    command = ["justice", "check-bundle", str(_bundle(story)), "--offline"]
    command += ["--trust", str(story / "trust.json"), "--lang", "en"]
    assert main([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    table = document["time_authorities"]
    assert (table["source"], [one["name"] for one in table["rows"]]) == ("case", ["示例授时中心"])
    tokens = [one["time_token"] for one in document["items"]]
    assert sorted(one["verdict"] for one in tokens) == ["absent"] * 3 + ["passed"]
    (token,) = (one for one in tokens if one["verdict"] == "passed")
    assert token["published"] == table["rows"][0]
    assert token["authority"] == "CN=Example time"
    assert token["time"].startswith("20")
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "passed: 20" in shown
    assert table["rows"][0]["certificate"] in shown


def _token_of(files: Files) -> str:
    (name,) = (name for name in files if name.endswith("token.tsr"))
    return name


def test_an_altered_token_is_refused_and_another_one_fails(files: Files, check: Check) -> None:
    """JUD-2: a changed byte refuses the bundle; a token listed anew fails, whatever it is."""
    name = _token_of(files)
    content = files[name]
    for at in range(0, len(content), 97):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(TallystickError) as refused:
            check(files | {name: changed})
        assert refused.value.code == "E_UNVERIFIED"
        item = _stamped(check(_listed_again(files | {name: changed})))
        assert (item.stamp.verdict, item.findings["time"]) == ("failed", "failed"), at
        assert item.verdict == "INCONSISTENT"
    left = {one: data for one, data in files.items() if one != name}

    def without(index: dict[str, Any]) -> None:
        for one in index["exhibits"]:
            one["proofs"] = [path for path in one["proofs"] if path != name]

    item = _stamped(check(_listed_again(_with_index(left, without))))
    assert (item.stamp.verdict, item.findings["time"]) == ("absent", "unknown")
    assert "not in the bundle" in item.stamp.evidence


def _stamped(checked: CheckedBundle) -> Item:
    """Return the item that was deposited with a time-stamp."""
    (found,) = (one for one in checked.items if "快递签收" in one.name)
    return found


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"certificate": "00" * 32}, "unknown"),
        ({"valid_until": "2020-01-01T00:00:00+08:00"}, "failed"),
        ({"valid_from": "2090-01-01T00:00:00+08:00"}, "failed"),
    ],
    ids=["another", "ended before", "begins later"],
)
def test_a_token_counts_only_by_a_row_that_was_in_force(
    files: Files, check: Check, changed: dict[str, Any], verdict: str
) -> None:
    """And a table that no record proves makes the whole case fail."""
    checked = check(_retold(files, lambda facts: facts["time_authorities"][0].update(changed)))
    assert _stamped(checked).stamp.verdict == verdict
    assert checked.case.verdict is Mark.FAILED


def test_a_bundle_without_a_table_is_held_against_the_own_node(files: Files, check: Check) -> None:
    """A bundle of an earlier version: the table comes from the node that is asked."""
    (row,) = json.loads(files["case.extract.json"])["facts"]["time_authorities"]
    bare = _retold(files, lambda facts: facts.pop("time_authorities"))
    assert _stamped(check(bare)).stamp.verdict == "unknown"
    checked = check(bare, Register({"withdrawn_at": None}, [row]))
    assert _stamped(checked).stamp.verdict == "passed"
    assert checked.authorities.source == "node"


def _with_index(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    index = json.loads(files["evidence/index.json"])
    change(index)
    return files | {"evidence/index.json": json.dumps(index).encode()}


def test_the_story_ends_with_receipts_and_extracts(story: Path) -> None:
    """Receipts of deposits hold with their originals, all others alone; one lease is enforced."""
    trust = story / "trust.json"
    receipts = sorted((story / "receipts").iterdir())
    results = {path.name: verify(path, trust=trust).result for path in receipts}
    assert Result.NO_MATCH not in results.values()
    partly = {name for name, result in results.items() if result is Result.PARTLY}
    methods = {name.split("-", 1)[1].removesuffix(".receipt.json") for name in partly}
    assert methods == {"evidence.deposit_many", "record_verification"}, "those name files"
    facts = {
        path.name.partition("-")[0]: json.loads(path.read_text("utf-8"))["facts"]
        for path in (story / "files").glob("*.extract.json")
    }
    assert facts["agreement"]["state"] == "PERFORMED"
    assert facts["enforcement"]["amount"] == "1000.00"


def test_the_story_leaves_what_its_business_page_promises(story: Path) -> None:
    """Bundle, report, mediation, enforcement, history, and a certificate of each exhibit."""
    names = [one.name for one in (story / "files").iterdir()]
    papers = [one.partition("-")[0] for one in names if one.endswith(".certificate.pdf")]
    whole = ["agreement", "case", *["deposit"] * 4, "enforcement", "mediation", "report"]
    assert sorted(papers) == sorted(whole)
    assert sum(one.startswith("history-") and one.endswith(".zip") for one in names) == 1
    assert check_papers(story / "files", story / "trust.json") == len(names)


def test_the_court_finds_every_item_unchanged_and_says_nothing_of_before(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """JUD-9: two questions in two fields; the report's hash is what stands on the ledger."""
    command = ["justice", "check-bundle", str(_bundle(story)), "--offline"]
    trust = ["--trust", str(story / "trust.json")]
    assert main([*command, *trust, "--json", "--lang", "en"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["items"]) == len(document["findings"]) == 4
    times = [one["findings"]["time"] for one in document["findings"]]
    assert sorted(times) == ["passed", *["unknown"] * 3], "one was deposited with a time-stamp"
    assert [one["result"] for one in document["signatures"]] == ["ok"] * 3
    for item in document["items"]:
        assert item["unchanged_since_deposit"]["verdict"] == "CONSISTENT"
        assert item["true_before_deposit"]["result"] == "NOT_ASSESSED"
        found = item["unchanged_since_deposit"]["findings"]
        assert (found["file"], found["chain"], found["signature"]) == ("passed",) * 3
        assert found["collector"] == "passed"
    assert main([*command, *trust, "--lang", "en"]) == 0
    assert "Whether it was true before is not answered here" in capsys.readouterr().out
    (kept,) = (story / "files").glob("report-*.extract.json")
    (report,) = (story / "files").glob("case-*.report.json")
    facts = json.loads(kept.read_text("utf-8"))["facts"]
    assert facts["report_sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()


def test_jud_2_a_bundle_with_any_byte_or_path_altered_is_refused(
    files: Files, check: Check
) -> None:
    """JUD-2: of a file, of metadata, of a proof, of a path; one too many and one too few."""
    assert check(files).items
    original = next(name for name in files if name.startswith("data/"))
    deposit = next(name for name in files if name.endswith("deposit.json"))
    receipt = next(name for name in files if name.endswith("receipt.json"))
    for name in (original, deposit, receipt, "case.extract.json", "index.json", "index.pdf"):
        content = files[name]
        for at in (0, len(content) // 2, len(content) - 1):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            with pytest.raises(TallystickError) as refused:
                check(files | {name: changed})
            assert refused.value.code == "E_UNVERIFIED", name
    moved = {f"{name}x" if name == original else name: one for name, one in files.items()}
    less = {name: one for name, one in files.items() if name != receipt}
    for changed_files in (moved, less, files | {"data/more.txt": b""}):
        with pytest.raises(TallystickError):
            check(changed_files)


def test_a_forger_who_lists_all_anew_is_found_by_the_receipts(files: Files, check: Check) -> None:
    """JUD-2: manifests and index fit the altered file, the deposit does not."""
    original = next(name for name in files if name.startswith("data/"))
    forged = files | {original: b"forged"}

    def fits(index: dict[str, Any]) -> None:
        for one in index["exhibits"]:
            if one["file"] == original:
                one |= {"sha256": hashlib.sha256(b"forged").hexdigest(), "size": 6}

    items = check(_listed_again(_with_index(forged, fits))).items
    bad = next(one for one in items if one.deposit in original)
    assert (bad.verdict, bad.findings["file"]) == ("INCONSISTENT", "failed")
    assert [one.verdict for one in items].count("CONSISTENT") == len(items) - 1


def test_metadata_that_the_depositor_did_not_sign_are_refused(files: Files, check: Check) -> None:
    """JUD-2: even when the manifests fit; so is an index other than the proven one."""
    deposit = next(name for name in files if name.endswith("deposit.json"))
    stated = json.loads(files[deposit]) | {"title": "another"}
    with pytest.raises(HashMismatch, match="did not sign"):
        check(_listed_again(files | {deposit: json.dumps(stated).encode()}))
    index = json.loads(files["index.json"]) | {"cause": "another"}
    with pytest.raises(HashMismatch, match="index"):
        check(_listed_again(files | {"index.json": json.dumps(index).encode()}))
    with pytest.raises(InvalidPackage, match="contract"):
        check(_listed_again(files | {"case.extract.json": b"{}"}))
    kept = {name: one for name, one in files.items() if name != "index.json"}
    with pytest.raises(InvalidPackage, match="missing"):
        check(_listed_again(kept))


def test_an_item_whose_file_is_not_handed_in_cannot_be_verified(files: Files, check: Check) -> None:
    """Neither consistent nor inconsistent; the others are as they were."""
    original = next(name for name in files if name.startswith("data/"))
    left = {name: one for name, one in files.items() if name != original}

    def without(index: dict[str, Any]) -> None:
        index["exhibits"] = [one for one in index["exhibits"] if one["file"] != original]

    items = check(_listed_again(_with_index(left, without))).items
    assert sorted(one.verdict for one in items) == ["CONSISTENT"] * 3 + ["UNVERIFIABLE"]
    assert {one.presented for one in items if one.verdict == "UNVERIFIABLE"} == {None}


class Row(dict[str, Any]):
    """A row of a table of a node."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as it is."""
        return dict(self)


class Register:
    """A node that knows a register of collectors."""

    def __init__(
        self, answer: Mapping[str, Any] | None, authorities: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Answer this; None: there is no such version."""
        self.answer = answer
        self.authorities = authorities

    def table(self, name: str) -> list[Row]:
        """Return the table of time-stamp authorities."""
        assert name == "justice.authorities"
        return [Row(one) for one in self.authorities]

    def query(self, contract: str, method: str, **named: str) -> Mapping[str, Any]:
        """Return the version that is asked for."""
        assert (contract, method, set(named)) == (
            "evidence",
            "collector",
            {"organization", "app", "version"},
        )
        if self.answer is None:
            raise NotFound("no such record")
        return self.answer


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (None, "passed"),
        ({"withdrawn_at": None}, "passed"),
        ({"withdrawn_at": 1, "reason": "x"}, "failed"),
    ],
    ids=["unknown there", "registered", "withdrawn since"],
)
def test_a_collector_that_was_withdrawn_since_makes_an_item_inconsistent(
    files: Files, check: Check, answer: Mapping[str, Any] | None, found: str
) -> None:
    """The case proves its registration; what happened later only the own node can say."""
    items = check(files, Register(answer)).items
    assert {one.findings["collector"] for one in items} == {found}


def _retold(files: Files, change: Callable[[dict[str, Any]], None]) -> Files:
    """Return a bag whose case says something else, listed anew: the extract and its index."""
    extract = json.loads(files["case.extract.json"])
    change(extract["facts"])
    told = {"case.extract.json": extract, "index.json": extract["facts"]}
    return _listed_again(files | {name: json.dumps(one).encode() for name, one in told.items()})


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"version": "9.9"}, "failed"),
        ({"registered_at": None}, "unknown"),
        ({"withdrawn_at": "2026-11-27T00:00:00+08:00", "reason": "x"}, "failed"),
        (None, "failed"),
    ],
    ids=["another", "not registered", "withdrawn", "none"],
)
def test_the_collector_is_judged_by_what_the_case_proves(
    files: Files, check: Check, changed: dict[str, Any] | None, found: str
) -> None:
    """JUD-2: of whatever it says; and what no record proves makes the whole case fail."""

    def change(facts: dict[str, Any]) -> None:
        for one in facts["index"]:
            one["collector"] = None if changed is None else one["collector"] | changed

    checked = check(_retold(files, change))
    assert {one.findings["collector"] for one in checked.items} == {found}
    assert checked.case.verdict is Mark.FAILED


def test_the_signatures_of_the_parties_are_checked_by_the_transactions(
    files: Files, check: Check
) -> None:
    """JUD-6, JUD-7: both parties under the agreement, the creditor over what was filed."""
    lines = check(files).parties
    assert [one.name for one in lines] == [
        "lessor: agreement",
        "lessee: agreement",
        "lessor: bundle",
    ]
    assert {one.mark for one in lines} == {Mark.OK}
    carriers = [one.evidence.rpartition("carried by ")[2].partition(" ")[0] for one in lines]
    assert carriers == ["justice.sign_agreement", "justice.sign_agreement", "justice.file_case"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"signature": "00" * 64}, "not over what"),
        ({"document": "00" * 32}, "not over what"),
        ({"public_key": "no key"}, "not over what"),
        ({"certificate_in_force": False}, "not in force"),
    ],
    ids=["signature", "document", "key", "certificate"],
)
def test_an_altered_signature_fails_on_a_line_of_its_own(
    files: Files, check: Check, changed: dict[str, Any], said: str
) -> None:
    """The others hold; the case fails too, because its facts do not follow from its records."""
    checked = check(_retold(files, lambda facts: facts["signatures"][1].update(changed)))
    assert [one.mark for one in checked.parties] == [Mark.OK, Mark.FAILED, Mark.OK]
    assert said in checked.parties[1].evidence
    assert checked.case.verdict is Mark.FAILED


def test_a_signature_that_no_transaction_carried_fails(files: Files) -> None:
    """A good signature that was never handed in is none; facts of another form fail whole."""
    extract = read_extract(files["case.extract.json"])
    lines = signature_lines(replace(extract, receipts=()))
    assert {one.evidence for one in lines} == {"no transaction of the case carries it"}
    (line,) = signature_lines(replace(extract, facts={"signatures": [{"of": 1}]}))
    assert line.mark is Mark.FAILED
    assert signature_lines(replace(extract, facts={})) == ()


def test_the_page_lists_every_exhibit_and_is_made_again(files: Files, check: Check) -> None:
    """`index.pdf` is PDF/A-3 in two languages; another page fails, however well it is listed."""
    page = files["index.pdf"]
    assert page.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>3" in page
    facts = json.loads(files["index.json"])
    listed = bundle_kind("justice").page(facts, [facts["index"][0]["deposit"]])["exhibits"]
    assert [(one["deposit"], one["sha256"]) for one in listed] == [
        (one["deposit"], one["sha256"]) for one in facts["index"]
    ]
    assert [one["handed_in"] for one in listed] == [True, False, False, False]
    assert check(files).case.verdict is Mark.OK
    other = check(_listed_again(files | {"index.pdf": page + b"\n"}))
    assert other.case.verdict is Mark.FAILED
    nobody = check(_listed_again(files | {"index.page.json": b"{}"}))
    assert nobody.case.verdict is Mark.FAILED
    made = {"format": "tallystick.bundle-page.v1", "maker": "another typesetter"}
    elsewhere = check(_listed_again(files | {"index.page.json": json.dumps(made).encode()}))
    assert elsewhere.case.verdict is Mark.WARNING
    with pytest.raises(InvalidPackage, match="missing"):
        check(_listed_again({name: one for name, one in files.items() if name != "index.pdf"}))
