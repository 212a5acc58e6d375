# SPDX-License-Identifier: Apache-2.0
"""Column types that mean the same in every database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Integer, Text

# SQLite makes a key of type INTEGER the row's own number, which costs no index.
INT: Final = BigInteger().with_variant(Integer(), "sqlite")
# Ranges over texts follow the bytes, as SQLite's do, whatever the database's language.
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
