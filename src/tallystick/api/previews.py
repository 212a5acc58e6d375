# SPDX-License-Identifier: Apache-2.0
"""What a call would do, before anybody signs it: tried on the newest state, never kept."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import NO_STORE, Answer, json_answer
from tallystick.api.arguments import read_json_arguments
from tallystick.api.asked import Asked
from tallystick.api.calls import PrepareRequest, action_of, call_of, caller_of, read_body
from tallystick.api.catalogue import Catalogue
from tallystick.api.changes import RecordChange, show_changes
from tallystick.api.decoded import decode_outcome
from tallystick.api.readers import Readers, readers_of
from tallystick.api.records import DecodedCall, DecodedValue, EventRecord, Sentence
from tallystick.api.represent import show_event, show_value
from tallystick.api.wire_types import Code, Json, Time, TimeMs, format_time
from tallystick.encoding import Value
from tallystick.errors import InvalidArguments, Refused, TallystickError, error_classes
from tallystick.model import NO_WRITES, OK, Call, Execution, Outcome
from tallystick.node import Caller, Previewed


class PreviewError(Struct, frozen=True, kw_only=True):
    """Why a call would be refused."""

    code: Annotated[str, Meta(description="Stable; the code that the transaction would get.")]
    title: Annotated[Sentence, Meta(description="What kind of error.")]
    sentence: Annotated[Sentence, Meta(description="What the rule says this time.")]
    detail: Annotated[str, Meta(description="What is at fault, in English; may be empty.")]
    hint: Annotated[Sentence, Meta(description="What to do now.")]
    field: Annotated[str | None, Meta(description="The argument or field at fault.")]
    expected: str | None
    found: str | None
    facts: Annotated[list[DecodedValue], Meta(description="What the contract says about it.")]


class PreviewRecord(Struct, frozen=True, kw_only=True):
    """What a call would do in the next block."""

    contract: str
    method: str
    organization: str
    member: Annotated[str | None, Meta(description="Null if the key is no active member's.")]
    height: Annotated[int, Meta(ge=0, description="Block on whose state it was tried.")]
    time: Annotated[Time, Meta(description="The block time that was assumed.")]
    time_ms: TimeMs
    code: Code
    sentence: Annotated[Sentence, Meta(description="What it would do, or why it would not.")]
    error: Annotated[PreviewError | None, Meta(description="Null if it would be done.")]
    call: Annotated[DecodedCall, Meta(description="Arguments and result in words.")]
    result: Annotated[Json, Meta(description="What it would return; null after a refusal.")]
    events: list[EventRecord]
    changes: list[RecordChange]
    change_count: Annotated[int, Meta(ge=0, description="More than are listed, if it is large.")]
    readers: Readers


def preview_call(asked: Asked) -> Answer:
    """Answer POST /v1/contracts/{contract}/{method}/preview."""
    request = read_body(asked.body, PrepareRequest)
    method = action_of(asked)
    node, caller = asked.server.node, caller_of(request)
    try:
        call = call_of(asked, request, read_json_arguments(request.args, method))
        previewed: Previewed = node.contract_desk.previews.preview(call, caller)
    except InvalidArguments as error:
        # A form that is half filled in: as any other refusal, and nothing was tried.
        status = node.status()
        call = call_of(asked, PrepareRequest(public_key="", organization=""), {})
        facts: dict[str, Value] = {
            name: text for name, text in (("field", error.field), ("found", error.found)) if text
        }
        execution = Execution(error.code, facts or None, (), {})
        previewed = Previewed(status.height, status.block_time, None, execution, {}, error)
    record = _show(call, caller, previewed, asked)
    return json_answer(record, headers=(NO_STORE,))


def _show(call: Call, caller: Caller, previewed: Previewed, asked: Asked) -> PreviewRecord:
    catalogue, done = asked.server.catalogue, previewed.execution
    outcome = Outcome(done.code, done.result, done.events, NO_WRITES)
    decoded = decode_outcome(call, outcome, catalogue)
    changes = show_changes(previewed.before, done.writes, catalogue)
    said = catalogue.transaction_sentence(call, caller.organization, outcome)
    organizations = asked.server.node.register().register.organizations
    return PreviewRecord(
        contract=call.contract,
        method=call.method,
        organization=caller.organization,
        member=None if previewed.signer is None else previewed.signer.member,
        height=previewed.height,
        time=format_time(previewed.time),
        time_ms=previewed.time,
        code=done.code,
        sentence=Sentence(zh=said.zh, en=said.en),
        error=None if done.code == OK else _error(call, previewed, decoded, catalogue),
        call=decoded,
        result=show_value(done.result) if done.code == OK else None,
        events=[
            show_event(event, position, catalogue) for position, event in enumerate(done.events)
        ],
        changes=changes,
        change_count=len(done.writes),
        readers=readers_of(changes, catalogue, organizations),
    )


def _error(
    call: Call, previewed: Previewed, decoded: DecodedCall, catalogue: Catalogue
) -> PreviewError:
    done, refusal = previewed.execution, previewed.refusal
    kind = error_classes().get(done.code, Refused)
    why = catalogue.refusal_sentence(call.contract, done.code, done.result)
    facts = done.result if isinstance(done.result, dict) else {}
    return PreviewError(
        code=done.code,
        title=Sentence(zh=kind.title_zh, en=kind.title_en),
        sentence=Sentence(zh=why.zh, en=why.en),
        detail="" if refusal is None else refusal.message[:300],
        hint=Sentence(zh=kind.hint_zh, en=kind.hint_en),
        field=_told("field", refusal, facts),
        expected=_told("expected", refusal, facts),
        found=_told("found", refusal, facts),
        facts=[] if decoded.refusal is None else decoded.refusal.facts,
    )


def _told(name: str, refusal: TallystickError | None, facts: dict[str, Value]) -> str | None:
    """Return a part of an error: as the door words it, else as the ledger records it."""
    worded = {} if refusal is None else refusal.facts()
    told = worded.get(name) or facts.get(name)
    return told[:300] if isinstance(told, str) else None
