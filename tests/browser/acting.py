# SPDX-License-Identifier: Apache-2.0
"""Being one of a demonstration's people, in a window or without one."""

from __future__ import annotations

import httpx

from tests.browser.watching import Watched
from tests.console_theatre import form_key


def act_as(here: Watched, organization: str, member: str) -> None:
    """Be somebody in a window of the browser."""
    request = here.context.request
    key = form_key(request.get(f"{here.base}/act-as").text())
    form: dict[str, str | float | bool] = {
        "form_key": key,
        "organization": organization,
        "member": member,
    }
    answer = request.post(f"{here.base}/act-as", form=form, max_redirects=0)
    assert answer.status == 303


def become(client: httpx.Client, organization: str, member: str) -> None:
    """Be somebody in a client that follows where it is led."""
    part = {"organization": organization, "member": member}
    key = form_key(client.get("/act-as").text)
    sent = client.post("/act-as", data={"form_key": key, **part})
    assert sent.status_code == 200, sent.text
