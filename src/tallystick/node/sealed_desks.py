# SPDX-License-Identifier: Apache-2.0
"""What a node holds sealed for others, together: private records and documents."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.model import Block
from tallystick.node.copy_desk import CopyDesk
from tallystick.node.document_desk import DocumentDesk
from tallystick.node.private_desk import PrivateDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDesks:
    """The desks of what is sealed; they obey what the ledger says is to be destroyed."""

    private: PrivateDesk
    documents: DocumentDesk
    copies: CopyDesk

    def note(self, block: Block) -> None:
        """Take note of what a durable block forbids to keep; quick, on the commit thread."""
        self.private.note(block)
        self.documents.note(block)

    def destroy_noted(self) -> None:
        """Destroy what was noted; when it returns all of that is gone.

        Raises:
            StorageFailed: it could not be destroyed: then the node must not go on.
        """
        self.private.destroy_noted()
        self.documents.destroy_noted()

    def reconcile(self) -> None:
        """Destroy what the ledger forbade while nobody looked, and what a crash left half done.

        Raises:
            StorageFailed, Corrupted: it cannot be told or done.
        """
        self.private.reconcile()
        self.documents.reconcile()
