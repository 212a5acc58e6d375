# SPDX-License-Identifier: Apache-2.0
"""Rows as a file for a spreadsheet, which computes nothing in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from tallystick.interchange.tables import write_csv, write_xlsx

SPREADSHEETS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Ending -> media type."""


async def spreadsheet(
    name: str,
    ending: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str | int | None]],
    *,
    title: str,
    about: Sequence[tuple[str, str]] = (),
) -> Response:
    """Answer with rows as a file to keep.

    Args:
        name: of the file, without its ending.
        ending: csv or xlsx.
        header: titles of the columns.
        rows: cells.
        title: of a workbook's sheet.
        about: what a workbook says of itself on its second sheet.
    """
    if ending == "csv":
        data = await asyncio.to_thread(write_csv, header, rows)
    else:
        data = await asyncio.to_thread(lambda: write_xlsx(title, header, rows, about=about))
    return Response(
        data,
        media_type=SPREADSHEETS[ending],
        headers={"content-disposition": f'attachment; filename="{name}.{ending}"'},
    )
