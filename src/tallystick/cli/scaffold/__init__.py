# SPDX-License-Identifier: Apache-2.0
"""The files of a new contract, as templates; `contract_new` fills them in."""

__all__: list[str] = []
