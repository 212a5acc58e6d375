# SPDX-License-Identifier: Apache-2.0
"""`tally key protect` and `unprotect`: a passphrase on the node's keys, or on one of the user's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Listing, Row
from tallystick.cli.catalogue import say
from tallystick.cli.local import check_founded
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Dashed, Output, Place
from tallystick.cli.secrets import read_passphrase
from tallystick.cli.talk import note, step
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.node import StoredKey
    from tallystick.storage import DataFolder

_SHOWN = ("name", "public_key", "encrypted")


def protect(
    name: str | None = None,
    /,
    *,
    passphrase_file: Dashed = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Put the node's keys, or one of this user's, under a passphrase.

    Raises:
        UsageError: the passphrase is empty, or nobody can be asked for it.
        WrongPassphrase: some of the node's keys are sealed under another one already.
        DataFolderProblem: the node runs, or a key of it cannot be used.
        FileProblem: the user's key cannot be used.
    """
    from tallystick.node import protect_keys

    if name is not None:
        return _own(name, place, passphrase_file, is_new=True)
    answer = _node(place, passphrase_file, protect_keys, is_new=True)
    step(say("key.protected"))
    note(say("key.protected_note"))
    return answer


def unprotect(
    name: str | None = None,
    /,
    *,
    passphrase_file: Dashed = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Take the passphrase off the node's keys, or off one of this user's.

    Raises:
        WrongPassphrase: it is not the right one; nothing was changed.
        UsageError: nobody can be asked for it.
        DataFolderProblem: the node runs, or a key of it cannot be used.
        FileProblem: the user's key cannot be used.
    """
    from tallystick.node import unprotect_keys

    if name is not None:
        return _own(name, place, passphrase_file, is_new=False)
    answer = _node(place, passphrase_file, unprotect_keys, is_new=False)
    step(say("key.unprotected"))
    return answer


def _own(name: str, place: Place, passphrase_file: str | None, *, is_new: bool) -> Answer:
    from tallystick.cli.identities import own_store

    if place.data is not None:
        message = say("usage.not_both", one="NAME", other="--data")
        raise UsageError(message, field="--data")
    store = own_store()
    store.describe(name)  # before anybody types a passphrase
    passphrase = read_passphrase(passphrase_file, confirm=is_new)
    (store.protect if is_new else store.unprotect)(name, passphrase)
    key = store.describe(name)
    row: Row = {"name": name, "public_key": key.public_key.hex(), "encrypted": key.is_sealed}
    return Listing((row,), _SHOWN)


def _node(
    place: Place,
    passphrase_file: str | None,
    change: Callable[[DataFolder, str], list[StoredKey]],
    *,
    is_new: bool,
) -> Answer:
    from tallystick.storage import DataFolder

    folder = existing_data_folder(place.data)
    check_founded(folder)
    with DataFolder.open(folder) as opened:
        passphrase = read_passphrase(passphrase_file, confirm=is_new)
        keys = change(opened, passphrase)
    rows: tuple[Row, ...] = tuple(
        {"name": key.name, "public_key": key.public_key.hex(), "encrypted": key.is_sealed}
        for key in keys
    )
    return Listing(rows, _SHOWN)
