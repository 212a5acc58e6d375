# SPDX-License-Identifier: Apache-2.0
"""Whom a verifier believes beside its own network: transparency services, and issuers.

A file `{"format": "tallystick.services.v1", "services": [...], "issuers": [...]}`; each member of
a list is `{"issuer": text, "keys": [...]}`, a key being the base64 of a COSE_Key or a PEM text.
A service may add `"entry": "bytes"` if its log entries are whole statements; without it they are
the SHA-256 of the statement. Spec: docs/spec/receipt.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.crypto import ForeignKey, sha256
from tallystick.encoding import decode_foreign, parse_base64, parse_json
from tallystick.errors import LimitExceeded, Malformed

SERVICES_FORMAT: Final = "tallystick.services.v1"
SERVICES_BYTES_MAX: Final = 1024 * 1024
_PARTIES_MAX: Final = 256
_KEYS_MAX: Final = 16
_LISTS: Final = ("services", "issuers")
_DIGEST, _BYTES = "sha256", "bytes"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody whose signatures are believed."""

    issuer: str
    """As its messages name it (CWT claim `iss`)."""
    keys: tuple[ForeignKey, ...]
    entry: str = _DIGEST
    """What its log entries are, if it is a service: `sha256` or `bytes` of the statement."""

    def keys_named(self, key_id: object) -> tuple[ForeignKey, ...]:
        """Return the keys that a message with this key id may be signed with."""
        return tuple(
            one for one in self.keys if None in (key_id, one.key_id) or one.key_id == key_id
        )

    def entry_of(self, statement: bytes) -> bytes:
        """Return the log entry for a registered statement."""
        return statement if self.entry == _BYTES else sha256(statement)


@dataclass(frozen=True, slots=True)
class Services:
    """Everybody who is believed."""

    services: tuple[Party, ...] = ()
    issuers: tuple[Party, ...] = ()


def read_services(*contents: bytes) -> Services:
    """Return who is believed by these files together.

    Raises:
        Malformed: a file has another form, or a key is none.
        LimitExceeded: a file is too large, or names too many.
    """
    listed = [_read(content) for content in contents]
    return Services(
        tuple(party for one in listed for party in one.services),
        tuple(party for one in listed for party in one.issuers),
    )


def _read(content: bytes) -> Services:
    if len(content) > SERVICES_BYTES_MAX:
        raise LimitExceeded("the file of services is too large", field="services")
    fields = parse_json(content, name="services")
    if not isinstance(fields, Mapping) or not fields.keys() <= {"format", *_LISTS}:
        raise _malformed("services", "format, services and issuers")
    if fields.get("format") != SERVICES_FORMAT:
        raise _malformed("services.format", SERVICES_FORMAT)
    services, issuers = (tuple(_parties(name, fields.get(name, []))) for name in _LISTS)
    return Services(services, issuers)


def _parties(name: str, listed: object) -> Iterator[Party]:
    if not isinstance(listed, list) or len(listed) > _PARTIES_MAX:
        raise _malformed(name, f"a list of at most {_PARTIES_MAX}")
    for place, fields in enumerate(listed):
        where = f"{name}[{place}]"
        allowed = {"issuer", "keys", "entry"} if name == "services" else {"issuer", "keys"}
        if not isinstance(fields, Mapping) or not {"issuer", "keys"} <= fields.keys() <= allowed:
            raise _malformed(where, "issuer and keys")
        issuer, keys, entry = fields["issuer"], fields["keys"], fields.get("entry", _DIGEST)
        if not isinstance(issuer, str) or not issuer or entry not in (_DIGEST, _BYTES):
            raise _malformed(where, f"issuer, a text; entry, {_DIGEST} or {_BYTES}")
        if not isinstance(keys, list) or not 1 <= len(keys) <= _KEYS_MAX:
            raise _malformed(f"{where}.keys", f"1 to {_KEYS_MAX} keys")
        yield Party(issuer, tuple(_key(f"{where}.keys", one) for one in keys), entry)


def _key(where: str, text: object) -> ForeignKey:
    if not isinstance(text, str):
        raise _malformed(where, "texts")
    if text.startswith("-----BEGIN"):
        return ForeignKey.of_pem(text)
    fields = decode_foreign(parse_base64(text, name=where), name=where)
    if not isinstance(fields, Mapping):
        raise _malformed(where, "base64 of a COSE_Key, or PEM")
    return ForeignKey.of_cose(fields)


def _malformed(field: str, expected: str) -> Malformed:
    return Malformed(f"{field}: expected {expected}", field=field, expected=expected)
