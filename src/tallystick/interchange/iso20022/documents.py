# SPDX-License-Identifier: Apache-2.0
"""The only door for XML: hostile bytes are refused before a tree is built, then the schema judges.

lxml is loaded when the first message is read or written, not when a record is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from tallystick.errors import HostileFile, InvalidAccount, InvalidPaymentFile, LimitExceeded

if TYPE_CHECKING:
    from lxml import etree

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A hundred thousand payments take about as much."""
DEPTH_MAX: Final = 40
"""The schemas nest less than twenty deep, apart from supplementary data."""
ELEMENTS_MAX: Final = 5_000_000
FOUND_CHARACTERS_MAX: Final = 60

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_CAMT_VERSIONS: Final = ("02", "04", "08")
CAMT: Final = frozenset(
    f"camt.{kind}.001.{version}" for kind in ("052", "053", "054") for version in _CAMT_VERSIONS
)
PAIN_001: Final = frozenset({"pain.001.001.03", "pain.001.001.09"})
PAIN_002: Final = frozenset({"pain.002.001.03", "pain.002.001.10", "pain.002.001.11"})
WITHOUT_SCHEMA: Final = frozenset({"pain.002.001.10"})
"""Read without the judgement of a schema: none of this version is ours to pass on (0025)."""

_DECLARATION: Final = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_MARKUP: Final = re.compile(rb"<!(?!--|\[CDATA\[)")


@dataclass(frozen=True, slots=True)
class Node:
    """An element, and how its children are asked for by their local names."""

    element: etree._Element
    namespace: str
    place: str
    """Where it stands, such as `/Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts[2]`."""

    def one(self, path: str) -> Node | None:
        """Return the first element at a path such as `Id/IBAN`, if there is one."""
        found = self.element.find(self._full(path))
        return None if found is None else Node(found, self.namespace, f"{self.place}/{path}")

    def all(self, path: str) -> Iterator[Node]:
        """Yield every element at a path, in the order of the file."""
        for number, found in enumerate(self.element.iterfind(self._full(path)), 1):
            yield Node(found, self.namespace, f"{self.place}/{path}[{number}]")

    def text(self, path: str) -> str | None:
        """Return the stripped text at a path, None if it is missing or blank."""
        found = self.one(path)
        return None if found is None else found.own_text or None

    def need(self, path: str) -> Node:
        """Return the element at a path.

        Raises:
            InvalidPaymentFile: there is none.
        """
        found = self.one(path)
        if found is None:
            raise InvalidPaymentFile("an element is missing", field=f"{self.place}/{path}")
        return found

    def need_text(self, path: str) -> str:
        """Return the text at a path.

        Raises:
            InvalidPaymentFile: there is none.
        """
        text = self.text(path)
        if text is None:
            raise InvalidPaymentFile("a value is missing", field=f"{self.place}/{path}")
        return text

    @property
    def own_text(self) -> str:
        """The stripped text of the element, without that of elements in it."""
        return (self.element.text or "").strip()

    def attribute(self, name: str) -> str:
        """Return an attribute, empty if it is missing."""
        return str(self.element.get(name, ""))

    def _full(self, path: str) -> str:
        return "/".join(f"{{{self.namespace}}}{step}" for step in path.split("/"))


def place_of(element: etree._Element) -> str:
    """Return the path of an element by local names, with a number where siblings share one."""
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        parent = current.getparent()
        name = str(current.tag).rpartition("}")[2]
        alike = [] if parent is None else parent.findall(str(current.tag))
        steps.append(f"{name}[{alike.index(current) + 1}]" if len(alike) > 1 else name)
        current = parent
    return "/" + "/".join(reversed(steps))


@contextmanager
def located(node: Node, path: str = "") -> Iterator[None]:
    """Make an error of a record's own checks name the place in the message."""
    try:
        yield
    except (InvalidPaymentFile, InvalidAccount) as error:
        if error.field is not None and error.field.startswith("/"):
            raise
        place = f"{node.place}/{path}".rstrip("/")
        raise type(error)(
            error.message, field=place, expected=error.expected, found=error.found
        ) from error


def read_document(data: bytes, accepted: frozenset[str]) -> tuple[str, Node]:
    """Return which message some bytes are, and its one element below `Document`.

    Raises:
        HostileFile: a document type, entities, another encoding than UTF-8, depth without end.
        LimitExceeded: the file is too large.
        InvalidPaymentFile: no XML, another message than accepted, or not valid by its schema.
    """
    refuse_hostile(data)
    root = _parse(data)
    name = _message_of(root, accepted)
    if name not in WITHOUT_SCHEMA:
        validate(root, name)
    children = list(root)
    if len(children) != 1:
        raise InvalidPaymentFile("the document has not one message", field="/Document")
    return name, Node(children[0], NAMESPACE + name, place_of(children[0]))


def refuse_hostile(data: bytes) -> None:
    """Refuse bytes that no bank sends, before any parser sees them.

    Entities and document types can be hidden from a search by another encoding, so UTF-8 is the
    only one.

    Raises:
        HostileFile: as said.
        LimitExceeded: the file is too large.
    """
    if len(data) > FILE_BYTES_MAX:
        raise LimitExceeded(
            "the file is too large",
            expected=f"at most {FILE_BYTES_MAX} bytes",
            found=f"{len(data)} bytes",
        )
    declared = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if encoding not in {"utf-8", "utf8", "us-ascii", "ascii"} or b"\0" in data[:64]:
        raise HostileFile("the encoding is not UTF-8", expected="UTF-8", found=encoding)
    found = _MARKUP.search(data)
    if found:
        raise HostileFile(
            "the file declares a document type or entities",
            expected="plain elements",
            found=ascii(data[found.start() : found.start() + 24].decode("latin-1")),
        )


class _Counter:
    """Receives the events of a parser that builds no tree, and stops it in time."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def start(self, tag: str | bytes, attrib: object) -> None:
        """Count an element that begins."""
        self.depth += 1
        self.elements += 1
        if self.depth > DEPTH_MAX or self.elements > ELEMENTS_MAX:
            raise HostileFile(
                "the elements are too deep or too many",
                expected=f"at most {DEPTH_MAX} deep, {ELEMENTS_MAX} in all",
                found=f"{self.depth} deep, {self.elements} in all",
            )

    def end(self, tag: str | bytes) -> None:
        """Count an element that ends."""
        self.depth -= 1

    def data(self, data: str | bytes) -> None:
        """Pass over text."""

    def comment(self, text: str | bytes) -> None:
        """Pass over a comment."""

    def close(self) -> None:
        """End: there is nothing to hand over."""


def _parse(data: bytes) -> etree._Element:
    from lxml import etree

    # Neither entities nor the network, whatever the defaults of a later version are.
    counting = etree.XMLParser(target=_Counter(), resolve_entities=False, no_network=True)
    building = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        etree.fromstring(data, counting)
        return etree.fromstring(data, building)
    except etree.XMLSyntaxError as error:
        raise InvalidPaymentFile(
            "the file is not well-formed XML",
            field=f"line {error.lineno}",
            expected="XML",
            found=str(error.msg)[:FOUND_CHARACTERS_MAX],
        ) from error


def _message_of(root: etree._Element, accepted: frozenset[str]) -> str:
    namespace, _, local = str(root.tag).rpartition("}")
    name = namespace.removeprefix("{").removeprefix(NAMESPACE)
    if local != "Document" or name not in accepted:
        raise InvalidPaymentFile(
            "the file is another message",
            field="/Document",
            expected=", ".join(sorted(accepted)),
            found=(name or local)[:FOUND_CHARACTERS_MAX],
        )
    return name


@cache
def _schema(name: str) -> etree.XMLSchema:
    from lxml import etree

    file = resources.files("tallystick.interchange.iso20022") / "xsd" / f"{name}.xsd"
    return etree.XMLSchema(etree.fromstring(file.read_bytes()))


def validate(root: etree._Element, name: str) -> None:
    """Hold a message against the schema of its kind and version.

    Raises:
        InvalidPaymentFile: it is not valid; the field is the place of the first fault.
    """
    schema = _schema(name)
    if schema.validate(root):
        return
    log: Any = schema.error_log  # a sequence, which the stubs do not know
    first = log[0]
    found = root.getroottree().xpath(first.path) if first.path else []
    where = found[0] if isinstance(found, list) and found else root
    place = place_of(where) if not isinstance(where, str | bytes | float | bool | tuple) else "/"
    raise InvalidPaymentFile(
        "the message is not valid by its schema",
        field=place,
        expected=f"the schema of {name}",
        found=first.message.replace(f"{{{NAMESPACE}{name}}}", "")[:200],
    )
