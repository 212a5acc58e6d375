# SPDX-License-Identifier: Apache-2.0
"""The demonstration: a small consortium, its files, and the story `tally up --demo` tells."""

__all__: list[str] = []
