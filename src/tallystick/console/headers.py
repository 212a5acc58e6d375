# SPDX-License-Identifier: Apache-2.0
"""What a browser may do with a page: nothing from elsewhere, no inline script, no frame."""

from __future__ import annotations

from typing import Final

CONTENT_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types tally tally-look default"
)
"""Hashing in the browser is WebAssembly; nothing else may be made from strings.

Text becomes markup only by the policies of `static/trust.js`, see docs/auditor/console-scripts.md.
"""

PAGE_HEADERS: Final = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Of every page."""

STATIC_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "public, max-age=31536000, immutable",
}
"""Of files whose address names their content."""
