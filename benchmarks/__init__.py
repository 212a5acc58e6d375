# SPDX-License-Identifier: Apache-2.0
"""Measures what Tallystick promises about speed and memory; `python -m benchmarks --help`."""
