# SPDX-License-Identifier: Apache-2.0
"""A node's HTTP answers over a hand-built `World`, served through `httpx.MockTransport`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from tallystick.client import Identity, connect, connect_async
from tallystick.client.async_net import AsyncNet
from tallystick.client.net import Net
from tallystick.crypto import sha256
from tallystick.encoding import Value, decode, encode, format_base64
from tallystick.errors import error_classes
from tallystick.model import decode_entry, decode_transaction
from tests.unit.client.world import CLERK, COURT, World

Route = Callable[[httpx.Request, "re.Match[str]"], httpx.Response]
Fault = httpx.Response | Exception | None
URL = "http://node.test"
ME = Identity(COURT, "clerk", CLERK)
MOMENT = "2023-11-14T22:13:21.000Z"


def answer(value: object, status: int = 200) -> httpx.Response:
    """Return a JSON answer."""
    return httpx.Response(status, json=value)


def problem(code: str, status: int, **more: object) -> httpx.Response:
    """Return a problem answer as the API gives it."""
    kind = error_classes().get(code)
    fields: dict[str, object] = {
        "type": f"/v1/errors/{code}",
        "title": kind.title_en if kind else "A contract's own refusal",
        "title_zh": kind.title_zh if kind else "合约自定义拒绝",
        "status": status,
        "code": code,
        "detail": f"told by the node: {code}",
        "hint": "what to do",
        "instance": "/",
        "request_id": "r-1",
        **more,
    }
    headers = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(fields), headers=headers)


class MockNode:
    """Answers as a node would, counts requests, and misbehaves when told to."""

    def __init__(self, world: World | None = None) -> None:
        """Serve a world."""
        self.world = world or World()
        self.asked: list[str] = []
        """Method and path of every request."""
        self.requests: list[httpx.Request] = []
        self.faults: dict[str, list[Fault]] = {}
        """Answers to give first, by method and path; None lets one request through."""
        self.refusals: dict[str, tuple[str, Value]] = {}
        """Code and facts by title: deposits that the contract refuses."""
        self.holds = False
        """While set, submissions are accepted and not committed."""
        self.held: list[bytes] = []
        self.page_rows = 100
        self.witnesses: list[str] = []
        """Cosignature lines that it has gathered."""
        self.lifetime_ms = 86_400_000
        """How long transactions may be valid."""
        self.results: Value = None
        """What deposits return, instead of their numbers."""
        self.routes: list[tuple[str, Route]] = [
            (r"GET /v1/trust", lambda _r, _m: answer(json.loads(self.world.trust.to_json()))),
            (r"GET /v1/status", self._status),
            (r"GET /checkpoint", lambda _r, _m: httpx.Response(200, text=self.world.note())),
            (r"GET /v1/log/proof/consistency", self._consistency),
            (r"POST /v1/transactions", self._submit),
            (r"POST /v1/transactions/batch", self._submit_batch),
            (r"GET /v1/transactions", self._list_transactions),
            (r"GET /v1/transactions/(\w+)", self._transaction),
            (r"GET /v1/transactions/(\w+)/receipt", self._receipt),
            (r"GET /v1/blocks", self._list_blocks),
            (r"GET /v1/blocks/(\d+)", lambda _r, m: answer(self.block(int(m[1])))),
            (r"GET /v1/organizations", self._list_organizations),
            (r"GET /v1/organizations/(\w+)", lambda _r, m: answer(organization(m[1]))),
            (r"GET /v1/evidence/deposits", self._list_deposits),
            (r"GET /v1/evidence/deposits/([\w-]+)", self._deposit),
            (r"GET /v1/contracts/(\w+)/(\w+)", self._query),
            (r"GET /v1/state/(\w+)/(\w+)/(.+)/proof", self._state),
            (r"GET /tile/entries/000\.p/(\d+)", self._entries),
        ]

    def net(self, *, identity: Identity | None = ME, **options: Any) -> Net:
        """Return a net that talks to this node."""
        http = httpx.MockTransport(self.handle)
        return connect(URL, identity=identity, http=http, **options)

    def async_net(self, *, identity: Identity | None = ME, **options: Any) -> AsyncNet:
        """Return an asynchronous net that talks to this node."""
        http = httpx.MockTransport(self.handle)
        return connect_async(URL, identity=identity, http=http, **options)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        name = f"{request.method} {request.url.path}"
        self.asked.append(name)
        fault = self.faults.get(name, []).pop(0) if self.faults.get(name) else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            return fault
        for pattern, route in self.routes:
            match = re.fullmatch(pattern, name)
            if match:
                return route(request, match)
        return problem("E_NOT_FOUND", 404)

    def count(self, name: str) -> int:
        """Return how often something was asked."""
        return self.asked.count(name)

    # --- writing

    def release(self) -> None:
        """Commit what was held."""
        for raw in self.held:
            self._commit(raw)
        self.held = []

    def _submit(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        raw = request.read()
        known = self._index(sha256(raw).hex())
        if known is None and self.holds:
            self.held.append(raw)
            return answer({"transaction": {"id": sha256(raw).hex(), "level": "accepted"}}, 202)
        placed, facts = self._commit(raw) if known is None else (self._placed(known), None)
        if placed["code"] != "ok":
            return problem(str(placed["code"]), 409, facts=facts, transaction=placed)
        return answer({"transaction": placed}, 201)

    def _submit_batch(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        batch = decode(request.read())
        assert isinstance(batch, list)
        results: list[dict[str, object]] = []
        for raw in batch:
            assert isinstance(raw, bytes)
            if decode_transaction(raw).call.method == "unknown":
                error = json.loads(problem("E_CONTRACT", 404).content)
                results.append({"id": sha256(raw).hex(), "error": error})
            else:
                placed, _facts = self._commit(raw)
                results.append({name: placed[name] for name in placed if name != "index"})
        return answer({"results": results})

    def _commit(self, raw: bytes) -> tuple[dict[str, object], Value]:
        code, result = self._execute(raw)
        index = self.world.commit(raw, code=code, result=result)
        return self._placed(index), result if code != "ok" else None

    def _execute(self, raw: bytes) -> tuple[str, Value]:
        """Run the evidence contract, as far as the client can see it."""
        call = decode_transaction(raw).call
        listed = call.args.get("deposits")
        rows: list[Any] = listed if isinstance(listed, list) else [call.args]
        for row in rows:
            if row.get("title") in self.refusals:
                return self.refusals[row["title"]]
        known = {(d["sha256"], d.get("case_number")): d["id"] for d in self.deposits()}
        matters = [(row.get("sha256"), row.get("case_number")) for row in rows]
        places = [place for place, matter in enumerate(matters) if matter in known]
        if places:
            listed_ids: list[Value] = [
                {"index": place, "existing": known[matters[place]]} for place in places
            ]
            return "E_DUP", {"existing": known[matters[places[0]]], "duplicates": listed_ids}
        if self.results is not None:
            return "ok", self.results
        first = len(known)
        ids: list[Value] = [{"id": f"EV-2023-{first + n:06}"} for n in range(len(rows))]
        return "ok", ids if isinstance(listed, list) else ids[0]

    # --- reading

    def deposits(self) -> list[dict[str, Any]]:
        """Return all deposits, newest first, as the views list them."""
        found: list[dict[str, Any]] = []
        for leaf, (raw, data) in enumerate(
            zip(self.world.transactions, self.world.entries, strict=True)
        ):
            outcome = decode_entry(data).outcome
            call = decode_transaction(raw).call
            if outcome.is_ok and call.method in {"deposit", "deposit_many"}:
                listed: Any = call.args.get("deposits", [call.args])
                results: Any = (
                    outcome.result if isinstance(outcome.result, list) else [outcome.result]
                )
                for row, result in zip(listed, results, strict=False):
                    if isinstance(result, dict):
                        found.append({**row, "id": result["id"], "_created_leaf": leaf})
        return found[::-1]

    def _list_deposits(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        wanted = {
            name: request.url.params[name]
            for name in ("sha256", "case_number")
            if name in request.url.params
        }
        rows = [
            row
            for row in self.deposits()
            if all(row.get(name) == value for name, value in wanted.items())
        ]
        if request.url.params.get("order") == "oldest":
            rows.reverse()
        return self._page(request, rows)

    def _deposit(self, _: httpx.Request, match: re.Match[str]) -> httpx.Response:
        found = [row for row in self.deposits() if row["id"] == match[1]]
        return answer(found[0]) if found else problem("E_NOT_FOUND", 404)

    def _page(self, request: httpx.Request, rows: list[dict[str, Any]]) -> httpx.Response:
        start = int(request.url.params.get("cursor", 0))
        end = start + min(self.page_rows, int(request.url.params["limit"]))
        cursor = str(end) if end < len(rows) else None
        return answer({"items": rows[start:end], "next_cursor": cursor, "height": 1})

    def _list_transactions(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        rows = [self.transaction(i) for i in range(len(self.world.entries))][::-1]
        return self._page(request, rows)

    def _list_blocks(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        return self._page(request, [self.block(h) for h in range(1, len(self.world.entries) + 1)])

    def _list_organizations(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        assert not request.url.params, "the list comes whole"
        rows = [organization(one.id) for one in self.world.genesis.organizations]
        return answer({"items": rows, "next_cursor": None, "height": 1})

    def transaction(self, index: int) -> dict[str, Any]:
        """Return a transaction as the API shows it."""
        call = decode_transaction(self.world.transactions[index]).call
        outcome = decode_entry(self.world.entries[index]).outcome
        return {
            **self._placed(index),
            "time": MOMENT,
            "time_ms": World.time(index),
            "contract": call.contract,
            "method": call.method,
            "organization": COURT,
            "sentence": {"zh": "存证", "en": "Deposit"},
            "a_field_of_the_future": 1,
            "args": call.args,
            "result": outcome.result,
        }

    def block(self, height: int) -> dict[str, Any]:
        """Return a block as the API shows it."""
        return {
            "height": height,
            "hash": "00" * 32,
            "parent": "00" * 32,
            "time": MOMENT,
            "time_ms": World.time(height - 1),
            "transaction_count": 1,
            "log_size": height,
            "log_root": "00" * 32,
            "state_root": "00" * 32,
            "membership_root": "00" * 32,
            "app_hash": "00" * 32,
            "transactions": [self.transaction(height - 1)],
        }

    def _placed(self, index: int) -> dict[str, object]:
        entry = decode_entry(self.world.entries[index])
        return {
            "id": entry.transaction_id.hex(),
            "level": "committed",
            "height": entry.height,
            "index": 0,
            "leaf_index": index,
            "code": entry.outcome.code,
        }

    def _index(self, transaction_id: str) -> int | None:
        for index, raw in enumerate(self.world.transactions):
            if sha256(raw).hex() == transaction_id:
                return index
        return None

    def _transaction(self, _: httpx.Request, match: re.Match[str]) -> httpx.Response:
        index = self._index(match[1])
        return problem("E_NOT_FOUND", 404) if index is None else answer(self.transaction(index))

    def _receipt(self, request: httpx.Request, match: re.Match[str]) -> httpx.Response:
        index = self._index(match[1])
        if index is None:
            return problem("E_NOT_FOUND", 404)
        receipt = self.world.receipt(index)
        if "witnesses" in request.url.params:
            if int(request.url.params["witnesses"]) > len(self.witnesses):
                return problem("E_NOT_WITNESSED", 412)
            note = receipt.checkpoint + "".join(self.witnesses)
            receipt = replace(receipt, checkpoint=note, level="witnessed")
        return httpx.Response(200, text=receipt.to_json())

    def _consistency(self, request: httpx.Request, _: re.Match[str]) -> httpx.Response:
        size1, size2 = (int(request.url.params[name]) for name in ("from", "to"))
        path = self.world.log.consistency_proof(size1, size2)
        return answer({"from_size": size1, "to_size": size2, "path": [p.hex() for p in path]})

    def _status(self, _r: httpx.Request, _m: re.Match[str]) -> httpx.Response:
        size = len(self.world.entries)
        return answer(
            {
                "network": self.world.network,
                "height": size,
                "log_size": size,
                "transaction_lifetime_ms_max": self.lifetime_ms,
            }
        )

    def _query(self, request: httpx.Request, match: re.Match[str]) -> httpx.Response:
        return answer({"result": [match[2], dict(request.url.params)], "height": 1})

    def _state(self, _: httpx.Request, match: re.Match[str]) -> httpx.Response:
        key = f"{match[1]}/{match[2]}/{match[3]}".encode()
        world, is_member = self.world, match[1] == "membership"
        proof = (world.membership if is_member else world.state).prove(key)
        value = (world.registered if is_member else self.values).get(key)
        return answer(
            {
                "value_base64": None if value is None else format_base64(value),
                "proof": format_base64(encode(proof.to_value())),  # type: ignore[arg-type]
                "checkpoint": self.world.note(),
            }
        )

    @property
    def values(self) -> dict[bytes, bytes]:
        """The state's values."""
        return getattr(self, "_values", {})

    def write(self, values: dict[bytes, bytes]) -> None:
        """Put values into the state."""
        self._values = values
        self.world.write({**values})

    def _entries(self, _: httpx.Request, match: re.Match[str]) -> httpx.Response:
        entries = self.world.entries[: int(match[1])]
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
        return httpx.Response(200, content=bundle)


def organization(organization_id: str) -> dict[str, Any]:
    """Return an organisation as the API shows it."""
    return {"id": organization_id, "name": {"zh": "机构", "en": "Organisation"}, "active": True}
