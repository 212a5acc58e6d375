# SPDX-License-Identifier: Apache-2.0
"""The desks of documents of the node that tests of HTTP use: real ones, over its state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tallystick.documents import Depot, FolderStore, Wraps
from tallystick.node.copy_desk import CopyDesk, CopyDeskParts
from tallystick.node.document_desk import DocumentDesk, DocumentDeskParts
from tallystick.node.document_ledger import DocumentLedger
from tallystick.node.document_rights import DocumentRights
from tests.factories import COURT


def document_desks(
    folder: Path,
    network: str,
    read: Callable[[bytes], bytes | None],
    clock: Callable[[], int],
) -> tuple[DocumentDesk, CopyDesk]:
    """Return the desks of a node that is alone, the court's."""
    rights = DocumentRights(ledger=DocumentLedger(read), organization=lambda: COURT, is_alone=True)
    depot = Depot(folder / "documents", FolderStore(folder / "documents" / "store"))
    desk = DocumentDesk(
        DocumentDeskParts(clock=clock, rights=rights, depot=depot, wraps=Wraps(folder / "wraps"))
    )
    copies = CopyDesk(
        CopyDeskParts(
            network=network,
            rights=rights,
            depot=depot,
            desk=desk,
            sources=(),
            sign=lambda _: b"",
        )
    )
    return desk, copies
