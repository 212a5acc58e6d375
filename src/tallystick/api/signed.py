# SPDX-License-Identifier: Apache-2.0
"""Who signed a request: for routes that are for members only."""

from __future__ import annotations

from tallystick.api.asked import Asked
from tallystick.api.parameters import SIGNED_REQUEST
from tallystick.encoding import parse_base64url
from tallystick.errors import InvalidSignature
from tallystick.model import Question


def signer_of(asked: Asked, *, is_for_nodes: bool = False) -> str:
    """Return the organisation of the active member whose key signed this very request.

    Args:
        asked: The request.
        is_for_nodes: Whether an organisation's node may ask too, by its log key.

    Raises:
        InvalidSignature: nobody did, or something else was signed.
        Malformed, WrongNetwork, Expired, TooFarAhead, NotAMember: as they say.
    """
    if not asked.signed_request:
        raise InvalidSignature(
            "a member's key must sign this request",
            field=SIGNED_REQUEST.name,
            expected="a COSE_Sign1 in base64url",
            hint="Use the SDK, `tally private` or `tally document`: "
            "docs/spec/private-data.md section 4.",
        )
    node = asked.server.node
    signed = parse_base64url(asked.signed_request, name=SIGNED_REQUEST.name)
    question = Question(node.network, asked.method, asked.path, asked.body)
    return node.private.organization_of(signed, question, is_for_nodes=is_for_nodes)
