# SPDX-License-Identifier: Apache-2.0
"""Trusted time-stamps (RFC 3161, RFC 5816): requests, tokens and their checks, an authority."""

from tallystick.interchange.timestamps.authority import (
    Authority,
    create_authority,
    open_authority,
)
from tallystick.interchange.timestamps.checking import (
    check_imprint,
    check_nonce,
    check_token,
    check_valid_at,
    read_roots,
)
from tallystick.interchange.timestamps.records import AuthorityFiles, CheckedToken, Roots
from tallystick.interchange.timestamps.requests import (
    REPLY_TYPE,
    REQUEST_BYTES_MAX,
    REQUEST_TYPE,
    Request,
    content_digests,
    make_request,
    read_request,
)
from tallystick.interchange.timestamps.tokens import (
    TOKEN_BYTES_MAX,
    Token,
    granted_token,
    read_token,
)

__all__ = [
    "REPLY_TYPE",
    "REQUEST_BYTES_MAX",
    "REQUEST_TYPE",
    "TOKEN_BYTES_MAX",
    "Authority",
    "AuthorityFiles",
    "CheckedToken",
    "Request",
    "Roots",
    "Token",
    "check_imprint",
    "check_nonce",
    "check_token",
    "check_valid_at",
    "content_digests",
    "create_authority",
    "granted_token",
    "make_request",
    "open_authority",
    "read_request",
    "read_roots",
    "read_token",
]
