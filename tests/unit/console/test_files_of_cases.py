# SPDX-License-Identifier: Apache-2.0
"""What a case page offers as a file is one: a digest of something else is only shown."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any, Final

from msgspec import to_builtins

from tallystick.contracts import schema_of
from tallystick.contracts.forms import form_of

FILES: Final = {
    "charity.campaigns": {"plan"},
    "charity.feedbacks": {"digest"},
    "charity.payments_orders": {"file"},
    "custody.files_versions": {"sha256", "sm3"},
    "custody.payments_orders": {"file"},
    "documents.versions": {"sha256", "sm3"},
    "evidence.collectors": {"sha256"},
    "evidence.contents": {"sha256"},
    "evidence.deposits": {"sha256", "signature_sha256", "sm3", "token_sha256"},
    "evidence.filings": {"sha256"},
    "inventory.lines": {"checks"},
    "inventory.lots": {"photo"},
    "inventory.payments_orders": {"file"},
    "inventory.photos": {"photo"},
    "justice.agreements": {"text"},
    "justice.amendments": {"text"},
    "justice.authorities": {"certificate"},
    "justice.cases": {"report"},
    "justice.decisions": {"sha256"},
    "justice.exhibits": {"reasons", "sha256"},
    "justice.payments_orders": {"file"},
    "justice.templates": {"clauses", "review"},
    "preservation.applications": {"ruling"},
    "preservation.claims": {"decision"},
    "preservation.files_versions": {"sha256", "sm3"},
    "preservation.letters": {"file.sha256", "file.sm3", "risk", "terms.scope_text"},
    "preservation.payments_orders": {"file"},
    "preservation.reconsiderations": {"grounds"},
    "preservation.releases": {"order", "security"},
    "preservation.scopes": {"text"},
}
"""Of each table, the fields that hold the hash of a file which somebody has."""


def fields_of(described: dict[str, Any], formats: set[str], above: str) -> Iterator[str]:
    """Yield the names of what has one of these formats in a type."""
    if described.get("format") in formats:
        yield above
    for inner in described.get("fields", ()):
        yield from fields_of(inner["type"], formats, f"{above}.{inner['name']}")
    if described.get("items"):
        yield from fields_of(described["items"], formats, above)


def of_all_tables(formats: set[str]) -> dict[str, set[str]]:
    """Return, for each table of all contracts, its fields of these formats."""
    found: dict[str, set[str]] = {}
    for entry in entry_points(group="tallystick.contracts"):
        schema = to_builtins(schema_of(entry.load()))
        for table in schema["tables"]:
            for field in table["fields"]:
                for name in fields_of(field["type"], formats, field["name"]):
                    found.setdefault(f"{schema['name']}.{table['name']}", set()).add(name)
    return found


def test_only_hashes_of_files_are_taken_for_files() -> None:
    """Whoever adds a field says here that it is a file's, or gives it the type `ValueDigest`."""
    assert of_all_tables({"sha256", "sm3"}) == FILES


def test_what_is_no_file_is_a_digest_all_the_same() -> None:
    """Accounts, persons, tree roots, commitments, seeds and sealed bytes."""
    found = of_all_tables({"digest"})
    assert found["preservation.payments_orders"] == {"payee"}
    assert found["justice.agreements"] == {"digest", "parties.account", "parties.subject"}
    assert found["custody.challenges"] == {"seed"}
    assert found["custody.audits"] == {"asked", "asked_found", "asked_missing", "nonce"}
    assert found["justice.papers_records"] == {"ciphertext", "plaintext"}
    assert found["evidence.batches_batches"] == {"root"}


def test_a_form_asks_for_a_digest_without_a_file() -> None:
    """Its control is a line of text with the form that it must have, and an example of it."""
    entries = {entry.name: entry for entry in entry_points(group="tallystick.contracts")}
    schema = schema_of(entries["custody"].load())
    fields = {one.name: one for one in form_of(schema, schema.method("withdraw")).fields}
    payee = fields["payee"]
    assert (payee.widget, payee.format, payee.size_min) == ("text", "digest", 64)
    assert len(payee.example) == 64
    sent = {one.name: one for one in form_of(schema, schema.method("note_sent")).fields}
    assert sent["file"].widget == "file-hash"
