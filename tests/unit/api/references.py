# SPDX-License-Identifier: Apache-2.0
"""Reads an OpenAPI document as generators do: references are followed."""

from __future__ import annotations

from typing import Any


def resolved(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document's paths with what references stand for, notes of the place kept.

    A reference to what it stands in is left: some records contain records of their own kind.
    """

    def follow(part: Any, within: tuple[str, ...] = ()) -> Any:
        if isinstance(part, list):
            return [follow(one, within) for one in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref")
        if reference in within:
            return part
        own = {name: follow(one, within) for name, one in part.items() if name != "$ref"}
        if reference is None:
            return own
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return {**follow(found, (*within, reference)), **own}

    paths: dict[str, Any] = follow(document["paths"])
    return paths
