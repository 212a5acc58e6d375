# SPDX-License-Identifier: Apache-2.0
"""x."""
PLANTS = ()
def caught_by(*a): ...
