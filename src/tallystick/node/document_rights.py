# SPDX-License-Identifier: Apache-2.0
"""Who may have which sealed document: the asking organisation, and this node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tallystick.contracts.parts import Document
from tallystick.errors import RoleMissing
from tallystick.model import DocumentPlace
from tallystick.node.document_ledger import Declared, DocumentLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRights:
    """What the ledger says, seen from one organisation's node."""

    ledger: DocumentLedger
    organization: Callable[[], str]
    """Whose node this is."""
    is_alone: bool
    """Whether there is no other node, so that this one holds everybody's."""

    def require(self, asker: str, place: DocumentPlace) -> Declared:
        """Return a version that the asker and this node may hold.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: not for this asker, or not for this node.
        """
        declared = self.require_asker(asker, place)
        if not self.is_for_this_node(declared.document):
            raise RoleMissing(
                "this node's organisation neither owns the document nor may hold it",
                field="document",
                found=self.organization() or "nobody's node",
                hint="Hand it to nodes of its owner, of grantees and of keepers.",
            )
        return declared

    def require_asker(self, asker: str, place: DocumentPlace) -> Declared:
        """Return a version that the asker may hold.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: the asker neither owns it, nor has a grant, nor keeps it.
        """
        declared = self.ledger.require(place)
        if not self.ledger.may_hold(declared.document, asker):
            raise RoleMissing(
                "this organisation neither owns the document, nor has a grant, nor keeps it",
                field="organization",
                found=asker,
                hint="Its owner can grant it: `tally document grant`.",
            )
        return declared

    def is_for_this_node(self, document: Document) -> bool:
        """Say whether this node may hold a document."""
        return self.is_alone or self.ledger.may_hold(document, self.organization())
