# SPDX-License-Identifier: Apache-2.0
"""The server's half of sealing in the browser: who reads, what waits, what the node is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.cli.demo.theatre import found
from tallystick.client.private_data import SealedRecord, seal_record
from tallystick.console import ConsoleOptions
from tallystick.console.sealed_packages import WAITING_MAX, WAITING_MS, digests_in
from tallystick.console.work.entered import filled
from tallystick.contracts import digest_of
from tallystick.crypto import SealingKey, SecretKey, unseal
from tallystick.industries.preservation import demo
from tallystick.industries.preservation.demo_cast import (
    ASSESSOR,
    BANKER,
    COMMISSIONER,
    COURT,
    CREDITOR_1,
    FILING,
    INSURER,
    SETTLEMENT_BANK,
)
from tallystick.node import NodeConfig, open_node
from tests.unit.console.conftest import check_receipt, reading
from tests.unit.console.sealing_stage import HEADS, WithHeads, head_of
from tests.unit.console.system_stage import Actor

CREDITOR: Final = "91310000MADEM61007"
CLEAR: Final = "财产线索".encode()
DEALER: Final = "dealer-wei"
FORM: Final = "/do/preservation/declare_contents"


@dataclass
class Desk:
    """A console where an application was filed, and the keys of who may read."""

    actor: Actor
    folder: Path
    keys: dict[str, SealingKey]
    application: str

    def made(self, record: str = "") -> SealedRecord:
        """Seal the grounds for both organisations, as a browser does."""
        public = {code: key.public_key for code, key in self.keys.items()}
        return seal_record(record or f"{self.application}/grounds", CLEAR, public)

    def keep(self, package: bytes) -> Any:
        """Hand a package in, as the form's script does."""
        return self.actor.reader.post(
            "/sealed-packages.json",
            data={"form_key": self.actor.key},
            files={"package": ("package", package)},
        )

    def asked(self, **controls: str) -> Any:
        """Ask who will read what is sealed in the form."""
        fields = {"seal": "sealed", "application": self.application, **controls}
        return self.actor.send("/seal/preservation/declare_contents.json", fields)

    def declared(self, made: SealedRecord) -> Any:
        """Declare the grounds through the form; return what the page of the result shows."""
        controls = {"application": self.application, "contents": "GROUNDS"}
        fields = self.actor.shown(FORM)["form"]["fields"]
        sent = self.actor.send(FORM, {**filled(fields, {"sealed": made.declaration}), **controls})
        place = sent.headers["location"]
        assert self.actor.send(place).status_code == 303
        self.actor.catch_up()
        return place, self.actor.shown(place)

    @property
    def waiting(self) -> list[Path]:
        """What waits in the console's folder."""
        return sorted((self.folder / "console" / "sealed").glob("*"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Actor, Path]]:
    """Give a console of the story's people, and its folder."""
    folder = tmp_path_factory.mktemp("sealing")
    (someone,) = (one for one in demo.parts() if one.member == CREDITOR_1)
    dealer = replace(someone, member=DEALER, role="inventory.dealer")
    found(folder / "node", WithHeads([*demo.parts(), dealer]))
    node = open_node(NodeConfig(data=folder / "node", workers=False))
    node.start()
    trust = folder / "node" / "trust.json"
    options = ConsoleOptions(
        data=folder / "served",
        trust=trust,
        check_proof=partial(check_receipt, trust=trust),
        demonstration_keys=folder / "node" / "demo-keys",
    )
    try:
        with reading(node, options) as reader:
            yield Actor(reader, node, folder / "node"), folder / "served"
    finally:
        node.stop()


@pytest.fixture
def desk(office: tuple[Actor, Path]) -> Desk:
    """Give an application that was filed just now; its court and applicant have new keys."""
    actor, folder = office
    for path in (folder / "console").glob("sealed/*"):
        path.unlink()
    keys = {code: SealingKey.generate() for code in (COURT, CREDITOR)}
    for code, key in keys.items():
        actor.act(head_of(code), "sealing_keys/publish", public_key=key.public_key)
    filed = actor.act(
        CREDITOR_1,
        "preservation/file_application",
        court=COURT,
        is_pre_suit=False,
        amount=100_000_000,
        applicant_party=digest_of("party", "creditor"),
        respondent_party=digest_of("party", "debtor"),
        payee=digest_of("payee", "creditor"),
    )
    actor.be(CREDITOR_1)
    return Desk(actor, folder, keys, str(filed["id"]))


def test_the_contract_tells_record_and_readers_before_anything_is_sealed(desk: Desk) -> None:
    """With the keys in force; a form that is not filled in, or would be refused, says why."""
    told = desk.asked(contents="GROUNDS").json()
    assert told["place"] == {
        "contract": "preservation",
        "part": "secrets",
        "record": f"{desk.application}/grounds",
        "owner": CREDITOR,
        "recipients": [COURT],
    }
    keys = {one["organization"]: one["public_key"] for one in told["readers"]}
    assert keys == {code: key.public_key for code, key in desk.keys.items()}
    assert desk.waiting == []
    assert desk.asked().status_code == 422
    assert "must be filled in" in desk.asked().json()["flaws"][0]
    assert desk.asked(contents="GROUNDS", application="PA-1999-000001").json()["flaws"]
    nowhere = {"seal": "elsewhere", "application": desk.application, "contents": "GROUNDS"}
    answer = desk.actor.send("/seal/preservation/declare_contents.json", nowhere)
    assert answer.status_code == 422  # the figures of the argument itself are missing


def test_a_key_that_was_retired_is_not_offered(desk: Desk) -> None:
    """Nothing is sealed to it (docs/spec/private-data.md section 2)."""
    desk.actor.act(head_of(COURT), "sealing_keys/retire")
    desk.actor.be(CREDITOR_1)
    keys = {
        one["organization"]: one["public_key"]
        for one in desk.asked(contents="GROUNDS").json()["readers"]
    }
    assert keys[COURT] is None
    assert keys[CREDITOR] is not None


def test_a_package_waits_for_its_transaction_and_goes_to_the_node_with_it(desk: Desk) -> None:
    """Nothing waits afterwards; each reader gets the bytes and its own wrap, others nothing."""
    made = desk.made()
    answer = desk.keep(made.package.encode())
    assert answer.json() == {"ciphertext": made.declaration["ciphertext"]}
    assert [one.stat().st_mode & 0o777 for one in desk.waiting] == [0o600]
    _, shown = desk.declared(made)
    (one,) = shown["sealed"]
    assert (one["is_held"], one["is_waiting"], one["record"]) == (
        True,
        False,
        f"{desk.application}/grounds",
    )
    assert desk.waiting == []
    desk.actor.be(FILING)
    place = f"preservation/secrets/{desk.application}/grounds"
    reader = desk.actor.reader
    assert reader.get(f"/sealed-bytes/{place}").content == made.package.sealed
    wrap = reader.get(f"/sealed-wrap/{place}").content
    assert b"AGE-SECRET-KEY-1" in unseal(wrap, [desk.keys[COURT]])
    desk.actor.be(BANKER)
    assert reader.get(f"/sealed-bytes/{place}").status_code == 409
    assert "E_ROLE" in reader.get(f"/sealed-wrap/{place}").text
    case = reader.get(f"/case/preservation/applications/{desk.application}").text
    assert "Your organisation is no reader of it." in case


def test_a_package_that_the_node_does_not_take_goes_on_waiting_and_is_tried_again(
    desk: Desk,
) -> None:
    """A wrap for somebody who is no reader is refused; the page of the result says so."""
    made = desk.made()
    foreign = {**made.package.wraps, HEADS[-1]: made.package.wraps[COURT]}
    package = type(made.package)(made.package.sealed, foreign)
    assert desk.keep(package.encode()).status_code == 200
    place, shown = desk.declared(made)
    assert [(one["is_waiting"], one["problem"]) for one in shown["sealed"]] == [(True, "E_ROLE")]
    assert "opening this page again tries again" in desk.actor.reader.get(place).text
    (path,) = desk.waiting
    path.write_bytes(made.package.encode())
    assert desk.actor.shown(place)["sealed"][0]["is_held"]
    assert desk.waiting == []


def test_what_was_sealed_elsewhere_is_declared_and_handed_over_by_command(desk: Desk) -> None:
    """The page of the result names the command."""
    made = desk.made()
    place, shown = desk.declared(made)
    assert [(one["is_held"], one["is_waiting"]) for one in shown["sealed"]] == [(False, False)]
    command = f"tally private put PACKAGE {desk.application}/grounds --contract preservation"
    assert command in desk.actor.reader.get(place).text


def test_a_case_offers_to_open_what_is_at_this_node(desk: Desk) -> None:
    """What is not says how it comes here, and so does a key that is missing: no link is dead."""
    made = desk.made()
    declared, _ = desk.declared(made)
    address = f"/case/preservation/applications/{desk.application}"
    links = [f'href="/sealed-{one}/preservation/secrets/' for one in ("bytes", "wrap")]

    def shown() -> tuple[str, bool]:
        page = desk.actor.reader.get(address).text
        assert ('class="needs-script opens"' in page) is (links[0] in page) is (links[1] in page)
        return page, links[0] in page

    page, is_offered = shown()
    assert not is_offered
    assert f"tally private put PACKAGE {desk.application}/grounds" in page
    own = {CREDITOR: made.package.wraps[CREDITOR]}
    desk.keep(type(made.package)(made.package.sealed, own).encode())
    desk.actor.shown(declared)
    assert shown()[1]
    desk.actor.be(FILING)
    page, is_offered = shown()
    assert not is_offered
    assert f"tally private share {desk.application}/grounds {COURT}" in page


def test_what_was_erased_waits_no_longer_and_its_page_says_so(desk: Desk) -> None:
    """A package that comes after its record was erased is destroyed at the next look."""
    history = {"period": desk.application, "bank": COURT}
    record = f"{CREDITOR}/{COURT}/{desk.application}"
    made = desk.made(record)
    desk.actor.act(DEALER, "inventory/declare_history", **history, sealed=made.declaration)
    place = desk.actor.last
    assert desk.actor.shown(place)["sealed"][0]["problem"] == "E_NOT_FOUND"
    assert desk.keep(made.package.encode()).status_code == 200
    assert len(desk.waiting) == 1
    desk.actor.act(DEALER, "inventory/erase_history", **history)
    (one,) = desk.actor.shown(place)["sealed"]
    assert (one["is_held"], one["is_waiting"], one["problem"]) == (False, False, "E_ERASED")
    assert desk.waiting == []
    assert "It was erased" in desk.actor.reader.get(place).text
    case = desk.actor.reader.get(f"/case/inventory/histories_records/{record}").text
    assert "Erased" in case
    assert 'class="needs-script opens"' not in case


def test_what_is_no_package_or_too_much_is_refused(desk: Desk) -> None:
    """Nothing of it stays; what waited for a week is forgotten."""
    assert desk.keep(b"no package").json()["problem"]["code"] == "E_FORMAT"
    empty = type(desk.made().package)(b"", {})
    assert desk.keep(empty.encode()).json()["problem"]["detail"].startswith("nothing is sealed")
    missing = desk.actor.send("/sealed-packages.json")
    assert missing.json()["problem"]["detail"] == "no package was sent"
    assert desk.waiting == []
    for _ in range(WAITING_MAX):
        assert desk.keep(desk.made().package.encode()).status_code == 200
    refused = desk.keep(desk.made().package.encode())
    assert refused.json()["problem"]["code"] == "E_LIMIT"
    assert len(desk.waiting) == WAITING_MAX
    for path in desk.waiting:
        old = path.stat().st_mtime - WAITING_MS / 1000 - 60
        os.utime(path, (old, old))
    assert desk.keep(desk.made().package.encode()).status_code == 200
    assert len(desk.waiting) == 1


def test_a_stranger_neither_seals_nor_fetches(desk: Desk) -> None:
    """Both are for who has signed in; what lies sealed is named to anybody, as on the ledger."""
    made = desk.made()
    desk.keep(made.package.encode())
    desk.declared(made)
    desk.actor.reader.cookies.delete("tally_session")
    place = f"preservation/secrets/{desk.application}/grounds"
    answer = desk.actor.reader.get(f"/sealed-bytes/{place}")
    assert answer.headers["location"].startswith("/sign-in")
    case = desk.actor.reader.get(f"/case/preservation/applications/{desk.application}").text
    assert f"{desk.application}/grounds" in case
    assert "when they have signed in" in case
    assert 'class="needs-script opens"' not in case
    assert "can seal a file or a text here" in desk.actor.reader.get(FORM).text


def test_what_is_sealed_is_stated_for_one_record_at_a_time(desk: Desk) -> None:
    """It is bound to its record: the inbox does not offer such a step for several, and says why.

    Who asks for it all the same is refused with the way to go, in both languages.
    """
    actor = desk.actor
    actor.act(
        COMMISSIONER,
        "preservation/admit_guarantor",
        organization=INSURER,
        kind="INSURER",
        licence="沪保许 2026-017",
        seal_key=SecretKey.generate().public_key.hex(),
        net_assets=10**12,
        bank=SETTLEMENT_BANK,
        payee=digest_of("payee", "insurer"),
    )
    asked = {"application": desk.application, "guarantor": INSURER}
    letter = actor.act(CREDITOR_1, "preservation/ask_guarantee", **asked)["id"]
    actor.be(ASSESSOR)
    shown = actor.shown("/inbox")
    assert [one["key"] for one in shown["tasks"]] == [letter]
    sealing = "preservation/letters/quote_letter"
    assert [one["address"] for one in shown["one_by_one"]] == [sealing]
    assert sealing not in {one["address"] for one in shown["steps"]}
    said = {
        "en": ("bound to it: Check the risk and quote", "one record at a time: what is sealed"),
        "zh": ("与其记录绑定，须在各记录的页面办理：风险审查并报价", "该步骤须逐条办理"),
    }
    for language, (note, refusal) in said.items():
        spoken = {"accept-language": language}
        page = actor.reader.get("/inbox", headers=spoken).text
        assert note in " ".join(page.split()).replace("： ", "：")
        assert f'value="{sealing}"' not in page
        query = {"step": sealing, "record": f"preservation/letters/{letter}"}
        answer = actor.reader.get("/several", params=query, headers=spoken)
        assert (answer.status_code, refusal in answer.text) == (400, True)
    sent = {"step": sealing, "record": [f"preservation/letters/{letter}"]}
    assert actor.send("/inbox", sent).status_code == 400


def test_digests_are_found_wherever_sealed_data_stand() -> None:
    """Also within records and lists; what merely has a field of that name is none."""
    one = {"ciphertext": "a", "plaintext": "b", "size": 1}
    assert list(digests_in({"new": {"key": one}, "more": [one | {"ciphertext": "c"}]})) == [
        "a",
        "c",
    ]
    assert list(digests_in({"ciphertext": "a", "size": 1})) == []
