# SPDX-License-Identifier: Apache-2.0
"""What the pages of an archive have in common: a form of which a file fills in the larger part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from tallystick.console.clerks import Clerks
from tallystick.console.ledger import Json, at
from tallystick.console.visit import Visit
from tallystick.console.work.entered import Flaw
from tallystick.console.work.looking_up import look_ups
from tallystick.errors import InvalidArguments, NotFound

DIRECTORY_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of the file of a day's lines; some 250,000 of them. The command line takes more."""
_UNPROCESSABLE: Final = 422


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a clerk hands a file in."""

    clerks: Clerks
    contract: Json
    form: Json
    """Of the action, with the controls that the file does not fill in."""

    @property
    def name(self) -> str:
        """The contract's name."""
        return str(self.contract["name"])

    @property
    def fields(self) -> list[Json]:
        """The controls."""
        return list(self.form["fields"])


async def desk_of(visit: Visit, method: str, filled_in: frozenset[str]) -> Desk:
    """Return the desk for an action; `filled_in` are the arguments that the file says.

    Raises:
        NotFound: the contract has no clerks, or no such action.
    """
    clerks, contract = await clerks_of(visit)
    form = await visit.ledger.get(at("contracts", contract["name"], "forms", method))
    fields = [one for one in form["fields"] if one["name"] not in filled_in]
    return Desk(clerks, contract, {**form, "fields": fields})


async def clerks_of(visit: Visit) -> tuple[Clerks, Json]:
    """Return who reads files for the contract in the address, and its schema.

    Raises:
        NotFound: nobody does.
    """
    contract = await visit.ledger.schema(visit.part("contract"))
    if visit.clerks is None or not visit.clerks.serves(contract["name"]):
        raise NotFound("nothing here reads clerks' files for this contract", field="contract")
    return visit.clerks, contract


async def desk_page(
    visit: Visit,
    template: str,
    desk: Desk,
    values: Mapping[str, str],
    *,
    flaws: list[Flaw] | None = None,
    problem: Json = None,
    **shown: Any,  # noqa: ANN401 # whatever the page shows besides
) -> Response:
    """Answer with the page of a desk, and what is wrong with what was handed in."""
    roles = set(desk.form.get("roles", []))
    said = [visit.say(flaw.text, **flaw.facts) for flaw in flaws or []]
    return visit.page(
        template,
        http_status=_UNPROCESSABLE if said or problem or shown.get("missing") else 200,
        contract=desk.contract,
        form=desk.form,
        fields=desk.fields,
        values=dict(values),
        flaws=dict(zip((flaw.path for flaw in flaws or []), said, strict=True)),
        problem=problem,
        look_ups=await look_ups(visit, desk.form),
        to_sign={},
        may=not roles or bool(roles & visit.somebody().roles),
        **shown,
    )


async def file_in(form: FormData) -> bytes:
    """Return the file that was chosen; nothing if there is none."""
    sent = form.get("file")
    return await sent.read() if isinstance(sent, UploadFile) else b""


def texts_in_form(form: FormData) -> dict[str, str]:
    """Return what was typed."""
    return {name: text for name, text in form.multi_items() if isinstance(text, str)}


def no_file() -> Flaw:
    """Return that no file was chosen, at its control."""
    return _flaw("file", "Choose a file.")


def no_numbers(row: int) -> Flaw:
    """Return that a gap has no first and last number, at its control."""
    path = f"gap.{row}.first"
    return _flaw(path, "These are no numbers, from the first to the last.")


def no_cause(row: int) -> Flaw:
    """Return that a gap has no terminal or no cause, at its control."""
    path = f"gap.{row}.cause"
    return _flaw(path, "Say of which terminal, and why there is no line.")


def _flaw(path: str, text: str) -> Flaw:
    return Flaw(path, InvalidArguments.code, text)
