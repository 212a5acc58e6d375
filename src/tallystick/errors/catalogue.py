# SPDX-License-Identifier: Apache-2.0
"""All errors by code, for `tally explain` and the documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tallystick.errors.root import TallystickError

_ROOM = __name__.rpartition(".")[0]


@cache
def error_classes() -> Mapping[str, type[TallystickError]]:
    """Return every error class of this room by code, for `tally explain` and the docs.

    Refusals of contracts are not among them: they stand in the contracts' schemas.
    """
    found: dict[str, type[TallystickError]] = {}
    pending: list[type[TallystickError]] = [TallystickError]
    while pending:
        error_class = pending.pop()
        if error_class.__module__.startswith(_ROOM):
            found[error_class.code] = error_class
        pending.extend(error_class.__subclasses__())
    return MappingProxyType(dict(sorted(found.items())))
