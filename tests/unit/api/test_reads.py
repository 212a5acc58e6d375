# SPDX-License-Identifier: Apache-2.0
"""Reading: what was written comes back complete, in every form, and verifies."""

from __future__ import annotations

import gzip
from base64 import b64decode

import pytest

from tallystick.api import create_app
from tallystick.api.catalogue import Catalogue
from tallystick.api.wire_types import format_time, parse_time
from tallystick.contracts import Label
from tallystick.crypto import sha256
from tallystick.encoding import Value, decode
from tallystick.model import (
    NO_WRITES,
    OK,
    Call,
    Event,
    Outcome,
    decode_log_receipt,
    open_checkpoint,
    parse_receipt,
    split_transparent_statement,
)
from tallystick.units import TimeMs
from tests.factories import BANK, CLERK, COURT, GENESIS_BYTES, LIFETIME, LOG_KEY, NETWORK, START
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit, deposit_args, signed


@pytest.fixture
def written(node: FakeNode) -> FakeNode:
    """Return a node with three deposits and a refusal, in three blocks."""
    node.submit([deposit(1, case_number="（2026）京0491民初1号"), deposit(2)])
    node.submit([deposit(3, collector={"device": "cam-7"})])
    node.submit([signed("deposit", deposit_args(2), nonce=99)])
    return node


@pytest.mark.usefixtures("written")
def test_a_block_comes_as_its_bytes(caller: Caller) -> None:
    """Header, transactions, entries and write sets, from which its hash and log leaves follow."""
    reply = caller.get("/v1/blocks/1/raw")
    assert reply.headers["content-type"] == "application/cbor"
    found = decode(reply.body)
    assert isinstance(found, dict)
    shown = caller.get("/v1/blocks/1").json
    header, transactions = found["header"], found["transactions"]
    assert isinstance(header, bytes)
    assert isinstance(transactions, list)
    assert sha256(header).hex() == shown["hash"]
    raw = [one for one in transactions if isinstance(one, bytes)]
    assert [id_of(one) for one in raw] == [one["id"] for one in shown["transactions"]]
    assert len(raw) == len(transactions)
    assert set(found) == {"header", "transactions", "entries", "write_sets"}
    assert caller.get("/v1/blocks/9/raw").status == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("member=clerk", 4),
        (f"member=clerk&organization={COURT}", 4),
        (f"member=clerk&organization={BANK}", 0),
        ("member=nobody", 0),
        (f"key={CLERK.public_key.hex()}", 4),
        (f"key={'ab' * 32}", 0),
        (f"key={'ab' * 32}&member=clerk", 0),
        (f"key={CLERK.public_key.hex()}&member=clerk&code=refused", 1),
    ],
)
@pytest.mark.usefixtures("written")
def test_transactions_are_found_by_member_and_key(caller: Caller, query: str, count: int) -> None:
    """By every key that the member has or had, and by one key, whosever it is."""
    assert len(caller.get(f"/v1/transactions?{query}").json["items"]) == count


def id_of(raw: bytes) -> str:
    """Return a transaction's id."""
    return sha256(raw).hex()


def test_status_tells_the_lifetime_that_members_voted_for(
    caller: Caller, written: FakeNode
) -> None:
    """Clients choose by it how long their transactions are valid."""
    written.lifetime_ms = 20_000
    assert caller.get("/v1/status").json["transaction_lifetime_ms_max"] == 20_000


def test_status_tells_how_the_node_stands(caller: Caller, written: FakeNode) -> None:
    """Times twice, hashes hexadecimal, keys as C2SP clients want them."""
    status = caller.get("/v1/status").json
    assert status["network"] == status["origin"] == NETWORK
    assert (status["height"], status["log_size"], status["views_height"]) == (3, 4, 3)
    assert status["block_time"] == "2023-11-14T22:13:23.000Z"
    assert status["block_time_ms"] == START + 3_000
    assert status["organizations"] == 2
    assert status["transaction_lifetime_ms_max"] == LIFETIME
    (key,) = status["log_keys"]
    assert key["public_key"] == LOG_KEY.public_key.hex()
    assert key["vkey"].startswith(f"{NETWORK}+")
    assert status["app_hash"] == written.blocks[-1].header.app_hash.hex()


def test_genesis_and_trust_hold_the_exact_bytes(caller: Caller) -> None:
    """Their hash is in the network id, so whoever has the id can check them."""
    genesis = caller.get("/v1/genesis")
    assert genesis.headers["content-type"] == "application/cbor"
    assert genesis.body == GENESIS_BYTES
    trust = caller.get("/v1/trust").json
    assert (trust["format"], trust["network"]) == ("tallystick.trust.v1", NETWORK)
    assert b64decode(trust["genesis"]) == GENESIS_BYTES


@pytest.mark.usefixtures("written")
def test_a_transaction_is_shown_with_arguments_outcome_and_sentence(caller: Caller) -> None:
    """Decoded for people, in both languages."""
    raw = deposit(1, case_number="（2026）京0491民初1号")
    found = caller.get(f"/v1/transactions/{id_of(raw)}").json
    assert (found["height"], found["index"], found["leaf_index"]) == (1, 0, 0)
    assert (found["code"], found["level"]) == ("ok", "committed")
    assert (found["contract"], found["method"]) == ("evidence", "deposit")
    assert (found["organization"], found["member"]) == (COURT, "clerk")
    assert found["signer"] == CLERK.public_key.hex()
    assert found["args"]["title"] == "采购合同 1"
    assert found["result"]["id"] == "EV-2023-000001"
    assert found["time_ms"] == START + 1_000
    assert found["valid_until_ms"] == START + LIFETIME
    assert found["size"] == len(raw)
    (event,) = found["events"]
    assert (event["name"], event["position"]) == ("evidence.Deposited", 0)
    assert event["sentence"] == found["sentence"]
    assert "存证《采购合同 1》" in found["sentence"]["zh"]
    assert "deposited" in found["sentence"]["en"]


@pytest.mark.usefixtures("written")
def test_a_refused_transaction_says_why(caller: Caller) -> None:
    """Its code, its facts, and the contract's sentence."""
    raw = signed("deposit", deposit_args(2), nonce=99)
    found = caller.get(f"/v1/transactions/{id_of(raw)}").json
    assert (found["code"], found["events"]) == ("E_DUP", [])
    assert found["result"]["existing"] == "EV-2023-000002"
    assert found["sentence"]["en"].startswith("refused: Your organisation has already")
    assert found["sentence"]["zh"].startswith("被拒绝：")


@pytest.mark.usefixtures("written")
def test_a_transactions_bytes_come_back_as_they_were(caller: Caller) -> None:
    """Stored as received, never encoded anew."""
    reply = caller.get(f"/v1/transactions/{id_of(deposit(2))}/raw")
    assert reply.headers["content-type"] == "application/cose"
    assert reply.body == deposit(2)
    assert "immutable" in reply.headers["cache-control"]


@pytest.mark.usefixtures("written")
def test_a_receipt_comes_in_three_forms(caller: Caller) -> None:
    """As a file, as a COSE receipt (RFC 9942), as a transparent statement (RFC 9943)."""
    target = f"/v1/transactions/{id_of(deposit(2))}/receipt"
    receipt = parse_receipt(caller.get(target).body)
    assert receipt.transaction == deposit(2)
    checkpoint = open_checkpoint(receipt.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    alone = caller.get(target, accept="application/scitt-receipt+cose")
    assert alone.headers["content-type"] == "application/scitt-receipt+cose"
    decode_log_receipt(alone.body).verify_root(checkpoint.root)
    for statement in (
        caller.get(f"{target}?form=statement"),
        caller.get(target, accept="application/cose"),
        caller.get(target, accept="application/scitt-statement+cose"),
    ):
        assert statement.headers["content-type"] == "application/cose"
        assert split_transparent_statement(statement.body) == (deposit(2), alone.body)
    assert caller.get(f"{target}?form=receipt").body == alone.body
    as_json = caller.get(f"{target}?form=json", accept="application/cose")
    assert parse_receipt(as_json.body) == receipt
    assert caller.get(f"{target}?form=pdf").status == 400


def test_a_block_is_shown_with_a_part_of_its_transactions(
    caller: Caller, written: FakeNode
) -> None:
    """`first` and `limit` walk through a large block."""
    block = caller.get("/v1/blocks/1?first=1&limit=1").json
    assert (block["transaction_count"], block["first"], block["first_leaf"]) == (2, 1, 0)
    assert [one["id"] for one in block["transactions"]] == [id_of(deposit(2))]
    assert block["hash"] == written.blocks[0].hash.hex()
    assert caller.get("/v1/blocks/2").json["parent"] == block["hash"]
    assert caller.get("/v1/blocks/1?first=9").json["transactions"] == []


@pytest.mark.usefixtures("written")
def test_blocks_are_listed_newest_first_in_pages(caller: Caller) -> None:
    """The cursor leads through all of them, each once."""
    first = caller.get("/v1/blocks?limit=2").json
    assert [one["height"] for one in first["items"]] == [3, 2]
    rest = caller.get(f"/v1/blocks?limit=2&cursor={first['next_cursor']}").json
    assert [one["height"] for one in rest["items"]] == [1]
    assert rest["next_cursor"] is None
    assert first["height"] == 3
    listed = first["items"][0]
    assert listed == {name: caller.get("/v1/blocks/3").json[name] for name in listed}


@pytest.mark.usefixtures("written")
def test_blocks_are_listed_by_time(caller: Caller) -> None:
    """From inclusive, to exclusive, as text or as number."""
    text = caller.get("/v1/blocks?from=2023-11-14T22:13:22Z&to=2023-11-14T23:13:23%2B01:00").json
    number = caller.get(f"/v1/blocks?from={START + 2_000}&to={START + 3_000}").json
    assert [one["height"] for one in text["items"]] == [2]
    assert text == number


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 3, 2, 1]),
        ("contract=evidence", [4, 3, 2, 1]),
        ("contract=other", []),
        ("method=deposit_many", []),
        (f"organization={COURT}", [4, 3, 2, 1]),
        (f"organization={BANK}", []),
        ("code=ok", [3, 2, 1]),
        ("code=E_DUP", [4]),
        ("code=refused", [4]),
        ("q=%E5%90%88%E5%90%8C%203", [3]),
        (f"from={START + 2_000}", [4, 3]),
    ],
)
@pytest.mark.usefixtures("written")
def test_transactions_are_filtered(caller: Caller, query: str, numbers: list[int]) -> None:
    """Every filter narrows the list."""
    items = caller.get(f"/v1/transactions?{query}").json["items"]
    assert [one["leaf_index"] + 1 for one in items] == numbers


@pytest.mark.usefixtures("written")
def test_a_listed_transaction_has_its_sentence(caller: Caller) -> None:
    """Of its event, or at least what the refusal means."""
    refused, *_, first = caller.get("/v1/transactions").json["items"]
    assert refused["sentence"]["en"] == "refused: It exists already"
    assert "存证《采购合同 1》" in first["sentence"]["zh"]
    assert (first["member"], first["event_count"], first["level"]) == ("clerk", 1, "committed")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [3, 2, 1]),
        (f"sha256={2:064x}", [1]),
        (f"sha256={2:064X}", [1]),
        ("case_number=%EF%BC%882026%EF%BC%89%E4%BA%AC0491%E6%B0%91%E5%88%9D1%E5%8F%B7", [1]),
        ("collector=cam-7", [3]),
        (f"organization={COURT}", [3, 2, 1]),
        ("q=%E5%90%88%E5%90%8C%202", [2]),
        ("q=nothing", []),
        (f"from={START + 2_000}", [3]),
    ],
)
@pytest.mark.usefixtures("written")
def test_deposits_are_filtered(caller: Caller, query: str, ids: list[int]) -> None:
    """By content, case, organisation, device, words and time."""
    items = caller.get(f"/v1/evidence/deposits?{query}").json["items"]
    assert [one["id"] for one in items] == [f"EV-2023-{number:06}" for number in ids]


@pytest.mark.usefixtures("written")
def test_one_deposit_is_shown_as_the_contract_keeps_it(caller: Caller) -> None:
    """With its times as text beside, under names that no contract can use."""
    found = caller.get("/v1/evidence/deposits/EV-2023-000003").json
    assert found["collector"]["device"] == "cam-7"
    assert found["deposited_at"] == START + 2_000
    assert found["_times"] == {"deposited_at": "2023-11-14T22:13:22.000Z"}
    assert (found["_key"], found["_created_leaf"]) == ("EV-2023-000003", 2)


def test_organizations_are_shown_with_members_and_keys(caller: Caller) -> None:
    """The register as of the newest block in the views."""
    listed = caller.get("/v1/organizations").json
    assert {one["id"] for one in listed["items"]} == {COURT, BANK}
    court = caller.get(f"/v1/organizations/{COURT}").json
    assert court["name"] == {"zh": "杭州互联网法院", "en": "Hangzhou Internet Court"}
    clerk = next(one for one in court["members"] if one["id"] == "clerk")
    assert (clerk["roles"], clerk["active"]) == (["depositor"], True)
    assert clerk["keys"][0]["public_key"] == CLERK.public_key.hex()
    assert clerk["keys"][0]["revoked_at"] is None
    assert len(court["log_keys"]) == 1
    assert caller.get(f"/v1/organizations/{BANK}").json["log_keys"] == []


def test_a_revoked_key_shows_when(caller: Caller, node: FakeNode) -> None:
    """Both forms of the time."""
    from tallystick.model import sign_transaction
    from tests.factories import ADMINISTRATOR

    args: dict[str, Value] = {"public_key": CLERK.public_key}
    call = Call(NETWORK, "membership", "revoke_key", args, 1, TimeMs(START + LIFETIME))
    node.submit([sign_transaction(call, ADMINISTRATOR, COURT)])
    court = caller.get(f"/v1/organizations/{COURT}").json
    (key,) = next(one for one in court["members"] if one["id"] == "clerk")["keys"]
    assert key["revoked_at_ms"] == START + 1_000
    assert key["revoked_at"] == format_time(START + 1_000)
    shown = caller.get("/v1/transactions").json["items"][0]
    found = caller.get(f"/v1/transactions/{shown['id']}").json
    assert "吊销" in found["sentence"]["zh"]
    assert found["args"] == {"public_key": CLERK.public_key.hex()}


def test_a_signer_whom_the_views_do_not_know_yet_has_no_member(
    caller: Caller, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is shown all the same."""
    node.submit([deposit(1)])
    monkeypatch.setattr(node.views, "get_record", lambda *_: None)
    assert caller.get(f"/v1/transactions/{id_of(deposit(1))}").json["member"] is None


def test_lists_wait_for_the_height_that_the_caller_has_seen(node: FakeNode) -> None:
    """Tally-Min-Height: one's own write is in the list, although the views lag."""
    import asyncio

    app = create_app(node)
    node.projects = False
    node.submit([deposit(1)])

    async def scene() -> None:
        from tests.unit.api.caller import ask

        listing = asyncio.create_task(
            ask(app, "GET", "/v1/transactions", headers={"tally-min-height": "1"})
        )
        await asyncio.sleep(0)
        await asyncio.to_thread(node.catch_up)
        reply = await listing
        assert len(reply.json["items"]) == 1
        assert reply.headers["tally-height"] == "1"

    asyncio.run(scene())


def test_a_list_says_which_height_it_reflects(caller: Caller, node: FakeNode) -> None:
    """Views lag; the header is the list's, not the newest block's."""
    node.submit([deposit(1)])
    node.projects = False
    node.submit([deposit(2)])
    assert caller.get("/v1/transactions").headers["tally-height"] == "1"
    assert caller.get("/v1/organizations").headers["tally-height"] == "1"
    assert caller.get("/v1/status").headers["tally-height"] == "2"


def test_a_height_that_lists_do_not_reach_is_412(node: FakeNode) -> None:
    """At once when it is far ahead, else after the waiting time: never silently stale."""
    import asyncio

    from tallystick.api import Limits

    app = create_app(node, limits=Limits(views_wait_ms_max=1))
    with asyncio.Runner() as runner:
        caller = Caller(app, runner)
        for height in ("1", "1000000"):
            reply = caller.get("/v1/transactions", tally_min_height=height)
            assert (reply.status, reply.code) == (412, "E_BEHIND")
        for wrong in ("", "-1", "x"):
            assert caller.get("/v1/blocks", tally_min_height=wrong).status == 400


@pytest.mark.usefixtures("written")
def test_metrics_count_answers(caller: Caller) -> None:
    """Prometheus text."""
    caller.get("/nope")
    text = caller.get("/metrics").text
    assert "tallystick_height 3\n" in text
    assert 'tallystick_http_answers_total{status="404"} 1\n' in text


def test_metrics_tell_how_the_consortium_stands(caller: Caller) -> None:
    """Validators, what is not provable yet, keys that end soon, and what the engine counts."""
    text = caller.get("/metrics").text
    for name, value in (
        ("validators", 4),
        ("registered_nodes", 5),
        ("finality_lag", 1),
        ("member_keys_expiring", 2),
        ("proposals_rejected_total", 0),
        ("misbehaviours_total", 0),
        ("mempool_refusals_total", 3),
        ("peers_refused_total", 0),
        ("verdict_hits_total", 7),
        ("verdict_misses_total", 0),
    ):
        assert f"\ntallystick_{name} {value}\n" in text


def test_health_and_readiness(caller: Caller) -> None:
    """The process answers; the node reads."""
    assert caller.get("/healthz").text == "ok\n"
    assert caller.get("/readyz").json == {"ready": True, "height": 0}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("1700000000000", 1_700_000_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-15T06:13:20.001+08:00", 1_700_000_000_001),
        ("2023-11-14 22:13:20Z", None),
        ("2023-11-14T22:13:20", None),
        ("253402300800000", None),
        ("-1", None),
        ("", None),
    ],
)
def test_times_are_read_in_both_forms(text: str, milliseconds: int | None) -> None:
    """RFC 3339 with a zone, or unix milliseconds."""
    assert parse_time(text) == milliseconds


def test_times_beyond_the_calendar_are_shown_as_the_last_one() -> None:
    """`valid_until` may be any 63-bit number; the number beside is exact."""
    assert format_time(2**63 - 1) == "9999-12-31T23:59:59.999Z"
    assert format_time(0) == "1970-01-01T00:00:00.000Z"


def test_sentences_do_not_fail_on_what_nobody_declared(node: FakeNode) -> None:
    """Contracts change; old transactions stay readable."""
    catalogue = Catalogue(node.contracts())
    assert catalogue.event_sentence("gone.Done", {}) is None
    call = Call(NETWORK, "gone", "do", {}, 1, TimeMs(1))
    done = Outcome(OK, None, (Event("gone.Done", {}),), NO_WRITES)
    assert catalogue.transaction_sentence(call, COURT, done) == Label(
        zh=f"{COURT}：gone.do", en=f"{COURT}: gone.do"
    )
    refused = Outcome("OLD-1", None, (), NO_WRITES)
    assert catalogue.transaction_sentence(call, COURT, refused).en.startswith("refused: ")
    assert catalogue.table("gone", "things") is None
    assert "—" in (catalogue.event_sentence("membership.MemberAdded", {}) or Label(zh="", en="")).en
    method = catalogue.short_sentence("governance", "vote", COURT, OK)
    assert (method.zh, method.en) == (f"{COURT}：投票", f"{COURT}: Vote")
    known = catalogue.short_sentence("evidence", "deposit", COURT, OK)
    assert known.zh == f"{COURT}：存证"


def test_the_entry_bundle_is_compressed_for_those_who_read_gzip(
    caller: Caller, node: FakeNode
) -> None:
    """C2SP tlog-tiles asks for it."""
    node.submit([deposit(number) for number in range(1, 9)])
    plain = caller.get("/tile/entries/000.p/8")
    packed = caller.get("/tile/entries/000.p/8", accept_encoding="br, gzip;q=0.5")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    for refusal in ("gzip;q=0", "identity"):
        reply = caller.get("/tile/entries/000.p/8", accept_encoding=refusal)
        assert "content-encoding" not in reply.headers


def test_a_transaction_is_found_by_the_beginning_of_its_id(caller: Caller, node: FakeNode) -> None:
    """Eight digits are enough; fewer, or no hexadecimal ones, are refused."""
    node.submit([deposit(1), deposit(2)])
    shown = caller.get("/v1/transactions").json["items"][0]["id"]
    for length in (8, 9, 64):
        (found,) = caller.get(f"/v1/transactions?id={shown[:length]}").json["items"]
        assert found["id"] == shown
    assert caller.get("/v1/transactions?id=00000000").json["items"] == []
    assert caller.get("/v1/transactions?id=abc").code == "E_ARGUMENT"


def test_events_are_a_list_too(caller: Caller, node: FakeNode) -> None:
    """Newest first, or oldest first since one; by name, organisation and time, in pages."""
    node.submit([deposit(1)])
    node.submit([deposit(2), deposit(3)])
    first = caller.get("/v1/events/list?limit=2").json
    assert [one["id"] for one in first["items"]] == ["2.1.0", "2.0.0"]
    rest = caller.get(f"/v1/events/list?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in rest["items"]] == ["1.0.0"]
    assert rest["next_cursor"] is None
    for query, count in (
        ("name=evidence.Deposited", 3),
        ("name=charity.*", 0),
        (f"organization={COURT}", 3),
        (f"organization={BANK}", 0),
        (f"from={first['items'][0]['time_ms']}", 2),
    ):
        assert len(caller.get(f"/v1/events/list?{query}").json["items"]) == count, query
    for since, ids in (
        ("0", ["1.0.0", "2.0.0", "2.1.0"]),
        ("1", ["2.0.0", "2.1.0"]),
        ("2.0.0", ["2.1.0"]),
        ("2.1.0", []),
    ):
        later = caller.get(f"/v1/events/list?since={since}").json["items"]
        assert [one["id"] for one in later] == ids, since
    assert caller.get("/v1/events/list?since=x").status == 400
