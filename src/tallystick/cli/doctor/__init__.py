# SPDX-License-Identifier: Apache-2.0
"""The checks of `tally doctor`: each looks at one thing and changes nothing."""

__all__: list[str] = []
