# SPDX-License-Identifier: Apache-2.0
"""Short texts in the two languages of the platform, and names for what a value means."""

from __future__ import annotations

from msgspec import Struct


class Label(Struct, frozen=True, kw_only=True):
    """What people read in place of a name in the code: on forms, in the console, in help."""

    zh: str
    """Simplified Chinese."""
    en: str


class Help(Label, frozen=True, kw_only=True):
    """A sentence that explains a field or an argument, shown beside its label."""


class Format(Struct, frozen=True):
    """What a value means beyond its type, so that doors can show and read it well."""

    name: str
    """For example `sha256`, `timestamp-ms`, `organization`."""
