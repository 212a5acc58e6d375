# SPDX-License-Identifier: Apache-2.0
"""Messages of the CometBFT socket, generated; what they came from stands in VERSION.md."""
