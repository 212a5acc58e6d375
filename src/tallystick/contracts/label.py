# SPDX-License-Identifier: Apache-2.0
"""Short texts in the two languages of the platform, and what a value means or refers to."""

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


class Of(Struct, frozen=True, omit_defaults=True):
    """That an argument is said by a record on which its method acts.

    An argument that is called as the record or its table is names the record; this mark is for
    the others. Doors fill it in and offer the method where the record is shown:

    - a part of the key, or any other field: `Of("placements", field="node")`;
    - the key of another record, which says in its fields which record it belongs to:
      `Of("agreements", found_in="enforcements", by=("agreement",))`;
    - a field of such another record: `Of("loans", found_in="pledges", by=("loan",),
      field="receipt")`.
    """

    table: str
    """Whose records the method acts on."""
    field: str = ""
    """That holds the argument; if there is none, the whole key of what is found."""
    found_in: str = ""
    """Another table, in whose records the argument is found; none: the record itself."""
    by: tuple[str, ...] = ()
    """Fields of that table which hold the record's key, or its first fields, in the key's order."""


class SignedOver(Struct, frozen=True):
    """That an argument is a signature, or holds one, over a digest that a query tells.

    The query takes arguments of the method, or fields of its records, by the same names and types:
    those that the digest is made of, which it returns. So whoever is to sign sees what before
    anything is sent, and doors can have it signed where the key is:
    `Annotated[Signature, SignedOver("letter_to_sign")]`.
    """

    query: str
