# SPDX-License-Identifier: Apache-2.0
"""Lists of people and things from CSV and XLSX files, checked cell by cell; and both out again."""

from tallystick.interchange.tables.columns import (
    PROBLEM_TEXTS,
    Cell,
    CellProblem,
    Column,
    Kind,
    Limits,
    Problem,
)
from tallystick.interchange.tables.csv_writing import write_csv, write_csv_rows
from tallystick.interchange.tables.reader import Row, read_table
from tallystick.interchange.tables.xlsx_writing import Workbook, write_xlsx

__all__ = [
    "PROBLEM_TEXTS",
    "Cell",
    "CellProblem",
    "Column",
    "Kind",
    "Limits",
    "Problem",
    "Row",
    "Workbook",
    "read_table",
    "write_csv",
    "write_csv_rows",
    "write_xlsx",
]
