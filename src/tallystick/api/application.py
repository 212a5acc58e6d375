# SPDX-License-Identifier: Apache-2.0
"""Puts the application together: the route table, the state that requests share, the door."""

from __future__ import annotations

from typing import Final

from tallystick.api.directory import Directory
from tallystick.api.door import Door
from tallystick.api.limits import Limits
from tallystick.api.openapi import Json, document_route, openapi_document
from tallystick.api.ports import LedgerNode
from tallystick.api.routes_activity import ROUTES as ACTIVITY_ROUTES
from tallystick.api.routes_governance import ROUTES as GOVERNANCE_ROUTES
from tallystick.api.routes_log import ROUTES as LOG_ROUTES
from tallystick.api.routes_read import ROUTES as READ_ROUTES
from tallystick.api.routes_submit import ROUTES as SUBMIT_ROUTES
from tallystick.api.server_state import ServerState
from tallystick.api.table import Route
from tallystick.encoding import prepare


def create_app(
    node: LedgerNode,
    *,
    limits: Limits | None = None,
    host_names: frozenset[str] = frozenset(),
) -> Door:
    """Return the ASGI application for a node in operation.

    Args:
        node: what it asks.
        limits: bounds; the defaults suit one node on two cores.
        host_names: names by which callers may know the server; empty means any.
    """
    for route in ROUTES:
        if route.body is not None and route.body.schema is not None:
            prepare(route.body.schema)  # handlers run in threads
    state = ServerState(node, limits or Limits())
    return Door(state, Directory(ROUTES), hosts=host_names)


def describe_api(state: ServerState, contract: str | None = None) -> Json:
    """Return the OpenAPI document of an application, or one contract's part of it.

    Raises:
        UnknownContract: there is no such contract.
    """
    return openapi_document(ROUTES, state.catalogue, contract)


ROUTES: Final[tuple[Route, ...]] = (
    *SUBMIT_ROUTES,
    *READ_ROUTES,
    *ACTIVITY_ROUTES,
    *GOVERNANCE_ROUTES,
    *LOG_ROUTES,
    document_route(lambda: ROUTES),
)
"""Every route there is."""
