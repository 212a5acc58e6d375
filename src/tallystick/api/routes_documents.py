# SPDX-License-Identifier: Apache-2.0
"""Routes of documents: sealed files by pieces and ranges, wraps by openings; signed by members."""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import MEDIA_BYTES
from tallystick.api.document_copies import (
    Fetched,
    Shown,
    fetch_piece,
    give_chunk_hashes,
    show_slice,
)
from tallystick.api.documents import (
    Uploaded,
    WrapKept,
    begin_upload,
    give_content,
    give_wrap,
    keep_wrap,
    show_upload,
    show_wrap,
    take_piece,
)
from tallystick.api.language import Bilingual
from tallystick.api.parameters import SIGNED_REQUEST, Kind, Parameter, Place, path_text
from tallystick.api.table import Policy, Reply, RequestBody, Route
from tallystick.errors import (
    Corrupted,
    Erased,
    Expired,
    HashMismatch,
    InvalidSignature,
    LimitExceeded,
    Malformed,
    NotAMember,
    NotFound,
    RangeNotSatisfiable,
    RoleMissing,
    TooFarAhead,
    UnknownRecord,
    WrongNetwork,
    WrongOffset,
    WrongProtocol,
)
from tallystick.model import DOCUMENT_WRAP_BYTES_MAX, UPLOAD_PIECE_BYTES_MAX

_PATH: Final = "/v1/documents/{document}/{version}"
_MEDIA_PIECE: Final = "application/offset+octet-stream"


def _header(name: str, description: str, example: str, *, is_required: bool = True) -> Parameter:
    return Parameter(
        name=name,
        place=Place.HEADER,
        description=description,
        example=example,
        is_required=is_required,
    )


def _path_number(name: str, description: str) -> Parameter:
    return Parameter(
        name=name,
        place=Place.PATH,
        kind=Kind.INTEGER,
        minimum=1,
        description=description,
        is_required=True,
        example=1,
    )


_WHICH: Final = (
    path_text("document", "Id of the document in the register.", "D-1"),
    _path_number("version", "Its version."),
)
_PARAMETERS: Final = (*_WHICH, SIGNED_REQUEST)
_TUS: Final = _header("Tus-Resumable", "Version of tus: 1.0.0.", "1.0.0")
_ERRORS: Final = (
    *(InvalidSignature, NotAMember, WrongNetwork, Expired, TooFarAhead),
    *(NotFound, Erased, RoleMissing, UnknownRecord),
)

ROUTES: Final = (
    Route(
        method="POST",
        path=f"{_PATH}/upload",
        name="begin_upload",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Begin to upload a sealed file", zh="开始上传密文"),
        description="tus 1.0 creation, of a version that the register has, at a node of its "
        "owner, of a grantee or of a keeper. Begun again, the same upload goes on.",
        parameters=(*_PARAMETERS, _TUS, _header("Upload-Length", "Bytes in all.", "1048576")),
        replies=(Reply(201, "Location and Upload-Offset.", media_types=()),),
        errors=(*_ERRORS, HashMismatch, WrongProtocol, LimitExceeded),
        reader=begin_upload,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/upload",
        name="show_upload",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="How far an upload is", zh="上传进度"),
        description="With HEAD: Upload-Offset and Upload-Length (tus 1.0 core).",
        parameters=(*_PARAMETERS, _TUS),
        replies=(Reply(200, "The offset.", Uploaded),),
        errors=(*_ERRORS, WrongProtocol),
        reader=show_upload,
    ),
    Route(
        method="PATCH",
        path=f"{_PATH}/upload",
        name="take_piece",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="The next piece of an upload", zh="上传下一分块"),
        description="On disk when it answers. With the last piece the whole is checked against "
        "the address in the register: what differs is not kept, nor what is not sealed. An upload "
        "without a piece for 24 hours is given up.",
        parameters=(*_PARAMETERS, _TUS, _header("Upload-Offset", "Where the piece begins.", "0")),
        body=RequestBody((_MEDIA_PIECE,), UPLOAD_PIECE_BYTES_MAX, description="The bytes."),
        replies=(Reply(204, "Upload-Offset.", media_types=()),),
        errors=(*_ERRORS, HashMismatch, Malformed, WrongOffset, WrongProtocol),
        reader=take_piece,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/content",
        name="give_content",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="A sealed file, or a range of it", zh="密文或其一部分"),
        description="For its owner, grantees and keepers; sealed. A range gets 8 MiB at most. The "
        "ETag is the address.",
        parameters=(
            *_PARAMETERS,
            _header("Range", "Bytes wanted (RFC 9110).", "bytes=0-", is_required=False),
            _header("If-Range", "ETag of what is there already.", '"bafy..."', is_required=False),
        ),
        replies=(
            Reply(200, "All of it.", media_types=(MEDIA_BYTES,)),
            Reply(206, "The range.", media_types=(MEDIA_BYTES,)),
        ),
        errors=(*_ERRORS, RangeNotSatisfiable, Corrupted),
        reader=give_content,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/chunks",
        name="give_chunk_hashes",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Hashes of a sealed file's chunks", zh="密文各分块哈希"),
        description="The index of section 4 of docs/spec/document.md: the address follows from "
        "it, and each chunk is checked by it as it comes.",
        parameters=_PARAMETERS,
        replies=(Reply(200, "Size and hashes.", media_types=(MEDIA_BYTES,)),),
        errors=(*_ERRORS, Corrupted),
        reader=give_chunk_hashes,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/possession/{{seed}}",
        name="show_slice",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Prove that a sealed file is here", zh="证明持有密文"),
        description="The slice that follows from seed, address and node, with its path to the "
        "slices root on the ledger: docs/spec/document.md section 3. Ask with a seed by chance.",
        parameters=(
            *_PARAMETERS,
            Parameter(
                name="seed",
                place=Place.PATH,
                kind=Kind.HASH,
                description="32 bytes that nobody knew before.",
                is_required=True,
                example="00" * 32,
            ),
        ),
        replies=(Reply(200, "Slice and path.", Shown),),
        errors=(*_ERRORS, Corrupted),
        reader=show_slice,
    ),
    Route(
        method="POST",
        path=f"{_PATH}/fetch",
        name="fetch_piece",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Have a piece from another node", zh="向其他节点取一分块"),
        description="The node asks the nodes that its operator knows for the next 8 MiB, checks "
        "them, and keeps them. Asked until `offset` is `size`; a damaged copy is fetched anew.",
        parameters=_PARAMETERS,
        replies=(Reply(200, "How far it is.", Fetched),),
        errors=(*_ERRORS, HashMismatch, LimitExceeded),
        reader=fetch_piece,
    ),
    Route(
        method="PUT",
        path=f"{_PATH}/wraps/{{organization}}",
        name="keep_wrap",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Hand over a wrap", zh="提交密钥封装"),
        description="The file's key and name, sealed to an organisation that may open it: from "
        "the owner, or from that organisation.",
        parameters=(
            *_PARAMETERS,
            path_text("organization", "For whom.", "911100001000000059"),
        ),
        body=RequestBody((MEDIA_BYTES,), DOCUMENT_WRAP_BYTES_MAX, description="An age file."),
        replies=(Reply(200, "On disk.", WrapKept),),
        errors=_ERRORS,
        reader=keep_wrap,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/wraps/{{organization}}",
        name="show_wrap",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="Whether a wrap is here", zh="密钥封装是否已交付"),
        description="Asked before an opening is recorded, which counts as a use of the grant. For "
        "the owner and that organisation; the wrap itself is given for an opening only.",
        parameters=(
            *_PARAMETERS,
            path_text("organization", "For whom.", "911100001000000059"),
        ),
        replies=(Reply(200, "It is here.", WrapKept),),
        errors=_ERRORS,
        reader=show_wrap,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/openings/{{number}}",
        name="give_wrap",
        tag="documents",
        policy=Policy.MEMBER,
        summary=Bilingual(en="The wrap, by an opening", zh="凭打开记录取密钥封装"),
        description="For the organisation that the register has recorded an opening of, within "
        "ten minutes of its block.",
        parameters=(*_PARAMETERS, _path_number("number", "Of the opening.")),
        replies=(Reply(200, "An age file.", media_types=(MEDIA_BYTES,)),),
        errors=_ERRORS,
        reader=give_wrap,
    ),
)
