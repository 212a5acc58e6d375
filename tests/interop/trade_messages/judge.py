# SPDX-License-Identifier: Apache-2.0
"""`python-iso20022`, classes that others made from the published schemas, judges trade messages.

Whatever its classes do not know or cannot hold is refused: names, attributes, codes, days, amounts.
Order and lengths they do not judge.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.interop.verdicts import Case, Refused, judge_all

parsers = importlib.import_module("xsdata.formats.dataclass.parsers")
settings = importlib.import_module("xsdata.formats.dataclass.parsers.config")
STRICT = settings.ParserConfig(
    fail_on_unknown_properties=True,
    fail_on_unknown_attributes=True,
    fail_on_converter_warnings=True,
)


def undertaking(folder: Path, case: Case) -> None:
    """Judge a message by the class of its kind; what must be there is there."""
    number = case["message"].replace(".", "_")
    models = importlib.import_module(f"python_iso20022.tsrv.{number}.models")
    kind = getattr(models, f"T{number.replace('_', '')[1:]}")
    data = (folder / case["file"]).read_bytes()
    try:
        parsers.XmlParser(config=STRICT).from_bytes(data, kind)
    except TypeError as missing:  # a field without which the class cannot be made
        raise Refused(str(missing)) from missing


judge_all("iso20022", {"undertaking": undertaking})
