# SPDX-License-Identifier: Apache-2.0
"""Violations planted one by one in a contract: what stands there, and the rule it breaks.

`{}` of `CONTRACT` is a method's body; texts that begin with `^` stand at the top of the file, those
with `@` in the body of the contract's class.
"""

from __future__ import annotations

from typing import Final

CONTRACT: Final = '''
"""A contract."""

from tallystick.contracts import (Context, Contract, Integer, Record, Table, action,)
{top}


class Loan(Record):
    id: str
    amount: Integer


class Loans(Contract, name="loans", version=1):
    loans = Table(Loan, key="id")
    {held}

    @action()
    def lend(self, ctx: Context, amount: Integer, names: list[str]) -> Integer:
        {body}
        return amount
'''

TRY: Final = "try:\n            pass\n        except "
"""The beginning of a handler: what it catches and does follows."""

PLANTED: Final[tuple[tuple[str, str], ...]] = (
    # the world outside
    ("TL101", "^import time"),
    ("TL101", "^from time import monotonic as tick"),
    ("TL101", "^from datetime import datetime\nMOMENT = datetime.now()"),
    ("TL101", "^import datetime as dt\n\n\ndef due():\n    return dt.date.today()"),
    ("TL101", "^from datetime import date\nDAY = date.fromtimestamp(0)"),
    ("TL102", "^import random"),
    ("TL102", "^from secrets import token_hex"),
    ("TL102", "^from uuid import uuid4"),
    ("TL103", "^import socket"),
    ("TL103", "^from urllib.request import urlopen"),
    ("TL103", "^import http.client"),
    ("TL103", "^import requests"),
    ("TL104", "open('rates.txt')"),
    ("TL104", "^from pathlib import Path"),
    ("TL104", "^import sqlite3"),
    ("TL104", "^import csv"),
    ("TL105", "^import os"),
    ("TL105", "^from os.path import join"),
    ("TL105", "^import sys"),
    ("TL105", "input()"),
    ("TL105", "^import locale"),
    ("TL105", "^import subprocess"),
    ("TL106", "^import threading"),
    ("TL106", "^from concurrent.futures import ThreadPoolExecutor"),
    ("TL106", "^async def pay():\n    pass"),
    ("TL107", "print(amount)"),
    ("TL107", "^import logging"),
    ("TL108", "^import numpy"),
    ("TL108", "^from pydantic import BaseModel"),
    ("TL109", "eval('amount')"),
    ("TL109", "exec('pass')"),
    ("TL109", "getattr(self, names[0])()"),
    ("TL109", "^import importlib"),
    ("TL109", "^import pickle"),
    ("TL109", "setattr(ctx, 'block_time_ms', 0)"),
    # values
    ("TL201", "amount * 0.05"),
    ("TL201", "amount + 1e3"),
    ("TL202", "float(amount)"),
    ("TL202", "^def rate(of: float) -> int:\n    return 1"),
    ("TL203", "amount / 3"),
    ("TL203", "amount /= 3"),
    ("TL204", "^import math\nROOT = math.sqrt(2)"),
    ("TL204", "^from statistics import mean\nMIDDLE = mean([1, 2])"),
    ("TL205", "id(ctx)"),
    ("TL205", "hash(names[0])"),
    ("TL206", "[one for one in {'a', 'b'}]"),
    ("TL206", "for one in set(names):\n            ctx.emit(one)"),
    ("TL206", "seen = set(names)\n        first = list(seen)[0]"),
    ("TL206", "seen = {1, 2}\n        seen.pop()"),
    ("TL206", "','.join(frozenset(names))"),
    ("TL206", "a, b = {1, 2}"),
    ("TL206", "f'{set(names)}'"),
    ("TL206", "next(iter({1} | {2}))"),
    ("TL206", "old = {}\n        [one for one in old.keys() - names]"),
    ("TL206", "^KNOWN: frozenset[str] = frozenset('ab')\nFIRST = tuple(KNOWN)"),
    ("TL206", "(*set(names),)"),
    ("TL207", "f'{amount:n}'"),
    ("TL207", "ctx.day.strftime('%A')"),
    # flow
    ("TL301", "while True:\n            amount += 1"),
    ("TL301", "while names:\n            names.pop()"),
    ("TL301", "while amount != 1 or names:\n            amount -= 1"),
    ("TL301", "for _ in range(amount):\n            pass"),
    ("TL301", "[0 for _ in range(1, amount)]"),
    ("TL302", "^def down(n):\n    return n and down(n - 1)"),
    ("TL302", "^def ping(n):\n    return pong(n)\n\n\ndef pong(n):\n    return ping(n)"),
    ("TL302", "@def step(self):\n        return self.step()"),
    ("TL303", "^from itertools import count\n\n\ndef numbers():\n    return zip(count(), 'ab')"),
    ("TL303", "^import itertools\n\n\ndef again():\n    return map(str, itertools.repeat(1))"),
    ("TL303", "list(zip(iter(names.pop, None), 'ab'))"),
    ("TL304", TRY + "Exception:\n            pass"),
    ("TL304", TRY.rstrip() + ":\n            pass"),
    (
        "TL304",
        TRY + "(ValueError, BaseException):\n            pass",
    ),
    ("TL304", "^from contextlib import suppress\nQUIET = suppress(Exception)"),
    (
        "TL305",
        TRY + "ValueError as error:\n            return str(error)",
    ),
    (
        "TL305",
        TRY + "KeyError as error:\n            ctx.emit(f'{error}')",
    ),
    (
        "TL305",
        TRY + "KeyError as error:\n            return error.args[0]",
    ),
    (
        "TL305",
        TRY + "KeyError as error:\n            return 'no %s' % error",
    ),
    ("TL305", "^import traceback\n\n\ndef text():\n    return traceback.format_exc()"),
    ("TL306", "assert amount > 0"),
    # state
    ("TL401", "^CACHE = {}"),
    ("TL401", "^SEEN: list[str] = []"),
    ("TL401", "^from collections import defaultdict\nBY_NAME = defaultdict(list)"),
    ("TL401", "@rates = [1, 2]"),
    ("TL402", "global COUNT\n        COUNT = 1"),
    ("TL403", "self.last = amount"),
    ("TL403", "Loan.limit = amount"),
    ("TL403", "self.calls += 1"),
    ("TL403", "del self.loans"),
    ("TL404", "^def add(to=[]):\n    return to"),
    ("TL404", "^def add(*, to=dict()):\n    return to"),
    (
        "TL405",
        "^from functools import lru_cache\n\n\n@lru_cache(maxsize=9)\ndef rate(n):\n    return n",
    ),
    ("TL405", "^import functools\n\n\n@functools.cache\ndef rate(n):\n    return n"),
    # the platform
    ("TL501", "^from tallystick.model import Call"),
    ("TL501", "^from tallystick.contracts.tables import Table as Inner"),
    ("TL501", "^import tallystick"),
    ("TL502", "^from tallystick.contracts import *"),
    ("TL503", "return ("),
    ("TL504", "x = amount / 1  # tally: allow TL203"),
    ("TL505", "x = 1  # tally: allow TL203 because the rest is burnt"),
)


def planted(what: str) -> str:
    """Return the contract with a violation in its place."""
    parts = {"top": "", "held": "", "body": "pass"}
    place = {"^": "top", "@": "held"}.get(what[0], "body")
    parts[place] = what if place == "body" else what[1:]
    return CONTRACT.format(**parts)
