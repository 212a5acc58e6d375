# SPDX-License-Identifier: Apache-2.0
"""Lists of people as the console reads them: by the same readers as `tally lists` has."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import entry_points
from typing import Any

import msgspec

from tallystick.cli.commands.lists import GROUP
from tallystick.cli.payments.parties import Payee, payees_file
from tallystick.console import ReadList
from tallystick.errors import InvalidArguments, NotFound


class InstalledListReader:
    """Reads lists by what industries have installed."""

    def takes(self, contract: str) -> bool:
        """Tell whether lists for a contract can be read."""
        return contract in entry_points(group=GROUP).names

    def read(self, contract: str, data: bytes, secret: str) -> ReadList:
        """Return a list, its rows without a name.

        Raises:
            NotFound: nothing here reads lists for this contract.
            InvalidArguments: the secret is not hexadecimal.
            InvalidTable, HostileFile, LimitExceeded: it cannot be read as one.
            Malformed: the secret is too short.
        """
        reader = _reader(contract)
        listed = reader.read_list(data, _bytes_of(secret))
        return ReadList(
            rows=[dict(row) for row in listed.plain_rows],
            total=listed.total,
            digest=listed.digest,
            rows_at_once=reader.ROWS_AT_ONCE,
            records=reader.RECORDS,
            problems=[asdict(one) for one in listed.problems],
            payees=payees_file(msgspec.convert(one, Payee) for one in listed.payees),
        )

    def differences(
        self, contract: str, data: bytes, secret: str, records: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return in what a list differs from its records; errors are those of `read`."""
        reader = _reader(contract)
        listed = reader.read_list(data, _bytes_of(secret))
        return [asdict(one) for one in reader.differences(listed, records)]


def _reader(contract: str) -> Any:  # noqa: ANN401  # a module, by the convention of `tally lists`
    points = [one for one in entry_points(group=GROUP) if one.name == contract]
    if not points:
        raise NotFound("nothing here reads lists for this contract", field="contract")
    return points[0].load()


def _bytes_of(secret: str) -> bytes:
    try:
        return bytes.fromhex(secret.strip())
    except ValueError as error:
        raise InvalidArguments(
            "the secret is not hexadecimal", field="secret", expected="openssl rand -hex 32"
        ) from error
