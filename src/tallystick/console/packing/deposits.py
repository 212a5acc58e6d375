# SPDX-License-Identifier: Apache-2.0
"""Deposits as a package or a chain of custody, as `tally evidence` makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.masking import cover_record
from tallystick.console.packing.sent import (
    DEPOSITS_MAX,
    FORM_BYTES_MAX,
    package_file,
    packer_of,
    read_originals,
)
from tallystick.console.visit import Visit
from tallystick.console.work.take_aways import require_open
from tallystick.errors import InvalidArguments, LimitExceeded

_EVIDENCE: Final = "evidence"
_TABLE: Final = "deposits"
_SHOWN: Final = ("id", "title", "file_name", "sha256", "size", "deposited_at", "organization")
_CUSTODY_TYPE: Final = "application/ld+json"


async def show_package(visit: Visit) -> Response:
    """Answer GET /evidence-package?matter=&deposit=: deposits to choose from, and their originals.

    Raises:
        NotFound: there is no such deposit.
        LimitExceeded: there are too many for one package.
    """
    packer = packer_of(visit)
    matter, numbers = _asked(visit)
    rows = await _deposits(visit, matter, numbers)
    return visit.page(
        "packing/package.html",
        matter=matter,
        numbers=numbers,
        listed=[{name: row[name] for name in _SHOWN} for row in rows],
        suffixes=list(packer.suffixes),
    )


async def give_package(visit: Visit) -> Response:
    """Answer POST /evidence-package: the package around the originals of this browser.

    Raises:
        InvalidArguments: no deposit was chosen, or no original was named.
        NotFound: there is no such deposit, or the original of one was not named.
        Rejected: a deposit has personal data in it that do not concern the reader.
        TallystickError: the node's tables contradict each other, or a proof does not hold.
    """
    packer = packer_of(visit)
    form = await visit.form(bytes_max=FORM_BYTES_MAX)
    chosen = [one for one in form.getlist("deposit") if isinstance(one, str)]
    await _require_chosen(visit, chosen)
    matter = str(form.get("matter", "")).strip()
    originals = await read_originals(form)
    made = await asyncio.to_thread(packer.package, chosen, matter, originals)
    return package_file(made, f"evidence-{matter or chosen[0]}", "zip", "application/zip")


async def give_custody(visit: Visit) -> Response:
    """Answer GET /evidence-custody?matter=&deposit=: the chain of custody of the chosen deposits.

    Raises:
        InvalidArguments: no deposit was chosen.
        NotFound: there is no such deposit.
        Rejected: a deposit has personal data in it that do not concern the reader.
    """
    packer = packer_of(visit)
    matter, chosen = _asked(visit)
    await _require_chosen(visit, chosen)
    made = await asyncio.to_thread(packer.custody, chosen, matter)
    return package_file(made, f"custody-{matter or chosen[0]}", "jsonld", _CUSTODY_TYPE)


def _asked(visit: Visit) -> tuple[str, list[str]]:
    """Return the matter and the numbers of deposits that the address names, each once."""
    matter = visit.query.get("matter", "").strip()
    words = (word for text in visit.query.getlist("deposit") for word in text.split())
    return matter, list(dict.fromkeys(words))


async def _require_chosen(visit: Visit, chosen: Sequence[str]) -> None:
    if not chosen:
        raise InvalidArguments("choose a deposit at least", field="deposit")
    _require_few(len(chosen), field="deposit")
    for one in chosen:
        await require_open(visit, _EVIDENCE, _TABLE, one)


async def _deposits(visit: Visit, matter: str, numbers: Sequence[str]) -> list[Json]:
    """Return the deposits that were asked for, those of the matter oldest first."""
    rows: list[Json] = []
    if matter:
        page = await visit.ledger.get(
            at(_EVIDENCE, _TABLE), case_number=matter, order="oldest", limit=DEPOSITS_MAX + 1
        )
        rows = page["items"]
        _require_few(len(rows), field="matter")
    else:
        _require_few(len(numbers), field="deposit")
        rows = await asyncio.gather(
            *(visit.ledger.get(at(_EVIDENCE, _TABLE, one)) for one in numbers)
        )
    return [cover_record(visit, _EVIDENCE, _TABLE, row) for row in rows]


def _require_few(count: int, *, field: str) -> None:
    if count > DEPOSITS_MAX:
        raise LimitExceeded(
            "too many deposits for one package here",
            field=field,
            expected=f"at most {DEPOSITS_MAX}",
            found=str(count),
            hint="The command line packs any number: tally evidence package.",
        )
