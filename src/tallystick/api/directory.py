# SPDX-License-Identifier: Apache-2.0
"""Finds the route of a path and method: exact paths by look-up, templates in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from re import Pattern

from starlette.routing import compile_path

from tallystick.api.table import Route
from tallystick.errors import NotFound, WrongMethod

_Methods = dict[str, Route]


class Directory:
    """Routes by path; a HEAD is answered wherever a GET is."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Sort the routes: those without parameters are found without any matching."""
        by_path: dict[str, _Methods] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.method] = route
        self._exact = {path: found for path, found in by_path.items() if "{" not in path}
        self._templates: list[tuple[Pattern[str], _Methods]] = [
            (compile_path(path)[0], found) for path, found in by_path.items() if "{" in path
        ]

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """Return the route and its path parameters.

        Raises:
            NotFound: nothing at this path.
            WrongMethod: the path is there, but not for this method; `expected` lists which.
        """
        exact = self._exact.get(path)
        if exact is not None:
            return _choose(exact, method), {}
        found = [
            (methods, match.groupdict())
            for pattern, methods in self._templates
            if (match := pattern.match(path)) is not None
        ]
        # `/tables/{table}` and `/{method}/prepare` meet in one path: what is asked for decides.
        for methods, values in found:
            if _served(method) in methods:
                return methods[_served(method)], values
        if found:
            return _choose(dict(found[0][0]), method), found[0][1]
        raise NotFound(
            "there is nothing at this path",
            field="path",
            found=path[:100],
            hint="The API is described at /docs and /openapi.json.",
        )


def _served(method: str) -> str:
    """Return the method by which a request is served."""
    return "GET" if method == "HEAD" else method


def _choose(methods: _Methods, method: str) -> Route:
    route = methods.get(_served(method))
    if route is None:
        raise WrongMethod(
            "this path does not offer that method",
            field="method",
            expected=allowed_methods(methods),
            found=method[:20],
        )
    return route


def allowed_methods(methods: Iterable[str]) -> str:
    """Return the value of an Allow header."""
    offered = set(methods)
    return ", ".join(sorted(offered | ({"HEAD"} if "GET" in offered else set())))
