# SPDX-License-Identifier: Apache-2.0
"""Routes of private data: sealed bytes for their readers, by a request that a member signed."""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import MEDIA_CBOR
from tallystick.api.language import Bilingual
from tallystick.api.parameters import NAME_PATTERN, SIGNED_REQUEST, Kind, Parameter, path_text
from tallystick.api.private import Kept, give_sealed, keep_sealed
from tallystick.api.table import Policy, Reply, RequestBody, Route
from tallystick.errors import (
    Erased,
    Expired,
    HashMismatch,
    InvalidSignature,
    NotAMember,
    NotFound,
    RoleMissing,
    TooFarAhead,
    UnknownRecord,
    WrongNetwork,
)
from tallystick.model import PACKAGE_BYTES_MAX

_PATH: Final = "/v1/private/{contract}/{part}/{record:path}"
_PARAMETERS: Final = (
    path_text("contract", "Name of the contract.", "vault"),
    path_text("part", "What the contract calls its part.", "secrets", pattern=NAME_PATTERN),
    path_text("record", "Id of the private record.", "P-1"),
    SIGNED_REQUEST,
)
_ONLY: Final = Parameter(
    name="only",
    kind=Kind.CHOICE,
    choices=("wraps",),
    description="The wrap without the sealed bytes, which are then an empty string: to learn "
    "whether they are held here.",
)
_ERRORS: Final = (
    *(InvalidSignature, NotAMember, WrongNetwork, Expired, TooFarAhead),
    *(NotFound, Erased, RoleMissing, UnknownRecord),
)

ROUTES: Final = (
    Route(
        method="PUT",
        path=_PATH,
        name="keep_sealed",
        tag="private",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Hand over sealed bytes and wraps", zh="提交密文与密钥封装"),
        description="For owner and recipients of the record, at a node of one of them. The bytes "
        "must hash to what the ledger declares. Without sealed bytes (an empty string), the wraps "
        "join those that are held. The same again does no harm.",
        parameters=_PARAMETERS,
        body=RequestBody(
            (MEDIA_CBOR,), PACKAGE_BYTES_MAX, description="Map of `sealed` and `wraps`."
        ),
        replies=(Reply(200, "On disk.", Kept),),
        errors=(*_ERRORS, HashMismatch),
        reader=keep_sealed,
    ),
    Route(
        method="GET",
        path=_PATH,
        name="give_sealed",
        tag="private",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Sealed bytes, for their readers", zh="向接收方提供密文"),
        description="The sealed bytes and the wrap of the signer's organisation. After the record "
        "was erased: 410.",
        parameters=(*_PARAMETERS, _ONLY),
        replies=(Reply(200, "Map of `sealed` and `wraps`.", media_types=(MEDIA_CBOR,)),),
        errors=_ERRORS,
        reader=give_sealed,
    ),
)
