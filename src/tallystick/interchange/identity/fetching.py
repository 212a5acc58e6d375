# SPDX-License-Identifier: Apache-2.0
"""Questions to a provider over HTTP: no redirects, no proxies, bounded in bytes and in time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tallystick.errors import IdentityProviderUnreachable, InvalidIdentityProvider
from tallystick.interchange.identity.settings import DOCUMENT_BYTES_MAX, FETCH_S

if TYPE_CHECKING:
    import httpx

_REDIRECTS: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered."""

    status: int
    body: bytes


class Fetch(Protocol):
    """Asks a provider: GET without a form, POST with one."""

    def __call__(
        self,
        address: str,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> Reply:
        """Return what it answers.

        Raises:
            IdentityProviderUnreachable: nobody answers, or not in time.
            InvalidIdentityProvider: it redirects, or answers with too much or no JSON.
        """
        ...


def fetch(
    address: str,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> Reply:
    """See `Fetch`."""
    import httpx

    method = "GET" if form is None else "POST"
    until = time.monotonic() + FETCH_S
    try:
        with (
            httpx.Client(follow_redirects=False, trust_env=False, timeout=FETCH_S / 2) as client,
            client.stream(
                method,
                address,
                data=form,
                auth=basic,
                # Packed answers are refused, so that a small one does not become a large one.
                headers={"accept": "application/json", "accept-encoding": "identity"},
            ) as answer,
        ):
            return _read(answer, until)
    except httpx.HTTPError as error:
        raise IdentityProviderUnreachable(
            "the identity provider cannot be reached", field=address, found=type(error).__name__
        ) from error


def _read(answer: httpx.Response, until: float) -> Reply:
    address = str(answer.url)
    if answer.status_code in _REDIRECTS:
        raise _refuse(address, "the identity provider redirects", "no redirect")
    if "content-encoding" in answer.headers:
        raise _refuse(address, "the identity provider answers packed", "no content-encoding")
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > DOCUMENT_BYTES_MAX:
            expected = f"at most {DOCUMENT_BYTES_MAX} bytes"
            raise _refuse(address, "the identity provider answers with too much", expected)
        if time.monotonic() > until:
            raise IdentityProviderUnreachable(
                "the identity provider answers too slowly", field=address, expected=f"{FETCH_S} s"
            )
    if answer.status_code >= 500:
        raise IdentityProviderUnreachable(
            "the identity provider has a fault", field=address, found=str(answer.status_code)
        )
    if "json" not in answer.headers.get("content-type", ""):
        raise _refuse(address, "the identity provider does not answer with JSON", "JSON")
    return Reply(answer.status_code, bytes(body))


def _refuse(address: str, problem: str, expected: str) -> InvalidIdentityProvider:
    return InvalidIdentityProvider(problem, field=address, expected=expected)
