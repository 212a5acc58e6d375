# SPDX-License-Identifier: Apache-2.0
"""What a contract author imports, and the schema that everything else is derived from."""

from msgspec import (
    Meta,
    field,
)
from msgspec.structs import (
    asdict,
    replace,
)

from tallystick.contracts.arguments import (
    arguments_from_json,
    arguments_from_text,
)
from tallystick.contracts.context import (
    Context,
)
from tallystick.contracts.contract import (
    ANY_MEMBER,
    Contract,
    action,
    query,
)
from tallystick.contracts.definition import (
    Definition,
    Frame,
    Method,
    define,
    schema_of,
)
from tallystick.contracts.derivation import (
    describe_type,
)
from tallystick.contracts.digests import (
    digest_of,
)
from tallystick.contracts.json_schemas import (
    json_schema,
    value_json_schema,
)
from tallystick.contracts.label import (
    Format,
    Help,
    Label,
)
from tallystick.contracts.organizations import (
    check_codes,
)
from tallystick.contracts.part import (
    Part,
)
from tallystick.contracts.records import (
    Arguments,
    Event,
    Record,
)
from tallystick.contracts.refusals import (
    Refusal,
)
from tallystick.contracts.schema import (
    ContractSchema,
    EventSchema,
    FieldSchema,
    MethodSchema,
    MoveSchema,
    RefusalSchema,
    TableSchema,
    ValueType,
    WorkflowSchema,
)
from tallystick.contracts.sentences import (
    format_value,
    sentence,
)
from tallystick.contracts.tables import (
    Table,
)
from tallystick.contracts.text import (
    check_arguments,
)
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
    PublicKey,
    Signature,
    SM3Digest,
    Timestamp,
)
from tallystick.contracts.workdays import (
    CHINA_OFFSET_MINUTES,
    DAY_MS,
    day_of,
    end_of,
    nth_working_day,
    start_of,
)
from tallystick.contracts.workflow import (
    BY_CONTRACT,
    Move,
    NotInState,
    StateChanged,
    Workflow,
    move,
)
from tallystick.encoding import (
    Value,
)
from tallystick.errors import (
    Duplicate,
    HashMismatch,
    InvalidValue,
    Refused,
    RoleMissing,
    UnknownRecord,
    WrongState,
)
from tallystick.model import (
    Signer,
    check_person_number,
    person_commitment,
)

__all__ = [
    "ANY_MEMBER",
    "BY_CONTRACT",
    "CHINA_OFFSET_MINUTES",
    "DAY_MS",
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
    "Move",
    "MoveSchema",
    "Name",
    "NotInState",
    "OrganizationCode",
    "Part",
    "PublicKey",
    "Record",
    "Refusal",
    "RefusalSchema",
    "Refused",
    "RoleMissing",
    "SM3Digest",
    "Signature",
    "Signer",
    "StateChanged",
    "Table",
    "TableSchema",
    "Timestamp",
    "UnknownRecord",
    "Value",
    "ValueType",
    "Workflow",
    "WorkflowSchema",
    "WrongState",
    "action",
    "arguments_from_json",
    "arguments_from_text",
    "asdict",
    "check_arguments",
    "check_codes",
    "check_person_number",
    "day_of",
    "define",
    "describe_type",
    "digest_of",
    "end_of",
    "field",
    "format_value",
    "json_schema",
    "move",
    "nth_working_day",
    "person_commitment",
    "query",
    "replace",
    "schema_of",
    "sentence",
    "start_of",
    "value_json_schema",
]
