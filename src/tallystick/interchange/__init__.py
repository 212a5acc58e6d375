# SPDX-License-Identifier: Apache-2.0
"""Formats of the outside world that several rooms share, a folder each with a face of its own.

They turn bytes into records and back and touch nothing else, but for two doors: `bank` reaches the
disk, `identity` the network. Who needs one of them loads no library of the others.
"""

__all__: list[str] = []
