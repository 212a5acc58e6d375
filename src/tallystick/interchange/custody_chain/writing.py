# SPDX-License-Identifier: Apache-2.0
"""Writes a chain of custody as CASE 1.5 JSON-LD; the same chain gives the same bytes.

Each exhibit is a file with its hash, a provenance record with its number, and two investigative
actions: the capture as claimed, if one was, and the deposit as the ledger knows it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from tallystick.errors import InvalidCustody
from tallystick.interchange.custody_chain.chains import Chain, Handling

Node: TypeAlias = dict[str, Any]
_UCO: Final = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "kb": "urn:tallystick:",
        **{f"uco-{one}": f"{_UCO}{one}/" for one in ("action", "core", "identity")},
        **{f"uco-{one}": f"{_UCO}{one}/" for one in ("observable", "tool", "types")},
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
_SPACE: Final = bytes.fromhex("6f0b2f0e5a865b0e9d5e3f6f5a6f7a01")
"""Name space of our UUIDs (RFC 9562, version 5)."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
CAPTURE, DEPOSIT = "claimed capture", "deposit on the ledger"


def write_chain(chain: Chain) -> bytes:
    """Return a chain as JSON-LD.

    Raises:
        InvalidCustody: it is empty, or names an exhibit that is not before in it.
    """
    known: set[str] = set()
    for one in chain.handlings:
        if one.exhibit in known or (one.previous is not None and one.previous not in known):
            raise InvalidCustody("the chain has a gap or a double", field=one.exhibit)
        known.add(one.exhibit)
    if not known:
        raise InvalidCustody("the chain is empty", field="handlings")
    nodes = [node for one in chain.handlings for node in _Exhibit(chain, one).nodes()]
    unique = {node["@id"]: node for node in nodes}
    investigation = {
        "@id": _id(chain, "investigation", chain.matter),
        "@type": "case-investigation:Investigation",
        "uco-core:name": chain.matter,
        "uco-core:object": [{"@id": one} for one in unique],
    }
    plain = {"@context": dict(CONTEXT), "@graph": [investigation, *unique.values()]}
    return json.dumps(plain, ensure_ascii=False, indent=2).encode() + b"\n"


class _Exhibit:
    """The nodes of one handling."""

    def __init__(self, chain: Chain, one: Handling) -> None:
        self._chain = chain
        self._one = one

    def nodes(self) -> Iterator[Node]:
        """Yield them: who, with what, the file, its provenance, what was done."""
        one = self._one
        yield {
            "@id": self._named("organization", one.organization),
            "@type": "uco-identity:Organization",
            "uco-core:name": one.organization,
        }
        if one.tool is not None:
            yield {
                "@id": self._named("tool", "/".join(one.tool)),
                "@type": "uco-tool:Tool",
                "uco-core:name": one.tool[0],
                "uco-tool:version": one.tool[1],
            }
        yield self._file()
        yield {
            "@id": self._named("provenance", one.exhibit),
            "@type": "case-investigation:ProvenanceRecord",
            "uco-core:description": one.title,
            "case-investigation:exhibitNumber": one.exhibit,
            "uco-core:object": [{"@id": self._named("file", one.exhibit)}],
        }
        if one.captured_at_ms is not None:
            yield self._capture(one.captured_at_ms)
        yield self._deposit()

    def _named(self, kind: str, name: str) -> str:
        return _id(self._chain, kind, name)

    def _file(self) -> Node:
        one = self._one
        digest = {
            "@id": self._named("hash", one.exhibit),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": one.sha256},
        }
        content = {
            "@id": self._named("content", one.exhibit),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [digest],
            "uco-observable:mimeType": one.media_type,
            "uco-observable:sizeInBytes": {"@type": "xsd:integer", "@value": str(one.size)},
        }
        named = {
            "@id": self._named("name", one.exhibit),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": one.file_name or one.title,
        }
        return {
            "@id": self._named("file", one.exhibit),
            "@type": "uco-observable:File",
            "uco-core:hasFacet": [content, named],
        }

    def _capture(self, moment: int) -> Node:
        one = self._one
        claimed = one.source or ""
        node = self._action("capture", CAPTURE, moment, [self._named("file", one.exhibit)])
        node["uco-core:description"] = f"{one.method} {claimed}".strip()
        if one.tool is not None:
            node["uco-action:instrument"] = [{"@id": self._named("tool", "/".join(one.tool))}]
        return node

    def _deposit(self) -> Node:
        one = self._one
        result = [self._named("provenance", one.exhibit)]
        node = self._action("deposit", DEPOSIT, one.deposited_at_ms, result)
        node["uco-core:description"] = f"{one.organization}/{one.member}"
        objects = [self._named("file", one.exhibit)]
        if one.previous is not None:
            objects.append(self._named("provenance", one.previous))
        node["uco-action:object"] = [{"@id": name} for name in objects]
        return node

    def _action(self, kind: str, name: str, moment: int, results: list[str]) -> Node:
        one = self._one
        when = {"@type": "xsd:dateTime", "@value": _time(moment)}
        return {
            "@id": self._named(kind, one.exhibit),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": name,
            "uco-action:startTime": when,
            "uco-action:endTime": when,
            "uco-action:performer": {"@id": self._named("organization", one.organization)},
            "uco-action:result": [{"@id": name} for name in results],
        }


def _id(chain: Chain, kind: str, name: str) -> str:
    """Return a name that ends in a UUID, the same for the same thing of the same network."""
    named = _SPACE + f"{chain.network}|{kind}|{name}".encode()
    digest = bytearray(hashlib.sha1(named, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"kb:{kind}-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _time(moment: int) -> str:
    text = (_EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
