# SPDX-License-Identifier: Apache-2.0
"""`tally dev`: a network for one author, whose node takes every save of a contract at once."""

__all__: list[str] = []
