# SPDX-License-Identifier: Apache-2.0
"""Reads chains of custody of our own making back, and refuses those with gaps.

A chain proves nothing by itself: it says which exhibits to hold against the ledger. So only what is
needed for that is read: number, hash, size, time of deposit, the exhibit before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tallystick.encoding import parse_json
from tallystick.errors import InvalidCustody, Malformed
from tallystick.interchange.custody_chain.chains import Chain, Handling
from tallystick.interchange.custody_chain.writing import CONTEXT, DEPOSIT, Node, write_chain

CHAIN_BYTES_MAX: Final = 64 * 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BROKEN: Final = (KeyError, ValueError, TypeError, IndexError, AttributeError, StopIteration)


def read_chain(data: bytes) -> Chain:
    """Return the chain in JSON-LD that `write_chain` made; its network is not in it.

    Raises:
        InvalidCustody: another form, an exhibit without hash or deposit, or a gap.
    """
    if len(data) > CHAIN_BYTES_MAX:
        raise InvalidCustody("a chain is smaller", expected=f"{CHAIN_BYTES_MAX} bytes")
    try:
        plain: Any = parse_json(data, name="chain")
        if plain["@context"] != dict(CONTEXT):
            raise InvalidCustody("not a chain of this form", field="@context")
        nodes: dict[str, Node] = {one["@id"]: one for one in plain["@graph"]}
        matter = plain["@graph"][0]["uco-core:name"]
        deposits = [one for one in plain["@graph"] if one.get("uco-core:name") == DEPOSIT]
        chain = Chain("", matter, tuple(_handling(nodes, one) for one in deposits))
    except (Malformed, *_BROKEN) as error:
        raise InvalidCustody("the chain cannot be read", field="chain") from error
    write_chain(chain)  # refuses gaps and doubles
    return chain


def _handling(nodes: Mapping[str, Node], deposit: Node) -> Handling:
    provenance = nodes[deposit["uco-action:result"][0]["@id"]]
    file, *before = [nodes[one["@id"]] for one in deposit["uco-action:object"]]
    if provenance["uco-core:object"] != [{"@id": file["@id"]}]:
        raise InvalidCustody("a deposit and its provenance are of different files", field="object")
    content, named = file["uco-core:hasFacet"]
    digest = content["uco-observable:hash"][0]["uco-types:hashValue"]["@value"]
    organization, _, member = deposit["uco-core:description"].partition("/")
    return Handling(
        exhibit=provenance["case-investigation:exhibitNumber"],
        title=provenance["uco-core:description"],
        file_name=named["uco-observable:fileName"],
        media_type=content["uco-observable:mimeType"],
        size=int(content["uco-observable:sizeInBytes"]["@value"]),
        sha256=digest,
        organization=organization,
        member=member,
        method="",
        deposited_at_ms=_time_ms(deposit["uco-action:startTime"]["@value"]),
        previous=before[0]["case-investigation:exhibitNumber"] if before else None,
    )


def _time_ms(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
