# SPDX-License-Identifier: Apache-2.0
"""The door to a bank: files go out once, and come in until they are acknowledged.

A folder of its own because it alone, of what is in this room, reaches the disk.
"""

from tallystick.interchange.bank.file_drop import FileDropConnector
from tallystick.interchange.bank.ports import BankConnector, BankFile

__all__ = ["BankConnector", "BankFile", "FileDropConnector"]
