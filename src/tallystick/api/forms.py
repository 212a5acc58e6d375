# SPDX-License-Identifier: Apache-2.0
"""Forms of contract methods, for pages that ask people for arguments."""

from __future__ import annotations

from tallystick.api.answer import Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.contracts import form_of


def show_form(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/forms/{method}."""
    schema = asked.server.catalogue.contract(asked.required_text("contract"))
    return json_answer(form_of(schema, schema.method(asked.required_text("method"))))
