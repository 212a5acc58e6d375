# SPDX-License-Identifier: Apache-2.0
"""Contracts over HTTP: their schemas, queries, and calls prepared here but signed by the caller.

The node never sees a secret key: `prepare` returns the bytes to sign, the caller signs them where
the key is, and sends the signature back.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from tallystick.api.answer import MEDIA_JSON, NO_STORE, Answer, json_answer
from tallystick.api.arguments import read_json_arguments, read_text_arguments
from tallystick.api.asked import Asked
from tallystick.api.represent import show_value
from tallystick.api.submit import submit_once
from tallystick.api.wire_types import Base64, Count, Hash, Json, Time, TimeMs, format_time
from tallystick.api.wire_types import parse_time as parse_wire_time
from tallystick.contracts import MethodSchema
from tallystick.encoding import (
    Value,
    build_sign1,
    format_base64,
    format_json,
    parse_base64,
    parse_hex,
    parse_json,
    to_be_signed,
)
from tallystick.errors import InvalidArguments, Malformed, Rejected, UnknownContract
from tallystick.membership import BUILT_IN_CONTRACTS
from tallystick.model import Call, check_organization_id, decode_call, encode_call, protected_header
from tallystick.node import Caller
from tallystick.units import HASH_SIZE, INTEGER_MAX
from tallystick.units import TimeMs as Milliseconds

_SIGNATURE_SIZE = 64
_NONCE_BITS = 53
"""So that every JSON reader keeps it exactly."""
_LIFETIME_MS_DEFAULT = 60 * 60 * 1000

_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""May be one: cheap to look for, and rare."""

Body = TypeVar("Body")

OrganizationText: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[0-9A-HJ-NPQRTUWXY]{18}$",
        max_length=18,
        description="The signer's organisation: a unified social credit code.",
    ),
]


class InstalledRecord(Struct, frozen=True, kw_only=True):
    """A version of a contract that is installed on this node, whether it runs or not."""

    name: str
    version: Count
    digest: Annotated[Hash, Meta(description="SHA-256 over its sources: what a vote names.")]
    migrates_from: Annotated[list[int], Meta(description="Versions whose records it can move.")]


class UnreadableRecord(Struct, frozen=True, kw_only=True):
    """A version that is installed on this node, and of whose sources there is no digest."""

    name: str
    version: Count
    problem: Annotated[str, Meta(description="Why: nobody can vote for it, nor see its sources.")]


class NeededRecord(Struct, frozen=True, kw_only=True):
    """A version of a contract that the network voted for and this node has not installed."""

    name: str
    version: Count
    digest: Annotated[Hash | None, Meta(description="Null: any sources of this version will do.")]
    height: Annotated[Count, Meta(description="First block that needs it: there the node stops.")]
    found: Annotated[str, Meta(description="What is installed in its place.")]


class ContractList(Struct, frozen=True):
    """The contracts that this node runs."""

    items: list[dict[str, Json]]
    """Each a contract's schema: methods with arguments, tables, events, refusals."""
    installed: list[InstalledRecord]
    missing: list[NeededRecord]
    unreadable: list[UnreadableRecord]


class PrepareRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A call to be signed."""

    args: Annotated[
        dict[str, Any],
        Meta(description="By name. Bytes are hexadecimal where the schema says bytes."),
    ] = {}
    public_key: Hash
    organization: OrganizationText
    nonce: Annotated[int, Meta(ge=0, le=INTEGER_MAX, description="Random if absent.")] | None = None
    valid_until: Time | TimeMs | None = None
    """RFC 3339 or unix milliseconds; in an hour if absent."""


class PreparedCall(Struct, frozen=True, kw_only=True):
    """The bytes of a call: sign `to_be_signed` with Ed25519, then POST payload and signature."""

    contract: str
    method: str
    network: str
    payload: Base64
    protected: Base64
    to_be_signed: Annotated[Base64, Meta(description="Sig_structure of RFC 9052, to be signed.")]
    transaction_head: Annotated[
        Base64, Meta(description="The transaction is this and the 64 bytes of the signature.")
    ]
    nonce: Count
    valid_until: Time
    valid_until_ms: TimeMs


class SignedCall(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A prepared call with its signature."""

    payload: Base64
    signature: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z0-9+/]{86}==$",
            max_length=88,
            description="Ed25519 over `to_be_signed`: 64 bytes, base64.",
        ),
    ]
    public_key: Hash
    organization: OrganizationText


class QueryAnswer(Struct, frozen=True):
    """What a contract's query returned, and the block it reflects or a newer one."""

    result: Json
    height: Count


def list_contracts(asked: Asked) -> Answer:
    """Answer GET /v1/contracts."""
    catalogue, node = asked.server.catalogue, asked.server.node
    return json_answer(
        ContractList(
            items=catalogue.plain,
            installed=[
                InstalledRecord(
                    name=one.name,
                    version=one.version,
                    digest=one.digest.hex(),
                    migrates_from=list(one.migrates_from),
                )
                for one in node.contract_desk.installed()
            ],
            missing=[
                NeededRecord(
                    name=one.name,
                    version=one.version,
                    digest=None if one.digest is None else one.digest.hex(),
                    height=one.height,
                    found=one.found,
                )
                for one in node.contract_desk.needed()
            ],
            unreadable=[
                UnreadableRecord(name=one.name, version=one.version, problem=one.problem)
                for one in node.contract_desk.unreadable()
            ],
        )
    )


def show_contract(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}."""
    name, version = asked.required_text("contract"), asked.integer("version")
    return Answer(200, asked.server.catalogue.encoded(name, version), MEDIA_JSON)


def query_contract(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/{method}."""
    method = _method(asked, asked.required_text("method"), "query")
    args = read_text_arguments(asked.extra, method)
    height = asked.server.tip.height
    result = asked.server.node.query(asked.required_text("contract"), method.name, args)
    return json_answer(QueryAnswer(show_value(result), height))


def prepare_call(asked: Asked) -> Answer:
    """Answer POST /v1/contracts/{contract}/{method}/prepare."""
    request = read_body(asked.body, PrepareRequest)
    call = call_of(asked, request, read_json_arguments(request.args, action_of(asked)))
    node, caller = asked.server.node, caller_of(request)
    protected = protected_header(node.network, caller.public_key, caller.organization)
    payload = encode_call(call)
    head = build_sign1(protected, payload, bytes(_SIGNATURE_SIZE))[:-_SIGNATURE_SIZE]
    return json_answer(
        PreparedCall(
            contract=call.contract,
            method=call.method,
            network=node.network,
            payload=format_base64(payload),
            protected=format_base64(protected),
            to_be_signed=format_base64(to_be_signed(protected, payload)),
            transaction_head=format_base64(head),
            nonce=call.nonce,
            valid_until=format_time(call.valid_until),
            valid_until_ms=call.valid_until,
        ),
        headers=(NO_STORE,),
    )


def action_of(asked: Asked) -> MethodSchema | None:
    """Return the action that the path names; None for one that is part of the ledger.

    Membership and governance have no schema; their methods check their own arguments.

    Raises:
        UnknownContract: there is no such contract or action.
    """
    if asked.required_text("contract") in BUILT_IN_CONTRACTS:
        return None
    return _method(asked, asked.required_text("method"), "action")


def caller_of(request: PrepareRequest) -> Caller:
    """Return who would sign.

    Raises:
        Malformed: the organisation's code has a wrong check character.
    """
    return Caller(
        check_organization_id(request.organization),
        parse_hex(request.public_key, size=HASH_SIZE, name="public_key"),
    )


def call_of(asked: Asked, request: PrepareRequest, args: dict[str, Value]) -> Call:
    """Return the call that a request describes, with what it leaves open chosen.

    Raises:
        InvalidArguments: `valid_until` is not a time.
    """
    return Call(
        network=asked.server.node.network,
        contract=asked.required_text("contract"),
        method=asked.required_text("method"),
        args=args,
        nonce=secrets.randbits(_NONCE_BITS) if request.nonce is None else request.nonce,
        valid_until=_valid_until(asked, request.valid_until),
    )


async def submit_call(asked: Asked) -> Answer:
    """Answer POST /v1/contracts/{contract}/{method}: the signed transaction, put together."""
    request = read_body(asked.body, SignedCall)
    payload = parse_base64(request.payload, name="payload")
    call = decode_call(payload)
    contract, method = asked.required_text("contract"), asked.required_text("method")
    if (call.contract, call.method) != (contract, method):
        raise InvalidArguments(
            "the payload calls another method than the path",
            field="payload",
            expected=f"{contract}.{method}",
            found=f"{call.contract}.{call.method}"[:160],
        )
    signature = parse_base64(request.signature, name="signature")
    public_key = parse_hex(request.public_key, size=HASH_SIZE, name="public_key")
    protected = protected_header(asked.server.node.network, public_key, request.organization)
    return await submit_once(asked, build_sign1(protected, payload, signature))


def read_body(body: bytes, kind: type[Body]) -> Body:
    """Return the JSON body as a record of the given type.

    Raises:
        Malformed: not JSON, or ambiguous.
        LimitExceeded: nested too deeply.
        Rejected: fields missing, unknown, or of the wrong type.
    """
    value = parse_json(body, name="body")
    if _LONE_SURROGATE.search(body) and not _is_unicode(value):
        raise Malformed("body: half a surrogate pair is not a character", field="body")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise Rejected(
            f"the body does not fit: {what}", field=where.rstrip("`")[:80] or "body", expected=what
        ) from error


def _is_unicode(value: object) -> bool:
    try:
        format_json(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _method(asked: Asked, name: str, kind: str) -> MethodSchema:
    method = asked.server.catalogue.contract(asked.required_text("contract")).method(name)
    if method.kind != kind:
        raise UnknownContract(
            f"{name} is not a {kind}",
            field="method",
            expected=f"a {kind}",
            found=method.kind,
            hint="Actions are prepared, signed and posted; queries are read with GET.",
        )
    return method


def _valid_until(asked: Asked, stated: str | int | None) -> Milliseconds:
    """Return the end of validity: as stated, or in an hour if the network allows as much."""
    if stated is None:
        lifetime = asked.server.node.status().transaction_lifetime_ms_max
        return Milliseconds(time.time_ns() // 1_000_000 + min(lifetime // 2, _LIFETIME_MS_DEFAULT))
    milliseconds = stated if isinstance(stated, int) else parse_wire_time(stated)
    if milliseconds is None or not 0 <= milliseconds <= INTEGER_MAX:
        raise InvalidArguments(
            "valid_until is not a time",
            field="valid_until",
            expected="RFC 3339 with a zone, or unix milliseconds",
            found=str(stated)[:80],
        )
    return Milliseconds(milliseconds)
