# SPDX-License-Identifier: Apache-2.0
"""The commands, one file for each noun; `app` names them, nothing else imports them."""

__all__: list[str] = []
