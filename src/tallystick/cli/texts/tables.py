# SPDX-License-Identifier: Apache-2.0
"""What the help says of the verbs of a contract's tables, and of their options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

TABLE_VERBS: Final[Mapping[str, CommandText]] = {
    "list": CommandText(
        Text("list the records of a table", "列出表中的记录"),
        details=Text("Tables, and the columns that --where takes:", "各表及 --where 可用的列："),
    ),
    "show": CommandText(
        Text("show one record of a table", "查看表中的一条记录"),
        details=Text("Tables, and what their keys consist of:", "各表及其主键："),
    ),
    "history": CommandText(
        Text("list the transactions that made and changed a record", "列出产生和更改记录的交易"),
        details=Text("Tables, and what their keys consist of:", "各表及其主键："),
    ),
}
"""By kind of verb; the tables are added from the contract's schema."""
TABLE_OPTIONS: Final[Mapping[str, Text]] = {
    "table": Text("which table", "表"),
    "key": Text("the record's primary key, its parts in order", "记录的主键，各部分依次给出"),
    "where": Text(
        "a condition, may be repeated: COLUMN=VALUE, also >= <= > < (in quotes), "
        "COLUMN.null for what is absent, COLUMN.null=false for what is there",
        "条件，可重复：列=值，亦可用 >= <= > <（加引号）；列.null 表示无值，列.null=false 表示有值",
    ),
    "order": Text(
        "newest, oldest, or a column with an index (the node names them); -COLUMN is falling",
        "newest、oldest 或有索引的列（节点会列出）；-列 表示降序",
    ),
}
TABLE_MESSAGES: Final[Mapping[str, Text]] = {
    "table.condition": Text('"{text}" is no condition', "“{text}”不是条件"),
    "table.no_column": Text("{table} has no column {column}", "{table} 没有列 {column}"),
}
