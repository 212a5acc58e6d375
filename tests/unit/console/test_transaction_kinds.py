# SPDX-License-Identifier: Apache-2.0
"""Every kind of transaction has a page: founding, membership, governance, deployment, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from tallystick.api import create_app
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.explorer.transaction_pages import proposal_in
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.model import ROLE_GOVERNOR, network_id
from tallystick.node import Node, NodeConfig, open_node
from tests.factories import ADMINISTRATOR, BANK, LIFETIME, TELLER, member, sign
from tests.networks import now, wait_until
from tests.unit.console.conftest import Reader
from tests.unit.node.node_kit import GENESIS, found

GOVERNED = msgspec.structs.replace(
    GENESIS,
    members=(
        *(one for one in GENESIS.members if one.id not in {"head", "teller"}),
        member("11330100MB0F0001X8", "head", "administrator", ROLE_GOVERNOR),
        member(BANK, "teller", "depositor", ROLE_GOVERNOR),
    ),
)
NAME = network_id(GOVERNED.name, GOVERNED.encode())
KINDS = ("membership", "proposal", "deployment", "refused")


def call(name: str, nonce: int, args: dict[str, Value], **options: object) -> bytes:
    """Return a signed call of a contract's method."""
    contract, _, method = name.partition(".")
    end = now() + LIFETIME // 2
    return sign(
        method,
        args,
        **{  # type: ignore[arg-type]
            "nonce": nonce,
            "contract": contract,
            "network": NAME,
            "valid_until": end,
            "key": ADMINISTRATOR,
            **options,
        },
    )


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, dict[str, str]]]:
    """Run a node on which one transaction of every kind was committed; give their ids."""
    folder = tmp_path_factory.mktemp("governed") / "node"
    found(folder, "solo", GOVERNED)
    node = open_node(NodeConfig(data=folder, workers=False))
    try:
        node.start()
        yield node, tell(node)
    finally:
        node.stop()


def tell(node: Node) -> dict[str, str]:
    """Commit one transaction of each kind and return their ids."""
    action: dict[str, Value] = {
        "type": "activate_contract",
        "name": "evidence",
        "version": 1,
        "height": 1_000,
    }
    person: dict[str, Value] = {"id": "li", "name": {"zh": "李", "en": "Li"}, "roles": []}
    propose = call("governance.propose", 2, {"action": action})
    proposal = sha256(propose).hex()
    vote: dict[str, Value] = {"proposal": proposal, "approve": True}
    told = {
        "membership": call("membership.add_member", 1, person),
        "proposal": propose,
        "deployment": call("governance.vote", 4, vote, key=TELLER, organization=BANK),
        "refused": call("membership.add_member", 5, person),
    }
    for raw in told.values():
        node.submit([raw]).result(30)
    wait_until(lambda: node.status().views_height == node.status().height, "views")
    return {kind: sha256(raw).hex() for kind, raw in told.items()}


@pytest.fixture
def site(governed: tuple[Node, dict[str, str]], tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of that node's console."""
    app = create_console(create_app(governed[0]), ConsoleOptions(data=tmp_path))
    with asyncio.Runner() as runner:
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())


@pytest.mark.parametrize("kind", KINDS)
def test_a_transaction_of_any_kind_says_what_by_whom_and_proves_it(
    site: Reader, governed: tuple[Node, dict[str, str]], kind: str
) -> None:
    """Sentence, decoded arguments, signer and key, proofs; no link of the page is dead."""
    name = governed[1][kind]
    page = site.get(f"/t/{name}", params={"lang": "zh"}).text
    for part in ("signer", "arguments", "proofs"):
        assert f'id="{part}"' in page, part
    assert ('id="changes"' in page) == (kind != "refused")
    shown = site.get(f"/t/{name}.json").json()
    assert shown["signer"]["key"]["public_key"] == shown["transaction"]["signer"]
    for form in ("receipt", "statement"):
        assert f"/v1/transactions/{name}/receipt?form={form}" in page
    assert "/c/membership" not in page
    assert "/c/governance" not in page
    assert "/state/membership" not in page


def test_a_refused_transaction_is_red_with_code_texts_and_hint(
    site: Reader, governed: tuple[Node, dict[str, str]]
) -> None:
    """Never green: what happened, the code, and what to do, in the reader's language."""
    name = governed[1]["refused"]
    code = site.get(f"/t/{name}.json").json()["transaction"]["code"]
    page = site.get(f"/t/{name}").text
    refusal = page[page.index('id="refusal"') :].split("</div>")[0]
    assert code in refusal
    assert "What to do" in refusal
    assert "bg-green-lt" not in page
    assert "如何处理" in site.get(f"/t/{name}", params={"lang": "zh"}).text


def test_a_deployment_names_the_contract_its_version_and_the_proposal(
    site: Reader, governed: tuple[Node, dict[str, str]]
) -> None:
    """The vote that passed it executed it: the page says both and links the proposal."""
    shown = site.get(f"/t/{governed[1]['deployment']}.json").json()
    names = [event["name"] for event in shown["transaction"]["events"]]
    assert "governance.ContractActivated" in names
    assert shown["proposal"] == governed[1]["proposal"]
    assert site.get(f"/gov/{shown['proposal']}").status_code == 200


def test_the_founding_has_a_page_of_its_own(site: Reader) -> None:
    """Block 1 leads back to it; it lists founders, keys and rules, labelled."""
    assert 'href="/b/0"' in site.get("/b/1").text
    page = site.get("/b/0", params={"lang": "zh"}).text
    assert "/v1/genesis" in page
    assert "公钥" in page


def test_a_transaction_that_is_about_no_proposal_names_none() -> None:
    """Other contracts, own affairs, and what was refused."""
    plain = {"id": "a", "contract": "governance", "code": "E_ROLE", "args": {}}
    assert proposal_in({**plain, "contract": "evidence", "method": "deposit"}) is None
    assert proposal_in({**plain, "method": "propose"}) is None
    assert proposal_in({**plain, "method": "leave"}) is None
