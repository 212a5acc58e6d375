# SPDX-License-Identifier: Apache-2.0
"""The industry systems, a folder each; they are found by entry points, like anybody's contracts."""

__all__: list[str] = []
