# SPDX-License-Identifier: Apache-2.0
"""`tally openapi`: the node's description of its HTTP interface."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Document
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output


def openapi(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Print the node's OpenAPI document.

    Raises:
        Unavailable: nobody answers there.
    """
    from tallystick.cli.linking import fetch_text

    return Document(fetch_text(address, "/openapi.json"))
