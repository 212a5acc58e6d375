# SPDX-License-Identifier: Apache-2.0
"""The web console: pages in Chinese and English for everything a node knows; speaks HTTP only."""

from tallystick.console.application import create_console
from tallystick.console.backups import Backup, Backups, Work, WorkEnd, WorkKind
from tallystick.console.bank_files import BankAnswer, MadeFile, PrivateFiles
from tallystick.console.clerks import (
    KEPT_BYTES_MAX,
    AskedNode,
    Causes,
    DayOfLines,
    Fetcher,
    Restored,
    ShownLines,
)
from tallystick.console.options import ConsoleOptions
from tallystick.console.proving import AwayOriginal, CertificateKind, TakeAwayKind
from tallystick.console.rescuing import rescue
from tallystick.console.visit import ReadList
from tallystick.console.webhooks.courier import Courier
from tallystick.console.webhooks.starting import start_webhooks

__all__ = [
    "KEPT_BYTES_MAX",
    "AskedNode",
    "AwayOriginal",
    "Backup",
    "Backups",
    "BankAnswer",
    "Causes",
    "CertificateKind",
    "ConsoleOptions",
    "Courier",
    "DayOfLines",
    "Fetcher",
    "MadeFile",
    "PrivateFiles",
    "ReadList",
    "Restored",
    "ShownLines",
    "TakeAwayKind",
    "Work",
    "WorkEnd",
    "WorkKind",
    "create_console",
    "rescue",
    "start_webhooks",
]
