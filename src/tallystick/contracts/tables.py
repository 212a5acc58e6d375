# SPDX-License-Identifier: Apache-2.0
"""Typed tables: what a contract keeps, by primary key, one state key for each record.

The state key is `contract/table/key`. A key of one field is its text as it is; in a key of several
fields `%` and `/` become `%25` and `%2F`, and `/` stands between the fields, so no two keys meet.
Integers are written in decimal. There is no scanning: what must be found is kept under a key, or
asked of the views.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Generic, Self, TypeAlias, TypeVar

from tallystick.contracts.checkers import record_codec
from tallystick.contracts.hints import ToPlain
from tallystick.contracts.label import Label
from tallystick.contracts.records import Record
from tallystick.contracts.session import Session
from tallystick.encoding import decode_structure, encode
from tallystick.errors import Duplicate, InvalidValue, Malformed, UnknownRecord

R = TypeVar("R", bound=Record)
KeyPart: TypeAlias = str | int


class Table(Generic[R]):
    """A class attribute of a contract: `accounts = Table(Account, key="id")`.

    Methods work only while a method of the contract runs.
    """

    __slots__ = (
        *("_has_one_part", "_parts", "_prefix", "_read", "_session", "_to_plain"),
        *("key", "label", "name", "record"),
    )
    _has_one_part: bool
    _parts: Callable[[R], Any]
    _prefix: str
    _read: Callable[[object], R]
    _session: Session
    _to_plain: ToPlain

    def __init__(
        self, record: type[R], *, key: str | tuple[str, ...], label: Label | None = None
    ) -> None:
        """Keep records of class `record`, each under the value of its field or fields `key`."""
        self.record = record
        self.key = (key,) if isinstance(key, str) else key
        self.label = label
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name as the table's."""
        self.name = name

    def bind(self, contract: str, session: Session) -> Self:
        """Return this table at work on a session; for the host, not for authors."""
        bound = type(self)(self.record, key=self.key, label=self.label)
        bound.name = self.name
        bound.work_on(contract, session)
        return bound

    def work_on(self, contract: str, session: Session) -> None:
        """Prepare for work on a session, once; for the host, not for authors."""
        self._session = session
        self._prefix = f"{contract}/{self.name}/"
        self._parts = attrgetter(*self.key)
        self._has_one_part = len(self.key) == 1
        self._read, self._to_plain = record_codec(self.record)

    def get(self, *key: KeyPart) -> R | None:
        """Return the record with this primary key, or None."""
        place = self._place(key)
        data = self._session.read(place)
        return None if data is None else self._decode(place, data)

    def require(self, *key: KeyPart) -> R:
        """Return the record with this primary key.

        Raises:
            UnknownRecord: there is none.
        """
        place = self._place(key)
        data = self._session.read(place)
        if data is None:
            raise self._unknown(key)
        return self._decode(place, data)

    def contains(self, *key: KeyPart) -> bool:
        """Return whether there is a record with this primary key."""
        return self._session.read(self._place(key)) is not None

    def add(self, record: R) -> R:
        """Keep a new record and return it.

        Raises:
            Duplicate: its primary key is taken.
        """
        place = self._place_of(record)
        if self._session.read(place) is not None:
            key = self._key_text(record)
            raise Duplicate(f"{self.name}: {key} exists already", field=self.name, found=key)
        self._session.write(place, self._encode(record))
        return record

    def put(self, record: R) -> R:
        """Keep a record, new or in place of the one with its primary key, and return it."""
        place = self._place_of(record)
        self._session.read(place)
        self._session.write(place, self._encode(record))
        return record

    def replace(self, record: R) -> R:
        """Keep a record in place of the one with its primary key, and return it.

        Raises:
            UnknownRecord: there is none.
        """
        place = self._place_of(record)
        if self._session.read(place) is None:
            raise self._unknown((self._key_text(record),))
        self._session.write(place, self._encode(record))
        return record

    def remove(self, *key: KeyPart) -> None:
        """Delete the record with this primary key.

        Raises:
            UnknownRecord: there is none.
        """
        place = self._place(key)
        if self._session.read(place) is None:
            raise self._unknown(key)
        self._session.write(place, None)

    def _place_of(self, record: R) -> bytes:
        """Return the state key of a record."""
        if type(record) is not self.record:
            raise TypeError(
                f"{self.name} keeps {self.record.__name__}, not {type(record).__name__}"
            )
        parts = self._parts(record)
        if type(parts) is str and parts:
            return (self._prefix + parts).encode()  # the usual case, quickly
        return self._place((parts,) if self._has_one_part else parts)

    def _place(self, key: tuple[KeyPart, ...]) -> bytes:
        """Return the state key of a primary key."""
        if not self._has_one_part:
            text = _joined(key, self.key)
        elif len(key) == 1:
            text = key[0] if type(key[0]) is str else _part(key[0])
        else:
            raise _wrong_parts(key, self.key)
        if not text:
            raise InvalidValue(f"{self.name}: the key is empty", field=self.key[0])
        return (self._prefix + text).encode()

    def _key_text(self, record: R) -> str:
        parts = self._parts(record)
        return str(parts) if self._has_one_part else " / ".join(map(str, parts))

    def _encode(self, record: R) -> bytes:
        return encode(self._to_plain(record))

    def _decode(self, place: bytes, data: bytes) -> R:
        """Return the record in value bytes.

        Bytes that are not canonical are damage on this node. Canonical bytes that do not fit
        the record are a migration that the contract's author forgot, the same on every node.
        """
        try:
            plain = decode_structure(data, name="record")
        except Malformed as error:
            raise self._session.damaged(place) from error
        return self._read(plain)

    def _unknown(self, key: tuple[KeyPart, ...]) -> UnknownRecord:
        text = " / ".join(map(str, key))
        return UnknownRecord(f"{self.name}: there is no {text}", field=self.name, found=text)


def _part(part: object) -> str:
    if type(part) is str:
        return part
    if isinstance(part, str):
        return str.__str__(part)  # a member of a text enumeration
    if isinstance(part, int) and not isinstance(part, bool):
        return str(int(part))
    raise TypeError(f"a key is text or an integer, not {type(part).__name__}")


def _joined(key: tuple[KeyPart, ...], fields: tuple[str, ...]) -> str:
    if len(key) != len(fields):
        raise _wrong_parts(key, fields)
    return "/".join([_part(part).replace("%", "%25").replace("/", "%2F") for part in key])


def _wrong_parts(key: tuple[KeyPart, ...], fields: tuple[str, ...]) -> TypeError:
    return TypeError(f"the key is {', '.join(fields)}, but {len(key)} values were given")
