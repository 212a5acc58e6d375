# SPDX-License-Identifier: Apache-2.0
"""Puts the courier of a node's folder together."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from tallystick.console.records import Records, records_path
from tallystick.console.settings import read_settings
from tallystick.console.signing.vault import Vault
from tallystick.console.webhooks.courier import Courier
from tallystick.console.webhooks.source import NodeSource


def start_webhooks(folder: Path, url: str) -> Courier:
    """Begin to tell receivers what the node at an address of this machine has; in threads.

    Args:
        folder: the node's, in which its console keeps its records.
        url: where the node answers.

    Raises:
        DataFolderProblem: `console.toml` is not as it should be.
    """
    records = Records(records_path(folder))
    networks = read_settings(folder).webhook_networks
    courier = Courier(
        records,
        NodeSource(url),
        Vault(records, folder / "console" / "vault.key"),
        tuple(ipaddress.ip_network(one) for one in networks),
    )
    courier.start()
    return courier
