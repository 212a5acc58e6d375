# SPDX-License-Identifier: Apache-2.0
"""Everything the command says, in Chinese and English; `catalogue` looks it up."""

__all__: list[str] = []
