# SPDX-License-Identifier: Apache-2.0
"""`net.documents`, in both colours: each method is a flow of a `document` module."""

from __future__ import annotations

from tallystick.client import document_copies as copies
from tallystick.client import document_facts as ledger
from tallystick.client import document_grants as granting
from tallystick.client import document_uploads as uploads
from tallystick.client import documents as flows
from tallystick.client.desks import AsyncDesk, Desk, awaited, performed


class DocumentDesk(Desk):
    """Documents: put, get, verify, grant, revoke, erase; see the flows for each."""

    facts = performed(ledger.facts)
    put = performed(uploads.put)
    get = performed(flows.get)
    export = performed(flows.export)
    download = performed(copies.download)
    fetch = performed(copies.fetch)
    challenge = performed(copies.challenge)
    verify = performed(flows.verify)
    hand_over = performed(uploads.hand_over)
    grant = performed(granting.grant)
    share = performed(granting.share)
    make_wrap = performed(granting.make_wrap)
    hand_wrap = performed(granting.hand_wrap)
    fetch_sealed = performed(granting.fetch_sealed)
    revoke = performed(granting.revoke)
    rotate = performed(granting.rotate)


class AsyncDocumentDesk(AsyncDesk):
    """The same for asyncio."""

    facts = awaited(ledger.facts)
    put = awaited(uploads.put)
    get = awaited(flows.get)
    export = awaited(flows.export)
    download = awaited(copies.download)
    fetch = awaited(copies.fetch)
    challenge = awaited(copies.challenge)
    verify = awaited(flows.verify)
    hand_over = awaited(uploads.hand_over)
    grant = awaited(granting.grant)
    share = awaited(granting.share)
    make_wrap = awaited(granting.make_wrap)
    hand_wrap = awaited(granting.hand_wrap)
    fetch_sealed = awaited(granting.fetch_sealed)
    revoke = awaited(granting.revoke)
    rotate = awaited(granting.rotate)
