# SPDX-License-Identifier: Apache-2.0
"""Errors as answers: one status for each class, two languages, nothing unexpected leaks."""

from __future__ import annotations

import logging

import pytest

from tallystick import errors
from tallystick.api import STATUS_BY_ERROR, create_app, status_of
from tallystick.api.language import Bilingual
from tallystick.api.negotiate import preferred_media_type
from tallystick.api.problems import problem_of
from tallystick.errors import TallystickError
from tallystick.interchange.languages import preferred_language
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit

OWN_CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, TallystickError)
]


@pytest.mark.parametrize("kind", OWN_CLASSES)
def test_every_error_class_has_a_status(kind: type[TallystickError]) -> None:
    """Who must act decides: the caller 4xx, the node 5xx."""
    status = status_of(kind)
    if issubclass(kind, errors.Rejected | errors.NotFound):
        assert 400 <= status < 500
    elif issubclass(kind, errors.Halted):
        assert status == 503
    assert status in {*range(400, 424), 500, 503}


def test_the_nearest_class_decides() -> None:
    """A contract's own refusal is a refusal; damage of the node's own store is not the caller's."""
    own = type("Own", (errors.Refused,), {"code": "OWN-1"})
    assert status_of(own) == STATUS_BY_ERROR[errors.Refused] == 409
    assert status_of(errors.InvalidProof) == 422
    assert status_of(errors.Corrupted) == 500


def test_a_problem_says_what_was_expected_and_found() -> None:
    """Programs need no text parsing."""
    error = errors.InvalidArguments("size is wrong", field="size", expected="a", found="b" * 999)
    problem = problem_of(error, instance="/v1/x", request_id="r-1", language="en")
    assert (problem.field, problem.expected) == ("size", "a")
    assert problem.found == "b" * 300
    assert problem.type == "/v1/errors/E_ARGUMENT"
    assert problem.hint == errors.InvalidArguments.hint_en


def test_a_particular_hint_is_kept_in_every_language() -> None:
    """What was said for this case is better than what is said for all."""
    error = errors.Malformed("x", hint="Do this.")
    problem = problem_of(error, instance="/", request_id="r", language="zh")
    assert problem.hint == "Do this."
    assert problem.title == problem.title_zh == "格式不正确"


def test_a_general_hint_is_in_the_callers_language() -> None:
    """Chinese readers get the Chinese hint."""
    problem = problem_of(errors.Malformed("x"), instance="/", request_id="r", language="zh")
    assert problem.hint == errors.Malformed.hint_zh


def test_text_that_is_no_unicode_can_still_be_told() -> None:
    """Half a surrogate pair in a caller's text must not break the answer that quotes it."""
    problem = problem_of(
        errors.Malformed("\ud800", found="\udfff"), instance="/", request_id="r", language="en"
    )
    assert (problem.detail, problem.found) == ("?", "?")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5, zh-Hans;q=0.7", "zh"),
        ("en,zh", "en"),
        ("zh;q=0", "en"),
        ("fr, de;q=0.8", "en"),
        ("zh;q=abc", "en"),
        ("zh;level=1", "zh"),
        ("zh;q=9", "zh"),
        (";;;,,,=", "en"),
    ],
)
def test_the_better_liked_language_is_chosen(header: str, language: str) -> None:
    """RFC 9110 section 12.5.4, and English when in doubt."""
    chosen = preferred_language(header)
    assert chosen == language
    assert Bilingual(en="en", zh="zh").read_in(chosen) == language


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/cbor", "application/cbor"),
        ("application/*;q=0.5, application/cbor;q=0.9", "application/cbor"),
        ("application/cbor;q=0.1, application/json;q=0.2", "application/json"),
        ("application/cbor;q=oops", "application/json"),
        ("application/cbor; profile=x", "application/cbor"),
        ("text/html", "application/json"),
    ],
)
def test_the_better_liked_media_type_is_chosen(accept: str, chosen: str) -> None:
    """RFC 9110 section 12.5.1, and the first offer when in doubt."""
    assert preferred_media_type(accept, ("application/json", "application/cbor")) == chosen


def test_what_nobody_expected_is_an_incident_without_its_text(
    caller: Caller, node: FakeNode, caplog: pytest.LogCaptureFixture
) -> None:
    """500 with a number; the log has the exception, once, under the same number."""
    node.read_error = RuntimeError("the secret cause")
    with caplog.at_level(logging.ERROR, logger="tallystick.api"):
        reply = caller.get("/v1/status")
    assert (reply.status, reply.code) == (500, "E_INTERNAL")
    request_id = reply.headers["tally-request-id"]
    assert reply.json["detail"] == f"incident {request_id}"
    assert reply.json["request_id"] == request_id
    assert "secret" not in reply.text
    assert len(caplog.records) == 1
    assert request_id in caplog.text
    assert "the secret cause" in caplog.text


def test_a_halted_node_is_503_and_logged(
    caller: Caller, node: FakeNode, caplog: pytest.LogCaptureFixture
) -> None:
    """Monitors see it, and the log says where."""
    node.read_error = errors.StorageFailed("disk full")
    with caplog.at_level(logging.ERROR, logger="tallystick.api"):
        reply = caller.get("/readyz")
    assert (reply.status, reply.code) == (503, "E_STORAGE")
    assert "disk full" in caplog.text


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/nope", 404, "E_NOT_FOUND"),
        ("/v1", 404, "E_NOT_FOUND"),
        ("/v1/blocks/", 404, "E_NOT_FOUND"),
        ("/v1/blocks?limit=0", 400, "E_REQUEST"),
        ("/v1/blocks?limit=-1", 400, "E_REQUEST"),
        ("/v1/blocks?limit=501", 400, "E_REQUEST"),
        ("/v1/blocks?limit=%D9%A1", 400, "E_REQUEST"),
        ("/v1/blocks?limit=1&limit=2", 400, "E_REQUEST"),
        ("/v1/blocks?cursor=AAAA", 422, "E_ARGUMENT"),
        ("/v1/blocks?cursor=", 400, "E_REQUEST"),
        ("/v1/blocks?from=yesterday", 400, "E_REQUEST"),
        ("/v1/blocks?from=2026-11-22", 400, "E_REQUEST"),
        ("/v1/blocks?from=2026-11-22T00:00:00", 400, "E_REQUEST"),
        ("/v1/blocks?from=1900-01-01T00:00:00Z", 400, "E_REQUEST"),
        ("/v1/blocks?from=99999999999999999", 400, "E_REQUEST"),
        ("/v1/blocks?limit=1%00", 400, "E_REQUEST"),
        ("/v1/blocks?%FF=1", 400, "E_REQUEST"),
        ("/v1/blocks?" + "&".join(f"a{n}=1" for n in range(99)), 400, "E_REQUEST"),
        ("/v1/transactions?q=" + "x" * 300, 400, "E_REQUEST"),
        ("/v1/transactions/abc", 400, "E_REQUEST"),
        ("/v1/transactions/" + "g" * 64, 400, "E_REQUEST"),
        ("/v1/transactions/" + "0" * 64, 404, "E_NOT_FOUND"),
        ("/v1/blocks/x", 400, "E_REQUEST"),
        ("/v1/blocks/99999999999999999999", 400, "E_REQUEST"),
        ("/v1/blocks/7", 404, "E_NOT_FOUND"),
        ("/v1/organizations/nobody", 404, "E_NOT_FOUND"),
        ("/v1/evidence/deposits/EV-1", 404, "E_NOT_FOUND"),
        ("/v1/errors/E_NONE", 404, "E_NOT_FOUND"),
        ("/v1/log/proof/inclusion", 400, "E_REQUEST"),
        ("/v1/log/proof/inclusion?index=5", 404, "E_NOT_FOUND"),
        ("/v1/state/a/b/" + "c" * 500 + "/proof", 422, "E_ARGUMENT"),
        ("/?lang=fr", 400, "E_REQUEST"),
    ],
)
def test_wrong_requests_are_typed_problems(
    caller: Caller, target: str, status: int, code: str
) -> None:
    """Each with its request id; never a 5xx."""
    reply = caller.get(target)
    assert (reply.status, reply.code) == (status, code)
    assert reply.json["request_id"] == reply.headers["tally-request-id"]
    assert reply.json["status"] == status


def test_a_wrong_method_names_the_right_ones(caller: Caller) -> None:
    """405 with Allow (RFC 9110)."""
    reply = caller.get("/v1/blocks", method="DELETE")
    assert (reply.status, reply.code) == (405, "E_METHOD")
    assert reply.headers["allow"] == "GET, HEAD"
    assert caller.get("/v1/transactions/batch").headers["allow"] == "POST"
    both = caller.get("/v1/contracts/evidence/deposit", method="PUT")
    assert both.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", "application"])
def test_a_wrong_media_type_is_415(caller: Caller, content_type: str) -> None:
    """And the right one is named."""
    reply = caller.post("/v1/transactions", deposit(1), content_type)
    assert (reply.status, reply.code) == (415, "E_MEDIA_TYPE")
    assert reply.json["expected"] == "application/cose"


def test_parameters_of_a_media_type_do_not_matter(caller: Caller) -> None:
    """RFC 9052 gives application/cose a parameter."""
    content_type = 'Application/COSE; cose-type="cose-sign1"'
    assert caller.post("/v1/transactions", deposit(1), content_type).status == 201


def test_every_answer_has_its_own_request_id(caller: Caller) -> None:
    """So that a log line can be found again."""
    ids = {caller.get("/healthz").headers["tally-request-id"] for _ in range(5)}
    assert len(ids) == 5


def test_error_codes_can_be_looked_up(caller: Caller) -> None:
    """The `type` of every problem leads to its meaning, in both languages."""
    listed = {one["code"]: one for one in caller.get("/v1/errors").json["items"]}
    assert {kind.code for kind in OWN_CLASSES} <= listed.keys()
    problem = caller.get("/nope").json
    assert caller.get(problem["type"]).json == listed["E_NOT_FOUND"]
    assert listed["E_DUP"]["title_zh"] == "已存在"


def test_hosts_can_be_limited(node: FakeNode) -> None:
    """A page elsewhere that rebinds its own name to this address learns nothing."""
    import asyncio

    app = create_app(node, host_names=frozenset({"localhost", "::1"}))
    with asyncio.Runner() as runner:
        caller = Caller(app, runner)
        assert caller.get("/healthz").status == 200  # the caller says localhost:8700
        scopes = {"evil.example": 400, "LOCALHOST": 200, "[::1]:8700": 200, "": 400}
        for host, status in scopes.items():
            from tests.unit.api.caller import scope

            made = scope("GET", "/healthz", {})
            made["headers"] = [(b"host", host.encode())]
            sent: list[dict[str, object]] = []

            async def receive() -> dict[str, object]:
                return {"type": "http.disconnect"}

            async def send(message: object, into: list[dict[str, object]] = sent) -> None:
                assert isinstance(message, dict)
                into.append(message)

            runner.run(app(made, receive, send))
            assert sent[0]["status"] == status, host


def test_a_chinese_reader_is_answered_in_chinese_throughout(caller: Caller) -> None:
    """Message, expectation and advice: no English sentence that was written for a door."""
    asked = "/v1/transactions?limit=0"
    chinese = caller.get(asked, accept_language="zh-CN").json
    assert chinese["detail"] == "limit 应为：1 至 500 的整数"
    assert chinese["expected"] == "1 至 500 的整数"
    assert chinese["hint"] == errors.Rejected.hint_zh
    assert caller.get(asked).json["detail"] == "limit should be an integer from 1 to 500"
