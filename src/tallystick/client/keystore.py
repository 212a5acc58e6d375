# SPDX-License-Identifier: Apache-2.0
"""Keys that sign for members, one file each, readable by their owner only.

A key file is JSON: `{"format": "tallystick.key.v1", "organization", "member", "public_key",
"seed"}`, or with `sealed` (a `tallystick.sealed-key.v1`) instead of `seed` when a passphrase
protects it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from tallystick.client.home import file_problem, read_private_file, tally_home, write_file
from tallystick.client.sealing import Sealed, unseal
from tallystick.crypto import SealedKey, SecretKey, open_key, seal_key
from tallystick.encoding import format_base64, format_json, parse_base64, parse_hex, parse_json
from tallystick.errors import FileProblem, TallystickError, UsageError
from tallystick.model import (
    Call,
    RequestSigner,
    check_organization_id,
    sign_transaction,
)
from tallystick.units import HASH_SIZE

Part = TypeVar("Part")
KEY_FORMAT: Final = "tallystick.key.v1"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_PURPOSE: Final = "member"
_SUFFIX: Final = ".json"
_FILE_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: a member of an organisation, with the key that acts for them."""

    organization: str
    """Unified social credit code."""
    member: str
    """Member id within the organisation."""
    secret: SecretKey
    """Shown as its public half only."""

    def sign(self, call: Call) -> bytes:
        """Return the call as a signed transaction."""
        return sign_transaction(call, self.secret, self.organization)

    @property
    def public_key(self) -> bytes:
        """32 bytes; what an administrator enrols."""
        return self.secret.public_key


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks a node by signed requests only: the key is kept elsewhere and signs nothing else."""

    organization: str
    """Unified social credit code."""
    member: str
    secret: RequestSigner
    """What signs the requests."""

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self.secret.public_key


@dataclass(frozen=True, slots=True)
class KeyDescription:
    """What may be shown of a key file."""

    name: str
    organization: str
    member: str
    public_key: bytes
    is_sealed: bool
    """Whether a passphrase is needed."""


class KeyStore:
    """A folder of key files."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder`, by default `keys` in the user's own (`$TALLY_HOME`)."""
        self.folder = tally_home() / "keys" if folder is None else folder

    def names(self) -> list[str]:
        """Return the names of all keys, sorted."""
        found = self.folder.glob(f"*{_SUFFIX}") if self.folder.is_dir() else ()
        names = (path.name.removesuffix(_SUFFIX) for path in found)
        return sorted(name for name in names if _NAME.fullmatch(name))

    def create(
        self, name: str, organization: str, member: str, *, passphrase: str | None = None
    ) -> Identity:
        """Make a new key and save it; raises as `save`."""
        identity = Identity(organization, member, SecretKey.generate())
        self.save(name, identity, passphrase=passphrase)
        return identity

    def save(self, name: str, identity: Identity, *, passphrase: str | None = None) -> None:
        """Write a key file; an existing one is never replaced.

        Raises:
            UsageError: the name is not usable, or the passphrase is empty.
            Malformed: the organisation is not a unified social credit code.
            FileProblem: the name is taken, or the folder cannot be written.
        """
        data = _encode(identity, passphrase)
        write_file(self._path(name), data, private=True, exclusive=True)

    def protect(self, name: str, passphrase: str) -> None:
        """Put a key that lies open under a passphrase; the file is replaced in one step.

        Raises:
            FileProblem: missing, damaged, or readable by others.
            UsageError: it has a passphrase already, or the new one is empty.
        """
        if self.describe(name).is_sealed:
            raise UsageError(f"key {name} has a passphrase already", field="name")
        data = _encode(self.load(name), passphrase)
        write_file(self._path(name), data, private=True)

    def unprotect(self, name: str, passphrase: str) -> None:
        """Take the passphrase off a key; the file is replaced in one step.

        Raises:
            FileProblem: missing, damaged, or readable by others.
            WrongPassphrase: it is not the right one; nothing was changed.
            UsageError: the key has no passphrase.
        """
        if not self.describe(name).is_sealed:
            raise UsageError(f"key {name} has no passphrase", field="name")
        data = _encode(self.load(name, passphrase=passphrase), None)
        write_file(self._path(name), data, private=True)

    def load(self, name: str, *, passphrase: str | None = None) -> Identity:
        """Return the identity of a key file.

        Raises:
            FileProblem: missing, damaged, or readable by others.
            WrongPassphrase: it is not the right one.
            UsageError: a passphrase is needed.
        """
        fields = self._fields(name)
        described = self._describe(name, fields)
        if described.is_sealed:
            if passphrase is None:
                raise UsageError(f"key {name} needs its passphrase", field="passphrase")
            secret = _unseal(fields["sealed"], passphrase)
        else:
            seed = self._part(name, lambda: parse_base64(str(fields["seed"]), name="seed"))
            secret = self._part(name, lambda: SecretKey(seed))
        if secret.public_key != described.public_key:
            raise _damaged(self._path(name))
        return Identity(described.organization, described.member, secret)

    def describe(self, name: str) -> KeyDescription:
        """Return what may be shown of a key; raises `FileProblem`."""
        return self._describe(name, self._fields(name))

    def remove(self, name: str) -> None:
        """Delete a key file; without a copy its key is lost. Raises `FileProblem`."""
        path = self._path(name)
        try:
            path.unlink()
        except OSError as error:
            raise file_problem(path, error) from error

    def _describe(self, name: str, fields: dict[str, object]) -> KeyDescription:
        match fields:
            case {"organization": str(organization), "member": str(member), "public_key": str(key)}:
                public_key = self._part(name, lambda: parse_hex(key, size=HASH_SIZE))
                return KeyDescription(name, organization, member, public_key, "sealed" in fields)
        raise _damaged(self._path(name))

    def _fields(self, name: str) -> dict[str, object]:
        path = self._path(name)
        text = read_private_file(path, size_max=_FILE_MAX)
        fields = self._part(name, lambda: parse_json(text, name="key file"))
        if not isinstance(fields, dict) or fields.get("format") != KEY_FORMAT:
            raise _damaged(path)
        if ("seed" in fields) == ("sealed" in fields):
            raise _damaged(path)
        return fields

    def _part(self, name: str, read: Callable[[], Part]) -> Part:
        """Run a parser on a part of the file; whatever is wrong, the file is at fault."""
        try:
            return read()
        except TallystickError as error:
            raise _damaged(self._path(name)) from error

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name[:80]!r} is not a key name",
                field="name",
                expected="1 to 63 letters, digits, dots, hyphens and underscores",
            )
        return self.folder / f"{name}{_SUFFIX}"


def _encode(identity: Identity, passphrase: str | None) -> bytes:
    fields: dict[str, object] = {
        "format": KEY_FORMAT,
        "organization": check_organization_id(identity.organization),
        "member": identity.member,
        "public_key": identity.public_key.hex(),
    }
    if passphrase is None:
        fields["seed"] = format_base64(identity.secret.seed)
    else:
        sealed = seal_key(identity.secret, passphrase, purpose=_PURPOSE)
        fields["sealed"] = parse_json(sealed.encode())
    return (format_json(fields, indent=2) + "\n").encode()


def _unseal(sealed: object, passphrase: str) -> SecretKey:
    if isinstance(sealed, dict) and "format" not in sealed:  # release 0.1
        return SecretKey(unseal(Sealed.from_fields(sealed), passphrase))
    return open_key(SealedKey.decode(format_json(sealed).encode()), passphrase, purpose=_PURPOSE)


def _damaged(path: Path) -> FileProblem:
    return FileProblem(f"{path}: not a key file, or damaged", field="path", expected=KEY_FORMAT)
