# SPDX-License-Identifier: Apache-2.0
"""The bridge between an identity provider and a contract: `tally identity`."""

__all__: list[str] = []
