# SPDX-License-Identifier: Apache-2.0
"""What a contract author imports, and the schema that everything else is derived from."""

from msgspec import Meta, field
from msgspec.structs import asdict, replace

from tallystick.contracts.arguments import arguments_from_json, arguments_from_text
from tallystick.contracts.context import Context
from tallystick.contracts.contract import ANY_MEMBER, Contract, action, query
from tallystick.contracts.definition import Definition, Frame, Method, define, schema_of
from tallystick.contracts.json_schemas import json_schema, value_json_schema
from tallystick.contracts.label import Format, Help, Label
from tallystick.contracts.records import Arguments, Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.schema import (
    ContractSchema,
    EventSchema,
    FieldSchema,
    MethodSchema,
    RefusalSchema,
    TableSchema,
    ValueType,
)
from tallystick.contracts.sentences import format_value, sentence
from tallystick.contracts.tables import Table
from tallystick.contracts.text import check_arguments
from tallystick.contracts.values import (
    Amount,
    BoundedText,
    ByteCount,
    Count,
    Digest,
    Identifier,
    Integer,
    MediaType,
    Name,
    OrganizationCode,
    SM3Digest,
    Timestamp,
)
from tallystick.errors import (
    Duplicate,
    HashMismatch,
    InvalidValue,
    Refused,
    UnknownRecord,
    WrongState,
)
from tallystick.model import Signer

__all__ = [
    "ANY_MEMBER",
    "Amount",
    "Arguments",
    "BoundedText",
    "ByteCount",
    "Context",
    "Contract",
    "ContractSchema",
    "Count",
    "Definition",
    "Digest",
    "Duplicate",
    "Event",
    "EventSchema",
    "FieldSchema",
    "Format",
    "Frame",
    "HashMismatch",
    "Help",
    "Identifier",
    "Integer",
    "InvalidValue",
    "Label",
    "MediaType",
    "Meta",
    "Method",
    "MethodSchema",
    "Name",
    "OrganizationCode",
    "Record",
    "Refusal",
    "RefusalSchema",
    "Refused",
    "SM3Digest",
    "Signer",
    "Table",
    "TableSchema",
    "Timestamp",
    "UnknownRecord",
    "ValueType",
    "WrongState",
    "action",
    "arguments_from_json",
    "arguments_from_text",
    "asdict",
    "check_arguments",
    "define",
    "field",
    "format_value",
    "json_schema",
    "query",
    "replace",
    "schema_of",
    "sentence",
    "value_json_schema",
]
