# SPDX-License-Identifier: Apache-2.0
"""Telling other programs what happened: signed messages, kept in order, sent until they arrive."""

__all__: list[str] = []
