# SPDX-License-Identifier: Apache-2.0
"""Faults of networks with real nodes: processes killed, cut off, filled up, and that lie."""
