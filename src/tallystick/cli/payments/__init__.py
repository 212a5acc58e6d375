# SPDX-License-Identifier: Apache-2.0
"""The bridge between the outbox of a contract and a bank: `tally payments`."""

__all__: list[str] = []
