# SPDX-License-Identifier: Apache-2.0
"""Forms that only this console's pages can send (OWASP: synchroniser tokens).

Every form carries a key made from the browser's own secret cookie; a page elsewhere can neither
read nor guess it. Browsers also tell where a request began; what began elsewhere is refused.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from tallystick.console.cookies import private_cookie

VISITOR_COOKIE: Final = "tally_visitor"
FORM_KEY: Final = "form_key"
_LABEL: Final = b"tallystick.console.form"
_TOKEN_BYTES: Final = 32
_OWN_ORIGINS: Final = frozenset({"same-origin", "none", ""})


def new_visitor() -> str:
    """Return a fresh secret for a browser."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def visitor_of(request: Request, origin: str) -> str:
    """Return the secret of the browser that asks, or a fresh one."""
    return private_cookie(request, VISITOR_COOKIE, origin) or new_visitor()


def form_key(visitor: str) -> str:
    """Return what forms of this browser carry."""
    return hmac.new(visitor.encode(), _LABEL, sha256).hexdigest()


def is_own_form(request: Request, visitor: str, key: str) -> bool:
    """Tell whether a form was sent from one of our own pages in the same browser."""
    began = request.headers.get("sec-fetch-site", "")
    return began in _OWN_ORIGINS and hmac.compare_digest(form_key(visitor), key)
