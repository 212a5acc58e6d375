# SPDX-License-Identifier: Apache-2.0
"""Cases and deposits as packages: the node makes all but the originals, which stay with readers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from tallystick.cli.bundle_checks import CheckedBundle, check_bundle
from tallystick.cli.case_bundles import pack_case
from tallystick.cli.evidence_packing import gather, originals_in, pack
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import KeyStore, PackageMeans, Result, connect, open_trust
from tallystick.errors import Unverified
from tallystick.interchange.timestamps import read_roots
from tests.console_theatre import form_key
from tests.unit.console.conftest import Reader
from tests.unit.console.packing_stage import (
    MATTER,
    MATTER_FILES,
    case_of,
    form_part,
    put_in,
    put_on_matter,
    said_of,
    served,
    tell,
)
from tests.unit.interchange.zips import unpacked

JUDGE: Final = "judge-fang"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the story of the court, told once."""
    folder = tmp_path_factory.mktemp("packing") / "story"
    tell(folder)
    return folder


@pytest.fixture(scope="module")
def url(story: Path) -> Iterator[str]:
    """Serve its node with a console that packs."""
    with served(story) as url:
        yield url


class Desk:
    """Somebody before the console, who has all originals of the story."""

    def __init__(self, client: httpx.Client, folder: Path) -> None:
        self.client = client
        self._folder = folder
        self._key = form_key(client.get("/act-as").text)
        self.originals: dict[str, bytes] = {}
        self._paths: dict[str, Path] = {}
        self.have(folder / "originals")

    def have(self, folder: Path) -> None:
        """Have the files of a folder at hand."""
        self._paths |= originals_in([folder])
        self.originals |= {digest: path.read_bytes() for digest, path in self._paths.items()}

    def be(self, member: str) -> None:
        """Act as somebody from now on."""
        organization = KeyStore(self._folder / "demo-keys").load(member).organization
        part = {"form_key": self._key, "organization": organization, "member": member}
        assert self.client.post("/act-as", data=part).status_code == 303

    def shown(self, place: str) -> Any:
        """Return what a page shows."""
        path, _, query = place.partition("?")
        return self.client.get(f"{path}.json?{query}").json()

    def said(self, digest: str) -> dict[str, Any]:
        """Return what the browser says of an original, with the time-stamp beside it if any."""
        path = self._paths[digest]
        token = path.with_name(f"{path.name}.tsr")
        beside = {}
        if token.is_file():
            beside[".tsr"] = base64.b64encode(token.read_bytes()).decode()
        return said_of(self.originals[digest], path.name, beside)

    def send(self, place: str, digests: list[str], **fields: Any) -> httpx.Response:
        """Ask for a package around originals."""
        said = [self.said(one) for one in digests]
        data = {"form_key": self._key, **fields}
        return self.client.post(place, data=data, files=form_part(said), timeout=120)


@pytest.fixture
def desk(story: Path, url: str) -> Iterator[Desk]:
    """Give the judge's desk."""
    with httpx.Client(base_url=url, timeout=60) as client:
        desk = Desk(client, story)
        desk.be(JUDGE)
        yield desk


def checked(story: Path, bundle: bytes, place: Path) -> CheckedBundle:
    """Check a bundle as `tally justice check-bundle --offline` does."""
    path = place / "case.zip"
    path.write_bytes(bundle)
    trust = open_trust(story / "trust.json")
    return check_bundle(path, "justice", PackageMeans(lambda _: trust, read_roots(), 0), None)


def test_a_case_names_what_its_bundle_needs_and_leads_to_it(desk: Desk, story: Path) -> None:
    """Each original by deposit and hash; the page says that originals are not sent."""
    case = case_of(story)
    assert f'href="/pack/justice/{case}"' in desk.client.get(f"/case/justice/cases/{case}").text
    listed = desk.shown(f"/pack/justice/{case}")["listed"]
    assert len(listed) == 4
    assert {one["sha256"] for one in listed} <= desk.originals.keys()
    page = desk.client.get(f"/pack/justice/{case}", headers={"accept-language": "en"}).text
    assert "They are not sent." in page
    assert f"tally justice bundle {case}" in page
    assert all(f'data-sha256="{one["sha256"]}"' in page for one in listed)


def test_a_bundle_with_its_originals_put_in_is_the_commands_own(
    desk: Desk, story: Path, url: str, tmp_path: Path
) -> None:
    """All but the originals comes from the node; with them it is file by file the same."""
    case = case_of(story)
    digests = [one["sha256"] for one in desk.shown(f"/pack/justice/{case}")["listed"]]
    answer = desk.send(f"/pack/justice/{case}", digests)
    assert answer.headers["content-type"] == "application/zip"
    assert not [one for one in desk.originals.values() if one in answer.content]
    made = put_in(answer.content, desk.originals)
    found = checked(story, made, tmp_path)
    assert [one.verdict for one in found.items] == ["CONSISTENT"] * 4, found.items
    assert sorted(one.stamp.verdict for one in found.items) == ["absent"] * 3 + ["passed"]
    with connect(url, trust=story / "trust.json") as net:
        command = tmp_path / "command.zip"
        pack_case(net, "justice", case, originals_in([story / "originals"]), command)
    assert unpacked(made) == unpacked(command.read_bytes())


def test_what_is_not_at_hand_is_left_out_and_said_to_be(
    desk: Desk, story: Path, tmp_path: Path
) -> None:
    """One original of four; none at all, or of something else, makes no bundle."""
    case = case_of(story)
    place = f"/pack/justice/{case}"
    first, *_ = desk.shown(place)["listed"]
    made = put_in(desk.send(place, [first["sha256"]]).content, desk.originals)
    presented = {one.deposit: one.presented for one in checked(story, made, tmp_path).items}
    assert presented.pop(first["deposit"]) == first["sha256"]
    assert set(presented.values()) == {None}
    assert desk.send(place, []).status_code == 404


def test_a_wrong_digest_is_found_by_whoever_checks(desk: Desk, story: Path, tmp_path: Path) -> None:
    """The node believes the browser's SHA-512; a bundle that states another does not hold."""
    place = f"/pack/justice/{case_of(story)}"
    digest = desk.shown(place)["listed"][0]["sha256"]
    said = {**desk.said(digest), "sha512": "0" * 128}
    data = {"form_key": form_key(desk.client.get("/act-as").text)}
    answer = desk.client.post(place, data=data, files=form_part([said]), timeout=120)
    with pytest.raises(Unverified, match="not as the manifest says"):
        checked(story, put_in(answer.content, desk.originals), tmp_path)


@pytest.mark.parametrize(
    "said", [b"{", b"[{}]", json.dumps([{**said_of(b"", "a"), "sha256": "A"}]).encode()]
)
def test_what_cannot_be_read_is_refused_by_its_field(desk: Desk, story: Path, said: bytes) -> None:
    """No JSON, no names, no hash: an error with its code and field, not an incident."""
    place = f"/pack/justice/{case_of(story)}"
    data = {"form_key": form_key(desk.client.get("/act-as").text)}
    sent = {"originals": ("originals.json", said, "application/json")}
    for files in (sent, {"other": ("other", b"", "text/plain")}):
        answer = desk.client.post(f"{place}.json", data=data, files=files)
        problem = answer.json()["problem"]
        assert (answer.status_code, problem["field"]) == (400, "originals"), problem


def test_deposits_of_a_matter_are_packed_and_checked(
    desk: Desk, story: Path, url: str, tmp_path: Path
) -> None:
    """The whole matter is the command's package; some deposits of it are one by themselves."""
    folder = put_on_matter(story, url)
    desk.have(folder)
    with connect(url, trust=story / "trust.json") as net:
        whole, command = gather(net, (), MATTER), tmp_path / "command.zip"
        pack(net, whole, originals_in([folder]), command)
    listed = desk.shown(f"/evidence-package?matter={quote(MATTER)}")["listed"]
    numbers, digests = [one["id"] for one in listed], [one["sha256"] for one in listed]
    assert numbers == [one["id"] for one in whole.rows]
    assert len(numbers) == len(MATTER_FILES)
    answer = desk.send("/evidence-package", digests, deposit=numbers, matter=MATTER)
    package = tmp_path / "package.zip"
    package.write_bytes(put_in(answer.content, desk.originals))
    assert unpacked(package.read_bytes()) == unpacked(command.read_bytes())
    lists = check_any_proof(package, trust=story / "trust.json")
    assert [found.result for _, found in lists] == [Result.MATCH] * (1 + len(numbers))
    one = desk.send("/evidence-package", digests[:1], deposit=numbers[0], matter=MATTER)
    index = json.loads(unpacked(put_in(one.content, desk.originals))["evidence/index.json"])
    assert ([row["id"] for row in index["exhibits"]], index["matter"]) == ([numbers[0]], None)
    assert desk.send("/evidence-package", [], deposit=numbers[0]).status_code == 404
    assert desk.send("/evidence-package", digests).status_code == 400


def test_the_chain_of_custody_is_given_for_what_was_ticked(desk: Desk, tmp_path: Path) -> None:
    """CASE JSON-LD, by a link without script; nothing ticked is an error of its field."""
    numbers = [one["_key"] for one in desk.shown("/state/evidence/deposits")["rows"]["items"][:2]]
    answer = desk.client.get("/evidence-custody", params={"deposit": numbers})
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["content-disposition"].endswith('.jsonld"')
    chain = tmp_path / "custody.jsonld"
    chain.write_bytes(answer.content)
    ((_, found),) = check_any_proof(chain, trust=tmp_path)
    assert found.result is Result.PARTLY, "it carries no receipts"
    graph = answer.json()["@graph"]
    assert sum("case-investigation:exhibitNumber" in one for one in graph) == 2
    assert desk.client.get("/evidence-custody").status_code == 400
    assert desk.client.get("/evidence-custody?deposit=EV-2019-000001").status_code == 404


def test_deposits_lead_to_their_package(desk: Desk) -> None:
    """From the system, the table as it is filtered, the record, and the page behind its code."""
    number = desk.shown("/state/evidence/deposits")["rows"]["items"][0]["_key"]
    one = f'href="/evidence-package?deposit={number}"'
    assert one in desk.client.get(f"/case/evidence/deposits/{number}").text
    assert one in desk.client.get(f"/r/{number}").text
    assert 'href="/evidence-package"' in desk.client.get("/app/evidence").text
    table = desk.client.get("/state/evidence/deposits?case_number=A%26B").text
    assert 'href="/evidence-package?matter=A%26B"' in table
    assert number in desk.client.get(f"/evidence-package?deposit={number}").text
    assert "data-sha256" not in desk.client.get("/evidence-package?matter=none").text
    assert desk.client.get("/evidence-package?deposit=EV-2019-000001").status_code == 404


def test_what_there_is_not_is_said(desk: Desk, story: Path) -> None:
    """No such case, a system without cases, no such system: 404, and a page that says so."""
    for place in ("/pack/justice/none", "/pack/evidence/EV-1", "/pack/nobody/1"):
        assert desk.client.get(place).status_code == 404, place
    digest = hashlib.sha256(b"another").hexdigest()
    desk.originals[digest] = b"another"
    said = form_part([said_of(b"another", "another.txt")])
    data = {"form_key": form_key(desk.client.get("/act-as").text)}
    answer = desk.client.post(f"/pack/justice/{case_of(story)}", data=data, files=said)
    assert answer.status_code == 404


def test_a_console_that_packs_nothing_offers_nothing(reader: Reader) -> None:
    """Without who packs there is neither button nor page; strangers are led to the entrance."""
    assert "/evidence-package" not in reader.get("/app/evidence").text
    for place in ("/evidence-package", "/evidence-custody", "/pack/justice/1"):
        assert reader.get(place).headers["location"].startswith("/sign-in?")
