# SPDX-License-Identifier: Apache-2.0
"""`net.private`, in both colours: each method is a flow of `private_data`."""

from __future__ import annotations

from tallystick.client import private_data as flows
from tallystick.client.desks import AsyncDesk, Desk, awaited, performed


class PrivateDesk(Desk):
    """Private data: seal, hand over, fetch and open; see `private_data` for each."""

    sealing_key = performed(flows.sealing_key)
    seal = performed(flows.seal_for)
    facts = performed(flows.facts)
    put = performed(flows.put)
    fetch_sealed = performed(flows.fetch_sealed)
    get = performed(flows.get)
    share = performed(flows.share)


class AsyncPrivateDesk(AsyncDesk):
    """The same for asyncio."""

    sealing_key = awaited(flows.sealing_key)
    seal = awaited(flows.seal_for)
    facts = awaited(flows.facts)
    put = awaited(flows.put)
    fetch_sealed = awaited(flows.fetch_sealed)
    get = awaited(flows.get)
    share = awaited(flows.share)
