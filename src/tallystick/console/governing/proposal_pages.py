# SPDX-License-Identifier: Apache-2.0
"""Proposing a change of the network: a form for each kind, led to its preview and signature."""

from __future__ import annotations

from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.console.governing.files import (
    FILE_BYTES_MAX,
    admission,
    recognition,
    validator,
)
from tallystick.console.governing.proposing import Action, action_of, moment_in, text_in
from tallystick.console.ledger import at
from tallystick.console.problems import document_of, status_of
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.errors import InvalidArguments, TallystickError

_SEE_OTHER: Final = 303
_STEPS: Final = ("withdraw", "execute")


async def show_proposing(visit: Visit) -> Response:
    """Answer GET /gov/propose: what may be proposed."""
    return await _page(visit, {}, None)


async def take_proposal(visit: Visit) -> Response:
    """Answer POST /gov/propose: the preview, or the form again with what is wrong."""
    form = await visit.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        args: dict[str, Any] = {"action": await _action(visit, given, form)}
        if (until := moment_in(given, "until")) is not None:
            args["expires_at"] = until
        address = await propose(visit, "governance", "propose", args, back="/gov")
    except TallystickError as error:
        return await _page(visit, given, error)
    return RedirectResponse(address, _SEE_OTHER)


async def take_step(visit: Visit) -> Response:
    """Answer POST /gov/{id}/step: lead to the preview of a withdrawal, or of a second try.

    Raises:
        InvalidArguments: it is neither.
    """
    form = await visit.form()
    step, name = str(form.get("step", "")), visit.part("id")
    if step not in _STEPS:
        raise InvalidArguments(
            "no such step", field="step", expected=", ".join(_STEPS), found=step[:40]
        )
    address = await propose(visit, "governance", step, {"proposal": name}, back=f"/gov/{name}")
    return RedirectResponse(address, _SEE_OTHER)


async def _action(visit: Visit, given: dict[str, str], form: FormData) -> Action:
    kind = text_in(given, "kind")
    governance = await visit.ledger.get(at("governance"))
    if kind == "recognise_network":
        return recognition(await _file(form, "trust"), given)
    if kind in {"admit_organization", "set_validator"}:
        network = (await visit.ledger.get(at("status")))["network"]
        if kind == "admit_organization":
            return admission(await _file(form, "application"), network, given)
        return validator(await _file(form, "proof"), network, governance, given)
    listed = await visit.ledger.contracts()
    return action_of(kind, given, governance, listed["installed"])


async def _file(form: FormData, name: str) -> bytes:
    """Return what was uploaded, empty if nothing was; what is too long is cut, and unreadable."""
    file = form.get(name)
    return await file.read(FILE_BYTES_MAX) if isinstance(file, UploadFile) else b""


async def _page(visit: Visit, given: dict[str, str], error: TallystickError | None) -> Response:
    governance = await visit.ledger.get(at("governance"))
    listed = await visit.ledger.contracts()
    return visit.page(
        "governing/propose.html",
        http_status=200 if error is None else status_of(error),
        governance=governance,
        installed=listed["installed"],
        given=given,
        problem=None if error is None else document_of(error, visit.language),
    )
