# SPDX-License-Identifier: Apache-2.0
"""Takes the registered names of organisations into an extract, proven as its records are."""

from __future__ import annotations

from dataclasses import replace

from tallystick.client.exchange import Flow
from tallystick.client.extracts import Extract
from tallystick.client.reading import fetch_proven
from tallystick.client.registered_names import ORGANIZATIONS, codes_in
from tallystick.client.session import Session
from tallystick.model import parse_checkpoint


def with_names(session: Session, extract: Extract, *also: str) -> Flow[Extract]:
    """Return an extract with the proven names of the organisations in its facts, and of others.

    Args:
        session: The connection.
        extract: Names that it has already are kept.
        also: Codes of further organisations.

    Raises:
        InvalidProof, InvalidCheckpoint: a proof of the node does not hold.
        HistoryTooLong, Unavailable: the node does not say.
    """
    known = {one.key: one for one in extract.organizations}
    height = parse_checkpoint(extract.checkpoint).height
    for code in (*codes_in(extract.facts), *also):
        if code not in known:
            found = yield from fetch_proven(session, *ORGANIZATIONS, code, height)
            if found.content is not None:
                known[code] = found
    listed = tuple(known[code] for code in sorted(known))
    return replace(extract, organizations=listed)
