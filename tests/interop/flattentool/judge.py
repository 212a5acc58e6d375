# SPDX-License-Identifier: Apache-2.0
"""`flattentool`, which 360Giving's own checker reads spreadsheets with, judges grants in CSV.

It makes the standard's JSON of a spreadsheet, by the titles in the standard's schema; this must be
the very package that was exported as JSON beside it.
"""

from __future__ import annotations

import importlib
import json
import shutil
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.interop.verdicts import Case, Refused, judge_all

library = importlib.import_module("flattentool")


def grants(folder: Path, case: Case) -> None:
    """Judge a spreadsheet with the package it must be."""
    with tempfile.TemporaryDirectory() as place:
        source, made = Path(place) / "in", Path(place) / "made.json"
        source.mkdir()
        shutil.copy(folder / case["file"], source / "grants.csv")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # it warns of what it does not understand
            library.unflatten(
                str(source),
                input_format="csv",
                encoding="utf-8-sig",
                root_list_path="grants",
                root_id="",
                schema=str(folder / case["schema"]),
                convert_titles=True,
                output_name=str(made),
            )
        found = read(made)["grants"]
    if found != read(folder / case["package"])["grants"]:
        raise Refused("the spreadsheet says other grants than the package")


def read(path: Path) -> Any:
    """Return a JSON file, amounts as exact decimals."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)


judge_all("flattentool", {"grants": grants})
