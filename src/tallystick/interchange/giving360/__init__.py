# SPDX-License-Identifier: Apache-2.0
"""Grants in the 360Giving Data Standard: as a JSON package, and as its spreadsheet in CSV."""

from tallystick.interchange.giving360.grants import VERSION, Giver, Grant, Package
from tallystick.interchange.giving360.writing import package_json, spreadsheet_csv

__all__ = ["VERSION", "Giver", "Grant", "Package", "package_json", "spreadsheet_csv"]
