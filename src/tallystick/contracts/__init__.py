# SPDX-License-Identifier: Apache-2.0
"""What a contract author imports, and the schema that everything else is derived from."""

from msgspec import Meta, field
from msgspec.structs import asdict, replace

from tallystick.contracts.arguments import arguments_from_json, arguments_from_text
from tallystick.contracts.context import Context
from tallystick.contracts.contract import ANY_MEMBER, Contract, action, query
from tallystick.contracts.definition import Definition, Frame, Method, define, schema_of
from tallystick.contracts.derivation import describe_type
from tallystick.contracts.digests import digest_of
from tallystick.contracts.durations import CLOCK_AHEAD_MS, days, hours, minutes, seconds
from tallystick.contracts.expression_text import duration_text, expression_text
from tallystick.contracts.expressions import (
    AnyNode,
    Constant,
    Counted,
    FieldOf,
    Figure,
    HourOfDay,
    Latest,
    Operation,
    Overdue,
    Ratio,
    Silent,
    Since,
    Term,
    count,
    every_node,
    figure,
    hour_of_day,
    latest,
    overdue,
    ratio,
    silent,
    since,
    value_of,
)
from tallystick.contracts.figures import StatisticSchema, WarningSchema
from tallystick.contracts.forms import Form, FormField, form_of
from tallystick.contracts.json_schemas import json_schema, value_json_schema
from tallystick.contracts.label import Format, Help, Label
from tallystick.contracts.migrations import Migration, migration, migrations_of
from tallystick.contracts.organizations import check_codes
from tallystick.contracts.part import Part
from tallystick.contracts.records import Arguments, Event, Record
from tallystick.contracts.refusals import Refusal
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
from tallystick.contracts.sentences import format_value, sentence
from tallystick.contracts.statistics import RefusedCall, Statistic
from tallystick.contracts.stories import Player, PlayerKey, Theatre
from tallystick.contracts.succession import unreadable_tables
from tallystick.contracts.tables import Table
from tallystick.contracts.take_aways import (
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    TableReader,
    TakeAway,
)
from tallystick.contracts.templates import places as template_places
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
    PublicKey,
    Signature,
    SM3Digest,
    Timestamp,
)
from tallystick.contracts.warnings import MEASURED, WarningRule
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
from tallystick.encoding import Value
from tallystick.errors import (
    Duplicate,
    HashMismatch,
    InvalidValue,
    Refused,
    RoleMissing,
    UnknownRecord,
    WrongState,
)
from tallystick.model import Signer, check_person_number, is_person_number, person_commitment

__all__ = [
    "ANY_MEMBER",
    "BY_CONTRACT",
    "CHINA_OFFSET_MINUTES",
    "CLOCK_AHEAD_MS",
    "DAY_MS",
    "MEASURED",
    "Amount",
    "AnyNode",
    "Arguments",
    "BoundedText",
    "ByteCount",
    "Constant",
    "Context",
    "Contract",
    "ContractSchema",
    "Count",
    "Counted",
    "Definition",
    "Digest",
    "Duplicate",
    "Event",
    "EventSchema",
    "ExtractTakeAway",
    "FieldOf",
    "FieldSchema",
    "Figure",
    "FileTakeAway",
    "Form",
    "FormField",
    "Format",
    "Frame",
    "HashMismatch",
    "Help",
    "HistoryTakeAway",
    "HourOfDay",
    "Identifier",
    "Integer",
    "InvalidValue",
    "Label",
    "Latest",
    "MediaType",
    "Meta",
    "Method",
    "MethodSchema",
    "Migration",
    "Move",
    "MoveSchema",
    "Name",
    "NotInState",
    "Operation",
    "OrganizationCode",
    "Overdue",
    "Part",
    "Player",
    "PlayerKey",
    "PublicKey",
    "Ratio",
    "Record",
    "Refusal",
    "RefusalSchema",
    "Refused",
    "RefusedCall",
    "RoleMissing",
    "SM3Digest",
    "Signature",
    "Signer",
    "Silent",
    "Since",
    "StateChanged",
    "Statistic",
    "StatisticSchema",
    "Table",
    "TableReader",
    "TableSchema",
    "TakeAway",
    "Term",
    "Theatre",
    "Timestamp",
    "UnknownRecord",
    "Value",
    "ValueType",
    "WarningRule",
    "WarningSchema",
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
    "count",
    "day_of",
    "days",
    "define",
    "describe_type",
    "digest_of",
    "duration_text",
    "end_of",
    "every_node",
    "expression_text",
    "field",
    "figure",
    "form_of",
    "format_value",
    "hour_of_day",
    "hours",
    "is_person_number",
    "json_schema",
    "latest",
    "migration",
    "migrations_of",
    "minutes",
    "move",
    "nth_working_day",
    "overdue",
    "person_commitment",
    "query",
    "ratio",
    "replace",
    "schema_of",
    "seconds",
    "sentence",
    "silent",
    "since",
    "start_of",
    "template_places",
    "unreadable_tables",
    "value_json_schema",
    "value_of",
]
