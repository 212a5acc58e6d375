# SPDX-License-Identifier: Apache-2.0
"""Packages of originals with their proofs, as pages ask for them; given by who serves the console.

A package leaves here without its originals: they stay in the reader's browser, which puts them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Protocol

import msgspec
from msgspec import Meta

from tallystick.interchange.packages import PROOF_BYTES_MAX

_NAME_MAX: Final = 1_000
_PROOFS_MAX: Final = 8


class AwayOriginal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An original that stays with who has it: what its package must say of it."""

    name: Annotated[str, Meta(min_length=1, max_length=_NAME_MAX)]
    """Of its file."""
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    sha512: Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]
    beside: Annotated[
        dict[str, Annotated[bytes, Meta(max_length=PROOF_BYTES_MAX)]], Meta(max_length=_PROOFS_MAX)
    ]
    """Proofs that lie beside it, by the suffix of their names: `.tsr`, `.p7s`."""


class Packer(Protocol):
    """Packs cases and deposits; each way raises `NotFound` where there is no such thing."""

    @property
    def suffixes(self) -> Sequence[str]:
        """How the names of proofs end that lie beside originals."""

    def table_of(self, contract: str) -> str | None:
        """Return the table whose records a contract's package hands over as cases, if any."""

    def listed(self, contract: str, subject: str) -> Sequence[Mapping[str, object]]:
        """Return what the index of a case lists: deposit, hash and name of each original."""

    def bundle(self, contract: str, subject: str, originals: Sequence[AwayOriginal]) -> bytes:
        """Return the bundle of a case around these originals, of which it needs one at least."""

    def package(
        self, deposits: Sequence[str], matter: str, originals: Sequence[AwayOriginal]
    ) -> bytes:
        """Return a package around the originals of deposits, all of which are needed.

        It bears the number of the matter if it holds all deposits of one.
        """

    def custody(self, deposits: Sequence[str], matter: str) -> bytes:
        """Return the chain of custody of deposits, as CASE JSON-LD."""
