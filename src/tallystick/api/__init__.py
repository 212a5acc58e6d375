# SPDX-License-Identifier: Apache-2.0
"""The HTTP door of a node: routes, limits, problems, the event stream, and the server."""

from tallystick.api.application import ROUTES, create_app, describe_api
from tallystick.api.door import Door
from tallystick.api.hall import Application, PagesMaker
from tallystick.api.limits import PORT_DEFAULT, Limits
from tallystick.api.network import NetworkRecord
from tallystick.api.openapi import errors_of, openapi_document, parameters_of
from tallystick.api.ports import LedgerNode
from tallystick.api.problems import STATUS_BY_ERROR, Placed, Problem, status_of
from tallystick.api.server import HttpServer, serve
from tallystick.api.server_state import ServerState
from tallystick.api.table import Policy, Reply, RequestBody, Route

__all__ = [
    "PORT_DEFAULT",
    "ROUTES",
    "STATUS_BY_ERROR",
    "Application",
    "Door",
    "HttpServer",
    "LedgerNode",
    "Limits",
    "NetworkRecord",
    "PagesMaker",
    "Placed",
    "Policy",
    "Problem",
    "Reply",
    "RequestBody",
    "Route",
    "ServerState",
    "create_app",
    "describe_api",
    "errors_of",
    "openapi_document",
    "parameters_of",
    "serve",
    "status_of",
]
