# SPDX-License-Identifier: Apache-2.0
"""Says once, among the components, what the operations of an OpenAPI document repeat.

A node with a dozen contracts has more than a thousand paths, but few kinds of values, of filters
and of answers to errors. A document that repeats them has several megabytes, over which generators
and documentation pages take minutes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[str, Json], Json]
"""Takes what a part is called and the part, and returns what stands in its place."""

_NOTES: Final = frozenset({"title", "x-title-zh", "description", "x-description-zh", "default"})
"""What one use says of a schema, which may stand beside a reference (JSON Schema 2020-12)."""
_CONTRACT: Final = re.compile("/v1/contracts/([a-z0-9_]+)/(?:tables/)?([a-z0-9_]+)")
_IDENTIFIER: Final = re.compile("[A-Za-z][A-Za-z0-9_]*")
_NOT_IN_NAMES: Final = re.compile("[^A-Za-z0-9._-]")


def share_repeated(paths: Json, schemas: Json) -> tuple[Json, Json]:
    """Return the paths with references in the place of what repeats, and all components.

    Args:
        paths: of the document; they stay as they are.
        schemas: components that there are already, by name.
    """
    shelf = _Shelf(schemas)
    sharing = _Schemas(shelf)
    for _, operation in _operations(paths):
        _with_parts(operation, lambda _, part: _with_schemas("", part, sharing.count))
    slim = _changed(paths, sharing.within)
    uses: Counter[str] = Counter()
    for _, operation in _operations(slim):
        for part in _shared_parts(operation):
            uses[_text(part)] += 1

    def refer(name: str, part: Json) -> Json:
        if uses[_text(part)] < 2:
            return part
        section = "parameters" if "in" in part else "responses"
        return shelf.refer(section, part.get("name", name), part)

    shared = _changed(slim, lambda _, operation: _with_parts(operation, refer))
    return shared, shelf.components()


class _Shelf:
    """The components: each content once, under a name of its own."""

    def __init__(self, schemas: Json) -> None:
        self._sections: dict[str, Json] = {
            "schemas": dict(schemas),
            "parameters": {},
            "responses": {},
        }
        self._names: dict[tuple[str, str], str] = {}

    def refer(self, section: str, name: str, content: Json) -> Json:
        """Return a reference to the content; the content itself if that is shorter."""
        text = _text(content)
        known = self._names.get((section, text)) or self._free(section, name)
        reference = {"$ref": f"#/components/{section}/{known}"}
        if len(_text(reference)) >= len(text):
            return content
        self._names[section, text] = known
        self._sections[section][known] = content
        return reference

    def components(self) -> Json:
        """Return all of them by section; a section without any is left out."""
        return {section: found for section, found in self._sections.items() if found}

    def _free(self, section: str, name: str) -> str:
        taken, plain = self._sections[section], _NOT_IN_NAMES.sub("-", name)
        if plain not in taken:
            return plain
        return next(
            one for number in range(2, len(taken) + 3) if (one := f"{plain}-{number}") not in taken
        )


class _Schemas:
    """The schemas that operations use, counted first and then shared."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf
        self._uses: Counter[str] = Counter()

    def count(self, _: str, schema: Json) -> Json:
        """Take note of a schema, of what it is without its notes, and of its parts."""
        self._uses[_text(schema)] += 1
        kernel, notes = _without_notes(schema)
        if notes:
            self._uses[_text(kernel)] += 1
        return _with_inner("", schema, self.count)

    def within(self, path: str, operation: Json) -> Json:
        """Return an operation whose schemas refer to what is used more than once."""
        found = _CONTRACT.match(path)
        owner, own_name = found.group(1, 2) if found else ("", str(operation["operationId"]))

        def share(name: str, schema: Json) -> Json:
            if "$ref" in schema:
                return schema
            kernel, notes = _without_notes(schema)
            slim = _with_inner(name, kernel, share)
            uses = self._uses[_text(schema)]
            if notes and self._uses[_text(kernel)] > uses:
                slim = self._shelf.refer("schemas", _name_of(owner, name, schema), slim)
            slim = {**notes, **slim}
            if uses > 1:
                called = name if notes and _is_plain(schema) else _name_of(owner, name, schema)
                slim = self._shelf.refer("schemas", called, slim)
            return slim

        return _with_parts(
            operation, lambda _, part: _with_schemas(str(part.get("name", own_name)), part, share)
        )


def _name_of(owner: str, name: str, schema: Json) -> str:
    """Return what a schema is called: a plain value as its kind, others as what holds them."""
    if not _is_plain(schema):
        title = schema.get("title", "")
        own = title if "properties" in schema and _IDENTIFIER.fullmatch(title) else name
        return f"{owner}.{own}" if owner else own
    if "anyOf" in schema:
        return f"{_name_of(owner, name, schema['anyOf'][0])}-or-null"
    kind = schema.get("format") or schema.get("type", name)
    if kind == "string":
        return f"text-{schema['maxLength']}" if "maxLength" in schema else "text"
    return kind if isinstance(kind, str) else "-or-".join(kind)


def _is_plain(schema: Json) -> bool:
    return schema.keys().isdisjoint({"properties", "items", "enum"})


def _without_notes(schema: Json) -> tuple[Json, Json]:
    notes = {name: value for name, value in schema.items() if name in _NOTES}
    return {name: value for name, value in schema.items() if name not in _NOTES}, notes


# --- walking through a document: each returns a copy, in which parts are changed


def _operations(paths: Json) -> Iterator[tuple[str, Json]]:
    for path, verbs in paths.items():
        for operation in verbs.values():
            yield path, operation


def _changed(paths: Json, change: Change) -> Json:
    return {
        path: {verb: change(path, operation) for verb, operation in verbs.items()}
        for path, verbs in paths.items()
    }


def _shared_parts(operation: Json) -> list[Json]:
    return [*operation.get("parameters", ()), *operation["responses"].values()]


def _with_parts(operation: Json, change: Change) -> Json:
    """Change parameters, responses and body; a response is called as its status."""
    changed = dict(operation)
    if "parameters" in operation:
        changed["parameters"] = [change("", one) for one in operation["parameters"]]
    if "requestBody" in operation:
        changed["requestBody"] = change("", operation["requestBody"])
    responses = operation["responses"].items()
    changed["responses"] = {status: change(status, one) for status, one in responses}
    return changed


def _with_schemas(name: str, part: Json, change: Change) -> Json:
    """Change the schemas of a parameter, a body or a response."""
    changed = dict(part)
    if "schema" in part:
        changed["schema"] = change(name, part["schema"])
    if "content" in part:
        media = part["content"].items()
        changed["content"] = {kind: _with_schemas(name, one, change) for kind, one in media}
    return changed


def _with_inner(name: str, schema: Json, change: Change) -> Json:
    """Change what a schema consists of."""
    changed = dict(schema)
    if "properties" in schema:
        inner = schema["properties"].items()
        changed["properties"] = {field: change(field, one) for field, one in inner}
    for part in ("items", "additionalProperties"):
        if isinstance(schema.get(part), dict):
            changed[part] = change(name, schema[part])
    if "anyOf" in schema:
        changed["anyOf"] = [change(name, one) for one in schema["anyOf"]]
    return changed


def _text(content: Json) -> str:
    return msgspec.json.encode(content, order="deterministic").decode()
