# SPDX-License-Identifier: Apache-2.0
"""Parts that every industry needs, built once: money, deadlines, locks, votes and so on."""

__all__: list[str] = []
