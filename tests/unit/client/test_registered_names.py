# SPDX-License-Identifier: Apache-2.0
"""Organisations stand on certificates and extracts by the name that the ledger's membership has."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import NoReturn

import pytest

from tallystick.client import Extract, read_extract
from tallystick.client.certificates import certificate_page, read_certificate_file
from tallystick.client.registered_names import ORGANIZATIONS_MAX, codes_in
from tallystick.encoding import Value, encode
from tallystick.errors import InvalidProof, Malformed
from tallystick.interchange.certificates import CERTIFICATE_FILE, EXTRACT_FILE, read_sealed
from tallystick.model import check_organization_id
from tests.unit.client.mock_node import MockNode, answer
from tests.unit.client.test_certificates import (
    DEPOSIT,
    NAME,
    PAPER,
    SEAL,
    certificate,
    check,
    extract_of,
    fault,
    proven,
    publish,
    record_of,
)
from tests.unit.client.world import BANK, COURT

STRANGER = "91110108MA00ABCD0Q"


@pytest.fixture
def node(node: MockNode) -> MockNode:
    """Let the ledger have a deposit and a seal."""
    publish(node)
    return node


def shown_text(data: bytes) -> str:
    """Return what the page says, as its typesetter was given it."""
    sealed = read_sealed(data)
    facts = read_certificate_file(sealed.files[CERTIFICATE_FILE])
    extract = read_extract(sealed.files[EXTRACT_FILE])
    page = certificate_page(sealed.files[EXTRACT_FILE], extract, facts)
    return json.dumps(page.content, ensure_ascii=False)


class TestRegisteredNames:
    """INV-1: organisations stand by the name that the ledger's membership proves, code beside."""

    @pytest.fixture
    def data(self, node: MockNode) -> bytes:
        """Return a certificate about a bank that is a member, and a firm that is none."""
        shown = {**record_of(b""), "certificate": SEAL.certificate.hex()}
        node.routes.insert(
            0,
            (
                r"GET /v1/contracts/seals/show",
                lambda _r, _m: answer({"result": shown, "height": 8}),
            ),
        )
        node.world.register(BANK, "示范银行", "Example Bank")
        node.world.register(COURT, "登记的法院", "Registered Court")
        extract = extract_of(node, a=BANK, others=[BANK, STRANGER], rows=[{"bank": BANK}])
        with node.net() as net:
            return net.certificate(extract, PAPER, SEAL)

    def test_names_stand_beside_codes_and_the_page_is_set_the_same_again(
        self, node: MockNode, data: bytes
    ) -> None:
        """In facts, lists and tables; the seal's owner as registered, not as it calls itself."""
        found = check(node, data)
        assert found.ok, str(found)
        assert "with the registered names of: " in found.text()
        assert "并证明登记名称" in found.text("zh")
        text = shown_text(data)
        assert f"示范银行（{BANK}）" in text
        assert f"Example Bank ({BANK}), {STRANGER}" in text
        assert "Registered Court" in text
        assert NAME not in text
        assert text.count(f"Example Bank ({BANK})") == 3

    def test_a_code_that_no_member_has_stays_a_code(self, data: bytes) -> None:
        """Nothing is made up."""
        assert STRANGER in shown_text(data)
        extract = read_extract(read_sealed(data).files[EXTRACT_FILE])
        assert extract.names.keys() == {BANK, COURT}

    @pytest.mark.parametrize("lie", ["name", "key", "table", "form"])
    def test_a_name_that_is_not_the_registered_one_is_refused(
        self, node: MockNode, data: bytes, lie: str
    ) -> None:
        """A page that follows from forged records still fails: they are not proven."""
        extract = read_extract(read_sealed(data).files[EXTRACT_FILE])
        bank = next(one for one in extract.organizations if one.key == BANK)
        other = encode({"id": BANK, "name": {"zh": "假银行", "en": "Forged"}, "active": True})
        forged = {
            "name": replace(bank, content=other),
            "key": replace(bank, key=STRANGER),
            "table": replace(bank, table="members"),
            "form": replace(bank, content=encode({"id": BANK})),
        }[lie]
        made = replace(extract, organizations=(forged,))
        with pytest.raises(InvalidProof):
            made.check_records(node.world.trust)
        if lie == "name":
            assert fault(check(node, certificate(node, extract=made))) == ("records", "E_PROOF")

    def test_a_name_that_a_contract_keeps_is_not_the_registered_one(self, node: MockNode) -> None:
        """Proven by the ledger, and written by whoever may call that contract."""
        forged = encode({"id": BANK, "name": {"zh": "假银行", "en": "Forged"}})
        node.write({DEPOSIT: encode({"a": 0}), f"loans/firms/{BANK}".encode(): forged})
        made = replace(extract_of(node), organizations=(proven(node, "loans", "firms", BANK),))
        with pytest.raises(InvalidProof, match="elsewhere"):
            made.check_records(node.world.trust)

    def test_a_file_keeps_them_and_one_without_any_is_as_it_was(
        self, node: MockNode, data: bytes
    ) -> None:
        """Read and written again byte by byte; no field where there is nothing to say."""
        content = read_sealed(data).files[EXTRACT_FILE]
        assert read_extract(content).to_json() == content
        assert b"organizations" not in extract_of(node).to_json()

    def test_names_that_are_there_already_are_not_asked_for_again(
        self, node: MockNode, data: bytes
    ) -> None:
        """In both colours."""
        extract = read_extract(read_sealed(data).files[EXTRACT_FILE])
        node.routes.insert(0, (rf"GET /v1/state/membership/organizations/{BANK}", _refuse))
        with node.net() as net:
            assert net.with_names(extract).names == extract.names
        assert asyncio.run(_named(node, extract)).names == extract.names

    def test_a_long_list_keeps_its_codes_beyond_the_hundredth(self) -> None:
        """Work has a bound."""
        assert codes_in({"a": [BANK, "x", COURT, BANK], "b": {"c": 7}}) == [COURT, BANK]
        made: list[Value] = [check_digit(f"{number:017}") for number in range(120)]
        assert len(codes_in({"all": made})) == ORGANIZATIONS_MAX


def check_digit(code: str) -> str:
    """Return a code with its check character."""
    for one in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        try:
            return check_organization_id(code + one)
        except Malformed:
            continue
    raise AssertionError(code)


def _refuse(*_: object) -> NoReturn:
    raise AssertionError("asked again")


async def _named(node: MockNode, extract: Extract) -> Extract:
    async with node.async_net() as net:
        return await net.with_names(extract)
