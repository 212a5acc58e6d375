# SPDX-License-Identifier: Apache-2.0
"""Kills, fills, corrupts and cuts the power of a real node, and checks what it had promised."""
