# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes in and out: the one home of what is hashed and signed."""

from tallystick.encoding.canonical import (
    ENCODER,
    Value,
    check_plain,
    decode,
    decode_structure,
    encode,
)
from tallystick.encoding.cid import CID_SIZE, CODEC_DAG_PB, CODEC_RAW, Cid
from tallystick.encoding.cose import (
    Header,
    Sign1,
    build_sign1,
    decode_header,
    encode_header,
    parse_sign1,
    to_be_signed,
)
from tallystick.encoding.dag_pb import (
    FileLink,
    NodeLink,
    decode_links,
    decode_varint,
    encode_file_node,
    encode_varint,
)
from tallystick.encoding.engine_bytes import (
    engine_block_id,
    engine_header_leaves,
    engine_precommit,
    engine_validator_leaf,
)
from tallystick.encoding.foreign_cose import ForeignSign1, decode_foreign, parse_foreign_sign1
from tallystick.encoding.heads import decode_cbor, encode_cbor
from tallystick.encoding.learning import learn_type
from tallystick.encoding.prepared import prepare
from tallystick.encoding.text import (
    format_base64,
    format_base64url,
    format_json,
    parse_base64,
    parse_base64url,
    parse_hex,
    parse_json,
)

__all__ = [
    "CID_SIZE",
    "CODEC_DAG_PB",
    "CODEC_RAW",
    "ENCODER",
    "Cid",
    "FileLink",
    "ForeignSign1",
    "Header",
    "NodeLink",
    "Sign1",
    "Value",
    "build_sign1",
    "check_plain",
    "decode",
    "decode_cbor",
    "decode_foreign",
    "decode_header",
    "decode_links",
    "decode_structure",
    "decode_varint",
    "encode",
    "encode_cbor",
    "encode_file_node",
    "encode_header",
    "encode_varint",
    "engine_block_id",
    "engine_header_leaves",
    "engine_precommit",
    "engine_validator_leaf",
    "format_base64",
    "format_base64url",
    "format_json",
    "learn_type",
    "parse_base64",
    "parse_base64url",
    "parse_foreign_sign1",
    "parse_hex",
    "parse_json",
    "parse_sign1",
    "prepare",
    "to_be_signed",
]
