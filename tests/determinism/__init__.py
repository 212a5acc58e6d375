# SPDX-License-Identifier: Apache-2.0
"""One history of blocks, executed in processes that differ in whatever must not matter."""
