# SPDX-License-Identifier: Apache-2.0
"""The log as static resources, exactly as C2SP tlog-tiles has it: checkpoint, tiles, bundles.

Any C2SP client can fetch and check the whole log through these three, without our software.
"""

from __future__ import annotations

import re
from typing import Final

from tallystick.api.answer import BRIEFLY, FOR_EVER, MEDIA_BYTES, MEDIA_TEXT, Answer, compressed
from tallystick.api.asked import Asked
from tallystick.errors import NotFound, invariant
from tallystick.merkle import TILE_WIDTH
from tallystick.units import ENTRY_BYTES_MAX

_LEVEL_MAX: Final = 63
_INDEX = re.compile(r"(?:x[0-9]{3}/){0,6}[0-9]{3}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}")
_LENGTH_SIZE: Final = 2


def show_checkpoint(asked: Asked) -> Answer:
    """Answer GET /checkpoint: the signed note, fresh."""
    return Answer(200, asked.server.node.checkpoint().encode(), MEDIA_TEXT, (BRIEFLY,))


def show_tile(asked: Asked) -> Answer:
    """Answer GET /tile/<L>/<N>[.p/<W>]: hashes of a log tile."""
    level = _number(asked.required_text("level"), 0, _LEVEL_MAX)
    index, width = parse_tile_path(asked.required_text("tile"))
    hashes = asked.server.node.tile(level, index, width)
    return Answer(200, hashes, MEDIA_BYTES, (FOR_EVER,))


def show_entries(asked: Asked) -> Answer:
    """Answer GET /tile/entries/<N>[.p/<W>]: the entries below a tile of level 0."""
    index, width = parse_tile_path(asked.required_text("tile"))
    entries = asked.server.node.entries(index * TILE_WIDTH, width)
    if len(entries) != width:
        raise NotFound("the log does not have so many entries yet", field="tile")
    bundle: list[bytes] = []
    for entry in entries:
        invariant(len(entry) <= ENTRY_BYTES_MAX, "an entry fits its 16-bit length")
        bundle += (len(entry).to_bytes(_LENGTH_SIZE, "big"), entry)
    answer = Answer(200, b"".join(bundle), MEDIA_BYTES, (FOR_EVER,))
    return compressed(answer, asked.accept_encoding)


def parse_tile_path(path: str) -> tuple[int, int]:
    """Return (index, width) of `<N>[.p/<W>]`, for example `x001/x234/067.p/5`.

    Raises:
        NotFound: any other spelling: there is one path for one tile.
    """
    elements, partial, width = path.partition(".p/")
    if not _INDEX.fullmatch(elements) or elements.startswith("x000/"):
        raise _no_tile(path)
    index = int(elements.replace("x", "").replace("/", ""))
    return index, _number(width, 1, TILE_WIDTH - 1) if partial else TILE_WIDTH


def format_tile_index(index: int) -> str:
    """Return a tile index in three-digit path elements, all but the last marked `x`."""
    elements = [f"{index % 1000:03}"]
    while index >= 1000:  # three digits
        index //= 1000
        elements.append(f"x{index % 1000:03}")
    return "/".join(reversed(elements))


def _number(text: str, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise _no_tile(text)
    return int(text)


def _no_tile(text: str) -> NotFound:
    return NotFound(
        "there is no such tile path",
        field="tile",
        expected="<N> in three-digit elements, then .p/<W> for a partial tile: x001/x234/067.p/5",
        found=text[:60],
    )
