#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/http.md from the route table of tallystick.api.

Run by `make docs`; with --check it writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick import errors
from tallystick.api import ROUTES, Limits, Route, errors_of, parameters_of, status_of

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "http.md"

TAGS: Final = {
    "submit": "Writing: signed transactions",
    "contracts": "Contracts: schemas, queries, calls signed elsewhere",
    "ledger": "Reading what was written",
    "network": "The network: status, trust, organisations",
    "records": "Records that contracts keep",
    "private": "Private data",
    "documents": "Documents: sealed files off the ledger",
    "governance": "Governance",
    "log": "The log, for verifiers",
    "events": "Events as they happen",
    "node": "This node, and pages for people",
}

HEAD: Final = """\
# HTTP API

<!-- Written by scripts/generate_http_reference.py from src/tallystick/api; do not edit. -->

A node answers HTTP/1.1, by default on <http://localhost:8700>.
The same description for programs is at `/openapi.json` (OpenAPI 3.1), with typed paths for every method of the contracts that this node runs; `?contract=NAME` gives one contract's part, `?contract=-` the rest; `/docs` shows a part as a page.

## Conventions

- **Reading** needs no account. **Writing** needs a transaction signed by a key that an organisation has enrolled; the request itself carries no credentials and no cookies.
- JSON in UTF-8 unless said otherwise. Hashes and bytes are hexadecimal; each time stands as RFC 3339 text and, under `..._ms`, as unix milliseconds. Integers may have up to 63 bits.
- **Errors** are `application/problem+json` (RFC 9457) with a stable `code`; see [the list](errors.md). `Accept-Language` chooses the language of `title` and `hint` (en, zh); `title_zh` is always there. Programs look at `code`, `field`, `expected`, `found`, `facts`.
- Every answer has `Tally-Request-Id`, which also stands in problems and in the node's log, and `Tally-Height`: the newest block, or for lists the block that the list reflects.
- **Levels**: `accepted` (taken, not final) < `committed` (durable and final) < `witnessed` (cosigned by other organisations).
- A query parameter that a route does not know is refused, not ignored.
- `HEAD` is answered wherever `GET` is.

### Retrying

A transaction's id is the SHA-256 of its bytes, so submitting the same bytes again always gives the outcome of the first time: every failure may be retried with the same bytes.
`Idempotency-Key` is a convenience beside that, for callers who build the request anew: the same key and body give the same final answer (201, or 409 for a recorded refusal) with `Idempotency-Replayed: true`; another body is refused with `E_IDEMPOTENCY`.
Keys are kept in memory by one node, the newest {entries:,} of them, for {hours} hours; they do not survive a restart.
Answers with `Retry-After` (503) say when to come back.

### Lists

Lists are read from views that follow the newest block within moments. They come newest first, in pages: give `next_cursor` back as `cursor` until it is null.
To see one's own write, send `Tally-Min-Height` with the height from the answer to the write: the list waits up to {wait} s for it, then answers 412 `E_BEHIND` rather than showing less.

### Events

`GET /v1/events` is a stream of server-sent events. Each `id` is `<height>.<index>.<position>`.
After a break, send the last id as `Last-Event-ID` (browsers do) or `since`: the stream goes on after it, from history first and then live, without gap or repetition; `since=0` begins at the first block.
Nothing is queued for a client: one that takes no bytes for {send} s is sent the comment `too slow` if that is still possible, and disconnected.
A comment every {beat} s shows that the stream is alive.

### Behind a proxy

The node speaks plain HTTP. For TLS, put a proxy in front, forward the `Host` header, and do not buffer `/v1/events`.
A node that listens on a loopback address answers only to `localhost`, `127.0.0.1` and `[::1]`, unless it is told further names; so a web page cannot reach it by rebinding its own name.
"""


def page() -> str:
    """Return the whole page."""
    limits = Limits()
    head = HEAD.format(
        entries=limits.idempotency_entries_max,
        hours=limits.idempotency_lifetime_ms // 3_600_000,
        wait=limits.views_wait_ms_max // 1000,
        send=limits.event_send_timeout_ms // 1000,
        beat=limits.event_heartbeat_ms // 1000,
    )
    parts = [head, statuses(), limit_table()]
    for tag, title in TAGS.items():
        parts.append(f"## {title}\n")
        parts.extend(section(route) for route in ROUTES if route.tag == tag)
    return "\n".join(parts)


def statuses() -> str:
    """Return the table of statuses and the codes that have them."""
    by_status: dict[int, list[str]] = {}
    for code, error_class in errors.error_classes().items():
        by_status.setdefault(status_of(error_class), []).append(f"`{code}`")
    lines = ["## Statuses of errors\n", "| status | codes |", "| --- | --- |"]
    lines += [f"| {status} | {', '.join(codes)} |" for status, codes in sorted(by_status.items())]
    lines.append(
        "\nA contract's own refusals are 409. A refusal that stands in the ledger is always 409 and has `transaction`.\n"
    )
    return "\n".join(lines)


def limit_table() -> str:
    """Return the bounds of one server with their meaning."""
    lines = ["## Limits\n", "| limit | default | meaning |", "| --- | --- | --- |"]
    for name, meaning in field_meanings(Limits):
        lines.append(f"| `{name}` | {getattr(Limits(), name):,} | {meaning} |")
    lines.append("")
    return "\n".join(lines)


def field_meanings(record: type) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record with the text below each."""
    (definition,) = ast.parse(inspect.cleandoc(inspect.getsource(record))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            text = str(following.value.value) if is_text else ""  # type: ignore[union-attr]
            yield field.target.id, text


def section(route: Route) -> str:
    """Return the section of one route."""
    lines = [
        f"### {route.method} {route.path.replace(':path}', '}')}\n",
        f"{route.summary.en}. {route.summary.zh}。\n",
    ]
    if route.description:
        lines.append(f"{route.description}\n")
    lines.append(f"Policy: {route.policy.value}. Operation id: `{route.name}`.\n")
    parameters = parameters_of(route)
    if parameters:
        lines += ["| parameter | in | kind | meaning |", "| --- | --- | --- | --- |"]
        for one in parameters:
            needed = "" if one.is_required else ", optional"
            default = "" if one.default is None else f" Default: `{one.default}`."
            choices = "" if not one.choices else f" One of: {', '.join(one.choices)}."
            lines.append(
                f"| `{one.name}` | {one.place.value}{needed} | {one.kind.value} | "
                f"{one.description}{choices}{default} |"
            )
        lines.append("")
    if route.body is not None:
        kinds = ", ".join(f"`{kind}`" for kind in route.body.media_types)
        lines.append(f"Body: {kinds}, at most {route.body.size_max:,} bytes.\n")
    for reply in route.replies:
        kinds = ", ".join(f"`{kind}`" for kind in reply.media_types)
        lines.append(f"- {reply.status}: {reply.description} ({kinds})")
    codes = sorted((status_of(error), error.code) for error in errors_of(route))
    lines.append(f"- Errors: {', '.join(f'{status} `{code}`' for status, code in codes)}\n")
    return "\n".join(lines)


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    fresh = page()
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
        if stale:
            print(f"{PAGE.name} is stale: run `make docs`", file=sys.stderr)
        return int(stale)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
