# SPDX-License-Identifier: Apache-2.0
"""Routes for verifiers and machines: proofs, tiles, events, health; and the pages for people."""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import MEDIA_BYTES, MEDIA_EVENTS, MEDIA_HTML, MEDIA_TEXT
from tallystick.api.block_stream import follow_blocks
from tallystick.api.event_lists import EventPage, list_events
from tallystick.api.events import follow_events
from tallystick.api.language import Bilingual
from tallystick.api.metrics import show_metrics
from tallystick.api.pages import show_docs_page, show_front_page, show_site_file
from tallystick.api.parameters import (
    CONTRACT_PART,
    CURSOR,
    FROM,
    LIMIT,
    TO,
    Kind,
    Parameter,
    Place,
    path_text,
)
from tallystick.api.proofs import (
    ConsistencyAnswer,
    InclusionAnswer,
    StateProofAnswer,
    prove_consistency,
    prove_inclusion,
    prove_state,
)
from tallystick.api.reads import Readiness, show_health, show_readiness
from tallystick.api.table import Lists, Policy, Reply, Route
from tallystick.api.tiles import show_checkpoint, show_entries, show_tile
from tallystick.errors import (
    HistoryTooLong,
    InvalidArguments,
    NotFound,
    Overloaded,
    UnknownContract,
)

_TILE: Final = path_text(
    "tile",
    "Index in three-digit elements, all but the last marked x, and .p/<width> for a partial tile.",
    "000.p/1",
    pattern=r"^(x[0-9]{3}/){0,6}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$",
)

ROUTES: Final = (
    Route(
        method="GET",
        path="/v1/log/proof/inclusion",
        name="prove_inclusion",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Proof that a leaf is in the log", zh="日志包含证明"),
        parameters=(
            Parameter(
                name="index", kind=Kind.INTEGER, is_required=True, description="Leaf index, from 0."
            ),
            Parameter(
                name="size",
                kind=Kind.INTEGER,
                minimum=1,
                description="Size of the log to prove in; the present one if absent.",
            ),
        ),
        replies=(Reply(200, "The path (RFC 9162).", InclusionAnswer),),
        errors=(NotFound,),
        reader=prove_inclusion,
    ),
    Route(
        method="GET",
        path="/v1/log/proof/consistency",
        name="prove_consistency",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Proof that the log only grew", zh="日志一致性证明"),
        parameters=(
            Parameter(
                name="from",
                kind=Kind.INTEGER,
                minimum=1,
                is_required=True,
                description="The smaller size.",
            ),
            Parameter(
                name="to",
                kind=Kind.INTEGER,
                minimum=1,
                description="The larger size; the present one if absent.",
            ),
        ),
        replies=(Reply(200, "The path (RFC 9162).", ConsistencyAnswer),),
        errors=(NotFound,),
        reader=prove_consistency,
    ),
    Route(
        method="GET",
        path="/v1/state/{contract}/{table}/{key:path}/proof",
        name="prove_state",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Proof of a state value or its absence", zh="状态值证明"),
        description="At an older height the state is made anew from the block log; of two such "
        "requests for different heights at once, one is refused with 503.",
        parameters=(
            path_text("contract", "Name of the contract.", "evidence"),
            path_text("table", "Name of the table.", "deposits"),
            path_text("key", "Primary key, as in the state key.", "EV-2026-000001"),
            Parameter(
                name="height",
                kind=Kind.INTEGER,
                description="After which block; the newest if absent.",
            ),
        ),
        replies=(Reply(200, "Value, proof and checkpoint.", StateProofAnswer),),
        errors=(InvalidArguments, NotFound, HistoryTooLong, Overloaded),
        reader=prove_state,
    ),
    Route(
        method="GET",
        path="/checkpoint",
        name="show_checkpoint",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The signed head of the log", zh="签名检查点"),
        description="C2SP tlog-checkpoint.",
        replies=(Reply(200, "Signed note.", media_types=(MEDIA_TEXT,)),),
        errors=(NotFound,),
        reader=show_checkpoint,
    ),
    Route(
        method="GET",
        path="/tile/entries/{tile:path}",
        name="show_entries",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="A bundle of log entries", zh="日志条目包"),
        description="C2SP tlog-tiles: each entry with its length in two bytes, big endian.",
        parameters=(_TILE,),
        replies=(Reply(200, "The bundle.", media_types=(MEDIA_BYTES,)),),
        errors=(NotFound,),
        reader=show_entries,
    ),
    Route(
        method="GET",
        path="/tile/{level}/{tile:path}",
        name="show_tile",
        tag="log",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="A tile of the log", zh="日志分块"),
        description="C2SP tlog-tiles: 256 hashes of 32 bytes, fewer for a partial tile.",
        parameters=(path_text("level", "0 to 63.", "0", pattern="^(0|[1-9][0-9]?)$"), _TILE),
        replies=(Reply(200, "The hashes.", media_types=(MEDIA_BYTES,)),),
        errors=(NotFound,),
        reader=show_tile,
    ),
    Route(
        method="GET",
        path="/v1/events",
        name="follow_events",
        tag="events",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Follow events as they happen", zh="订阅事件流"),
        description="Server-sent events. Each id is `<height>.<index>.<position>`; after a break "
        "send it back as `Last-Event-ID` or `since`, and the stream goes on without gap or "
        "repetition, from history first. A client that takes nothing for long is sent a comment "
        "and disconnected; it can resume.",
        parameters=(
            Parameter(
                name="since",
                description="Id of the last event seen, or a height: events of later blocks. "
                "0 for all. Absent: from now on.",
                example="12.0.0",
            ),
            Parameter(
                name="name",
                size_max=200,
                description="Only events of this name; a star at the end stands for any rest.",
                example="evidence.*",
            ),
            Parameter(
                name="Last-Event-ID",
                place=Place.HEADER,
                description="As `since`; browsers send it by themselves, and it wins.",
            ),
        ),
        replies=(Reply(200, "The stream.", media_types=(MEDIA_EVENTS,)),),
        errors=(Overloaded,),
        taker=follow_events,
    ),
    Route(
        method="GET",
        path="/v1/blocks/follow",
        name="follow_blocks",
        tag="events",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Learn of new blocks as they come", zh="订阅新区块"),
        description="Server-sent events: the newest height at once, then each newer one as soon as "
        "lists reflect it, blocks without events too. Of blocks that come together only the "
        "newest is told.",
        replies=(Reply(200, "The stream.", media_types=(MEDIA_EVENTS,)),),
        errors=(Overloaded,),
        taker=follow_blocks,
    ),
    Route(
        method="GET",
        path="/v1/events/list",
        name="list_events",
        tag="events",
        policy=Policy.PUBLIC,
        summary=Bilingual(
            en="Events, newest first, or oldest first since one of them",
            zh="事件列表（由新到旧；指定起点时由旧到新）",
        ),
        parameters=(
            Parameter(
                name="name",
                size_max=200,
                description="Only events of this name; a star at the end stands for any rest.",
                example="evidence.*",
            ),
            Parameter(
                name="organization",
                description="Only of this organisation's transactions.",
            ),
            Parameter(
                name="since",
                description="Id of the last event seen, or a height: what follows it, oldest "
                "first. 0 for all.",
                example="12.0.0",
            ),
            FROM,
            TO,
            CURSOR,
            LIMIT,
        ),
        replies=(Reply(200, "A page.", EventPage),),
        lists=Lists.YES,
        reader=list_events,
    ),
    Route(
        method="GET",
        path="/healthz",
        name="show_health",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Whether the process answers", zh="进程存活检查"),
        replies=(Reply(200, "It does.", media_types=(MEDIA_TEXT,)),),
        reader=show_health,
    ),
    Route(
        method="GET",
        path="/readyz",
        name="show_readiness",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Whether the node takes requests", zh="节点就绪检查"),
        replies=(Reply(200, "It does.", Readiness),),
        reader=show_readiness,
    ),
    Route(
        method="GET",
        path="/metrics",
        name="show_metrics",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="Figures for monitors", zh="监控指标"),
        description="Prometheus text format.",
        replies=(Reply(200, "The figures.", media_types=(MEDIA_TEXT,)),),
        reader=show_metrics,
    ),
    Route(
        method="GET",
        path="/",
        name="show_front_page",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The front page", zh="首页"),
        parameters=(
            Parameter(name="lang", kind=Kind.CHOICE, choices=("en", "zh"), description="Language."),
        ),
        replies=(Reply(200, "The page.", media_types=(MEDIA_HTML,)),),
        reader=show_front_page,
        is_hidden=True,
    ),
    Route(
        method="GET",
        path="/docs",
        name="show_docs_page",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="This documentation as a page", zh="接口文档页面"),
        parameters=(CONTRACT_PART,),
        errors=(UnknownContract,),
        replies=(Reply(200, "The page.", media_types=(MEDIA_HTML,)),),
        reader=show_docs_page,
        is_hidden=True,
    ),
    Route(
        method="GET",
        path="/site/{file}",
        name="show_site_file",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="A file that the pages use", zh="页面资源"),
        parameters=(path_text("file", "Name of the file.", "site.css"),),
        replies=(Reply(200, "The file.", media_types=("*/*",)),),
        errors=(NotFound,),
        reader=show_site_file,
        is_hidden=True,
    ),
)
