# SPDX-License-Identifier: Apache-2.0
"""Lists of beneficiaries as people keep them, CSV or XLSX: rows for the ledger, payees for a bank.

Names, identity numbers and accounts end here: the ledger gets commitments under the foundation's
secret, and who pays gets a private file. Rows are sorted by commitment, so the officer's list and
finance's own have one digest however each is sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.contracts import Value, digest_of, is_person_number, person_commitment
from tallystick.industries.charity.records import FREE, ROWS_A_CALL_MAX, ListRow
from tallystick.industries.charity.rules import list_digest_of
from tallystick.interchange.tables import Cell, Column, Kind, Row, read_table

COLUMNS: Final = (
    Column(name="name", headers=("姓名", "Name"), characters_max=140),
    Column(name="number", headers=("证件号码", "身份证号", "Identity number"), unique=True),
    Column(name="account", headers=("银行账号", "Account"), pattern=r"[0-9]{8,34}"),
    Column(name="bank", headers=("开户行行号", "CNAPS"), pattern=r"[0-9]{12}", required=False),
    Column(name="amount", headers=("金额", "Amount"), kind=Kind.AMOUNT),
    Column(name="fund", headers=("资金", "Fund"), pattern=r"[a-z][a-z0-9-]{0,39}", required=False),
    Column(name="province", headers=("省份代码", "Province"), pattern=r"[0-9]{2}", required=False),
    Column(name="guardian", headers=("监护人证件号码", "Guardian's number"), required=False),
)
"""What a list has; a guardian's number makes its beneficiary a minor."""

RECORDS: Final = "entitlements"
"""The table that has the rows of a list on the ledger."""
ROWS_AT_ONCE: Final = ROWS_A_CALL_MAX

NUMBER_WRONG: Final = "LIST_NUMBER"
AMOUNT_WRONG: Final = "LIST_AMOUNT"
_COMPARED: Final = ("amount", "fund", "province", "guardian", "is_minor")
_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    NUMBER_WRONG: ("the identity number is not valid", "证件号码无效（校验位不符）"),
    AMOUNT_WRONG: ("the amount must be above zero", "金额须大于零"),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong in a list; it never repeats what stands there."""

    row: int
    """As a spreadsheet counts."""
    column: str
    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that was read: rows and payees of good rows, and what is wrong with the others."""

    rows: tuple[ListRow, ...]
    payees: tuple[dict[str, str], ...]
    """Fields of the private payees' file, in the order of the rows."""
    numbers: tuple[int, ...]
    """Where each row stands in the file, as a spreadsheet counts."""
    problems: tuple[RowProblem, ...]

    @property
    def digest(self) -> str:
        """Digest of the list, as the contract computes it."""
        return list_digest_of(list(self.rows))

    @property
    def plain_rows(self) -> tuple[dict[str, Value], ...]:
        """The rows as a call carries them."""
        return tuple(_plain(row) for row in self.rows)

    @property
    def total(self) -> int:
        """Sum of the rows, in the smallest unit."""
        return sum(row.amount for row in self.rows)


def read_list(data: bytes, secret: bytes) -> ListFile:
    """Return a list of beneficiaries, sorted by commitment.

    Args:
        data: the CSV file or XLSX workbook.
        secret: the foundation's, at least 32 bytes; the same for every list.

    Raises:
        InvalidTable, HostileFile, LimitExceeded: it cannot be read at all.
        Malformed: the secret is too short.
    """
    good: list[tuple[ListRow, dict[str, str], int]] = []
    problems: list[RowProblem] = []
    for row in read_table(data, COLUMNS):
        wrong = [*_cell_problems(row), *_own_problems(row)]
        problems += wrong
        if not wrong:
            good.append((*_converted(row.values, secret), row.number))
    good.sort(key=lambda one: one[0].beneficiary)
    return ListFile(
        rows=tuple(row for row, _, _ in good),
        payees=tuple(payee for _, payee, _ in good),
        numbers=tuple(number for _, _, number in good),
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that two lists do not have alike."""

    row: int | None
    """Where it stands in the file; None if only the ledger has it."""
    beneficiary: str
    why: str
    """`differs`, `only_here` or `only_on_ledger`."""


def differences(listed: ListFile, records: Iterable[Mapping[str, object]]) -> list[Difference]:
    """Return in what a list differs from the records of one on the ledger; empty if in nothing."""
    theirs = {str(one["beneficiary"]): one for one in records}
    found = []
    for number, row in zip(listed.numbers, listed.plain_rows, strict=True):
        beneficiary = str(row["beneficiary"])
        record = theirs.pop(beneficiary, None)
        if record is None:
            found.append(Difference(number, beneficiary, "only_here"))
        elif any(record[name] != row[name] for name in _COMPARED):
            found.append(Difference(number, beneficiary, "differs"))
    return found + [Difference(None, one, "only_on_ledger") for one in sorted(theirs)]


def _cell_problems(row: Row) -> list[RowProblem]:
    return [
        RowProblem(one.row, one.column, str(one.code), one.text("en"), one.text("zh"))
        for one in row.problems
    ]


def _own_problems(row: Row) -> list[RowProblem]:
    """Return what only this list knows to be wrong."""
    found = [
        (column, NUMBER_WRONG)
        for column in ("number", "guardian")
        if not _is_empty_or_number(row.values.get(column))
    ]
    if row.values.get("amount") == 0:
        found.append(("amount", AMOUNT_WRONG))
    return [RowProblem(row.number, column, code, *_TEXTS[code]) for column, code in found]


def _is_empty_or_number(cell: Cell | None) -> bool:
    """Return whether an identity number is valid; an empty cell is another problem, or none."""
    return cell is None or is_person_number(str(cell).upper())


def _converted(values: dict[str, Cell | None], secret: bytes) -> tuple[ListRow, dict[str, str]]:
    """Return the row and the payee of a good row."""
    holder = person_commitment(secret, str(values["number"]).upper())
    guardian, account = values.get("guardian"), str(values["account"])
    fund = str(values.get("fund") or FREE)
    row = ListRow(
        beneficiary=holder,
        amount=int(str(values["amount"])),
        fund=fund,
        tags=() if fund == FREE else (fund,),
        province=str(values.get("province") or "00"),
        guardian=None if guardian is None else person_commitment(secret, str(guardian).upper()),
        is_minor=guardian is not None,
    )
    payee = {
        "holder": holder,
        "salt": digest_of("account-salt", secret.hex(), account),
        "name": str(values["name"]),
        "account": account,
    }
    if values.get("bank") is not None:
        payee |= {"clearing_system": "CNAPS", "clearing_number": str(values["bank"])}
    return row, payee


def _plain(row: ListRow) -> dict[str, Value]:
    return {
        "beneficiary": row.beneficiary,
        "amount": row.amount,
        "fund": row.fund,
        "tags": list(row.tags),
        "province": row.province,
        "guardian": row.guardian,
        "is_minor": row.is_minor,
    }
