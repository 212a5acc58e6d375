# SPDX-License-Identifier: Apache-2.0
"""Formats of the outside world that several rooms share, a folder each with a face of its own.

`iso20022` and `tables` turn bytes into records and back and touch nothing else; `bank` alone
reaches the disk. Who needs one of them loads no library of the others.
"""

__all__: list[str] = []
