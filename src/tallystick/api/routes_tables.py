# SPDX-License-Identifier: Apache-2.0
"""Routes of every contract's tables, forms and sources."""

from __future__ import annotations

from typing import Final

from tallystick.api.facets import FacetPage, show_facets
from tallystick.api.forms import show_form
from tallystick.api.language import Bilingual
from tallystick.api.parameters import (
    CURSOR,
    FROM,
    LIMIT,
    NAME_PATTERN,
    SEARCH,
    TO,
    Kind,
    Parameter,
    Place,
    path_text,
)
from tallystick.api.records import RecordPage, RecordPlaces, TransactionPage
from tallystick.api.sources import ContractSources, show_sources
from tallystick.api.table import Lists, Policy, Reply, Route
from tallystick.api.table_filters import LIST_PARAMETERS
from tallystick.api.table_rows import (
    list_places_of_key,
    list_row_changes,
    list_table,
    show_row,
)
from tallystick.contracts import Form
from tallystick.errors import InvalidArguments, NotFound, UnknownContract

_CONTRACT: Final = path_text("contract", "Name of the contract.", "evidence")
_TABLE: Final = path_text("table", "Name of the table.", "deposits", pattern=NAME_PATTERN)
_KEY: Final = path_text(
    "key",
    "Primary key; the parts of a key of several fields are joined by slashes.",
    "EV-2026-000001",
)
_FILTERS: Final = (
    "Any column filters: `status=OPEN`; `due.ge`, `.gt`, `.le`, `.lt` for ranges of numbers, "
    "dates, times and texts; `due.null=true` for what is absent; fields of nested records as "
    "`collector.device`. A column called like one of these parameters is written with `.eq`. "
    "Typed paths for every table are in `/openapi.json`."
)

ROUTES: Final = (
    Route(
        method="GET",
        path="/v1/contracts/{contract}/tables/{table}",
        name="list_table",
        tag="records",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Records of a contract's table", zh="合约数据表的记录"),
        description=_FILTERS,
        parameters=(_CONTRACT, _TABLE, *LIST_PARAMETERS),
        is_open=True,
        replies=(Reply(200, "A page.", RecordPage),),
        errors=(UnknownContract, NotFound, InvalidArguments),
        lists=Lists.YES,
        reader=list_table,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/tables/{table}/{key:path}/history",
        name="list_row_changes",
        tag="records",
        policy=Policy.PUBLIC,
        summary=Bilingual(
            en="The transactions that made and changed a record", zh="记录的变更历史"
        ),
        description="Newest first, each with its sentence. Of a record that was removed, the "
        "removal comes first; what it was before it was made anew is not here.",
        parameters=(_CONTRACT, _TABLE, _KEY, CURSOR, LIMIT),
        replies=(Reply(200, "A page.", TransactionPage),),
        errors=(UnknownContract, NotFound),
        lists=Lists.YES,
        reader=list_row_changes,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/tables/{table}/{key:path}",
        name="show_row",
        tag="records",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="One record of a contract's table", zh="单条记录"),
        parameters=(_CONTRACT, _TABLE, _KEY),
        replies=(Reply(200, "The record."),),
        errors=(UnknownContract, NotFound),
        lists=Lists.YES,
        reader=show_row,
    ),
    Route(
        method="GET",
        path="/v1/records/{key:path}",
        name="list_places_of_key",
        tag="records",
        policy=Policy.PUBLIC,
        summary=Bilingual(
            en="Every table that has a record with a key", zh="含有某主键的全部数据表"
        ),
        description="For a number whose table is not known. None is an empty list.",
        parameters=(_KEY,),
        replies=(Reply(200, "The tables.", RecordPlaces),),
        lists=Lists.YES,
        reader=list_places_of_key,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/facets/{table}",
        name="show_facets",
        tag="records",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="How often values stand in a table", zh="数据表各取值的数量"),
        description="Of columns with few values (choices, yes and no, organisations), with the "
        "same filters as the list. At most the 20,000 newest records are looked at.",
        parameters=(_CONTRACT, _TABLE, SEARCH, FROM, TO),
        is_open=True,
        replies=(Reply(200, "One item a column.", FacetPage),),
        errors=(UnknownContract, NotFound, InvalidArguments),
        lists=Lists.YES,
        reader=show_facets,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/forms/{method}",
        name="show_form",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The form of a method", zh="方法的表单"),
        description="Labels and help in both languages, controls, what is allowed, roles and "
        "examples: all that a page needs to ask for the arguments.",
        parameters=(
            _CONTRACT,
            path_text("method", "Name of the method.", "deposit", pattern=NAME_PATTERN),
        ),
        replies=(Reply(200, "The form.", Form),),
        errors=(UnknownContract,),
        reader=show_form,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/sources/{version}",
        name="show_contract_sources",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The sources of an installed version", zh="已安装合约版本的源代码"),
        description="Every file that the digest covers, read from the disk of the node and "
        "compared with the digest: what does not fit is not shown.",
        parameters=(
            _CONTRACT,
            Parameter(
                name="version",
                place=Place.PATH,
                kind=Kind.INTEGER,
                is_required=True,
                description="An installed version.",
                example=1,
            ),
        ),
        replies=(Reply(200, "The files.", ContractSources),),
        errors=(UnknownContract, NotFound),
        reader=show_sources,
    ),
)
