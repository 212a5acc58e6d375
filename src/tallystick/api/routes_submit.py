# SPDX-License-Identifier: Apache-2.0
"""Routes that write: transactions in, and contract calls prepared and signed; and of contracts."""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import MEDIA_CBOR, MEDIA_COSE, MEDIA_JSON
from tallystick.api.calls import (
    ContractList,
    PreparedCall,
    PrepareRequest,
    QueryAnswer,
    SignedCall,
    list_contracts,
    prepare_call,
    query_contract,
    show_contract,
    submit_call,
)
from tallystick.api.language import Bilingual
from tallystick.api.limits import JSON_BYTES_MAX
from tallystick.api.parameters import (
    IDEMPOTENCY_KEY,
    NAME_PATTERN,
    TIMEOUT_MS,
    WAIT,
    Kind,
    Parameter,
    path_text,
)
from tallystick.api.previews import PreviewRecord, preview_call
from tallystick.api.routes_documents import ROUTES as DOCUMENT_ROUTES
from tallystick.api.routes_private import ROUTES as PRIVATE_ROUTES
from tallystick.api.routes_statistics import ROUTES as STATISTICS_ROUTES
from tallystick.api.routes_tables import ROUTES as TABLE_ROUTES
from tallystick.api.submit import BatchAnswer, Submitted, submit_batch, submit_transaction
from tallystick.api.table import Policy, Reply, RequestBody, Route
from tallystick.errors import (
    Expired,
    IdempotencyConflict,
    InvalidArguments,
    InvalidSignature,
    NotAMember,
    Overloaded,
    Refused,
    Replayed,
    TooFarAhead,
    UnknownContract,
    WrongNetwork,
)
from tallystick.units import BATCH_BYTES_MAX, BATCH_TRANSACTIONS_MAX, TRANSACTION_BYTES_MAX

_DOOR_ERRORS: Final = (
    InvalidSignature,
    NotAMember,
    Replayed,
    Refused,
    WrongNetwork,
    Expired,
    TooFarAhead,
    UnknownContract,
    InvalidArguments,
    IdempotencyConflict,
)
_PLACED_EXAMPLE: Final = {
    "transaction": {
        "id": "9f3ac21b" * 8,
        "level": "committed",
        "height": 2185,
        "index": 0,
        "leaf_index": 40312,
        "code": "ok",
    }
}
_CONTRACT: Final = path_text("contract", "Name of the contract.", "evidence", pattern=NAME_PATTERN)
_METHOD: Final = path_text("method", "Name of the method.", "deposit", pattern=NAME_PATTERN)

ROUTES: Final = (
    Route(
        method="POST",
        path="/v1/transactions",
        name="submit_transaction",
        tag="submit",
        policy=Policy.SIGNED,
        summary=Bilingual(en="Submit a signed transaction", zh="提交已签名的交易"),
        description="The body is one COSE_Sign1 message (docs/spec/transaction.md). Waits until "
        "the transaction is durable and final. A refusal by a contract's rule is an outcome too: "
        "it is recorded, and answered as a 409 problem with `transaction`. The same bytes again "
        "give the first outcome, so every failure may be retried.",
        parameters=(WAIT, TIMEOUT_MS, IDEMPOTENCY_KEY),
        body=RequestBody((MEDIA_COSE,), TRANSACTION_BYTES_MAX, description="COSE_Sign1, tag 18."),
        replies=(
            Reply(201, "Committed.", Submitted, example=_PLACED_EXAMPLE),
            Reply(202, "Taken, not final yet: look it up by its id.", Submitted),
        ),
        errors=_DOOR_ERRORS,
        taker=submit_transaction,
    ),
    Route(
        method="POST",
        path="/v1/transactions/batch",
        name="submit_batch",
        tag="submit",
        policy=Policy.SIGNED,
        summary=Bilingual(en="Submit many signed transactions", zh="批量提交交易"),
        description=f"The body is one canonical CBOR array of byte strings, at most "
        f"{BATCH_TRANSACTIONS_MAX:,}, each a signed transaction. Every one has its own result, in "
        "the same order. With `Accept: application/cbor` the answer has the same shape in CBOR.",
        parameters=(WAIT, TIMEOUT_MS),
        body=RequestBody((MEDIA_CBOR,), BATCH_BYTES_MAX, description="Array of byte strings."),
        replies=(
            Reply(
                200,
                "What became of each, in order.",
                BatchAnswer,
                media_types=(MEDIA_JSON, MEDIA_CBOR),
            ),
        ),
        taker=submit_batch,
    ),
    Route(
        method="GET",
        path="/v1/contracts",
        name="list_contracts",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The contracts and their schemas", zh="合约及其定义"),
        replies=(Reply(200, "Methods, arguments, tables, events, refusals.", ContractList),),
        reader=list_contracts,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}",
        name="show_contract",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="One contract's schema", zh="单个合约的定义"),
        parameters=(
            _CONTRACT,
            Parameter(
                name="version",
                kind=Kind.INTEGER,
                minimum=0,
                description="Of an installed version; absent: the one that runs.",
                example=1,
            ),
        ),
        replies=(Reply(200, "The schema."),),
        errors=(UnknownContract,),
        reader=show_contract,
    ),
    *STATISTICS_ROUTES,  # before the methods of contracts, which any name fits
    Route(
        method="GET",
        path="/v1/contracts/{contract}/{method}",
        name="query_contract",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Run a contract's query", zh="执行合约查询"),
        description="On the newest state. Arguments are fields of the query string.",
        parameters=(_CONTRACT, _METHOD),
        is_open=True,
        replies=(Reply(200, "What the query returned.", QueryAnswer),),
        errors=(UnknownContract, InvalidArguments, Refused),
        reader=query_contract,
    ),
    Route(
        method="POST",
        path="/v1/contracts/{contract}/{method}",
        name="submit_call",
        tag="contracts",
        policy=Policy.SIGNED,
        summary=Bilingual(en="Submit a prepared and signed call", zh="提交已签名的合约调用"),
        parameters=(_CONTRACT, _METHOD, WAIT, TIMEOUT_MS, IDEMPOTENCY_KEY),
        body=RequestBody((MEDIA_JSON,), JSON_BYTES_MAX, SignedCall),
        replies=(
            Reply(201, "Committed.", Submitted, example=_PLACED_EXAMPLE),
            Reply(202, "Taken, not final yet: look it up by its id.", Submitted),
        ),
        errors=_DOOR_ERRORS,
        taker=submit_call,
    ),
    Route(
        method="POST",
        path="/v1/contracts/{contract}/{method}/prepare",
        name="prepare_call",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Prepare a call for signing", zh="生成待签名的合约调用"),
        description="Returns the bytes to sign; nothing is submitted and no secret is needed.",
        parameters=(_CONTRACT, _METHOD),
        body=RequestBody((MEDIA_JSON,), JSON_BYTES_MAX, PrepareRequest),
        replies=(Reply(200, "The bytes to sign.", PreparedCall),),
        errors=(UnknownContract, InvalidArguments),
        reader=prepare_call,
    ),
    Route(
        method="POST",
        path="/v1/contracts/{contract}/{method}/preview",
        name="preview_call",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="See what a call would do", zh="预览合约调用的效果"),
        description="The body is that of `prepare`. The call is tried on the newest state by the "
        "ledger's own code, and nothing is kept: neither the nonce, nor what it writes. A call "
        "that would be refused is answered with its `code` and `error`. Unknown until a block "
        "holds it: the transaction's id, for which zeros stand, and what others change before.",
        parameters=(_CONTRACT, _METHOD),
        body=RequestBody((MEDIA_JSON,), JSON_BYTES_MAX, PrepareRequest),
        replies=(Reply(200, "What it would do.", PreviewRecord),),
        errors=(UnknownContract, Overloaded),
        reader=preview_call,
    ),
    *TABLE_ROUTES,
    *PRIVATE_ROUTES,
    *DOCUMENT_ROUTES,
)
