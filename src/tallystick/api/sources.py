# SPDX-License-Identifier: Apache-2.0
"""The sources of the contracts that are installed, as their digest covers them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.wire_types import Count, Hash
from tallystick.crypto import sha256
from tallystick.errors import InvalidContract, NotFound


class SourceFile(Struct, frozen=True, kw_only=True):
    """One file of a contract."""

    path: Annotated[str, Meta(description="From the folder that the digest covers.")]
    size: Count
    sha256: Hash
    text: Annotated[str, Meta(description="UTF-8; bytes that are none stand as U+FFFD.")]


class ContractSources(Struct, frozen=True, kw_only=True):
    """The sources of one installed version of a contract, read from the node's disk now."""

    name: str
    version: Count
    digest: Annotated[Hash, Meta(description="Over all files, as docs/spec/governance.md says.")]
    files: list[SourceFile]


def show_sources(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/sources/{version}.

    Raises:
        UnknownContract: this node has no such version.
        NotFound: it has no sources of it that fit a digest.
    """
    name, version = asked.required_text("contract"), asked.required_integer("version")
    desk = asked.server.node.contract_desk
    try:
        files = desk.sources(name, version)
        digest = next(
            one.digest for one in desk.installed() if (one.name, one.version) == (name, version)
        )
    except InvalidContract as error:
        raise NotFound(str(error), field="version", found=f"{name} {version}"[:80]) from error
    record = ContractSources(
        name=name,
        version=version,
        digest=digest.hex(),
        files=[
            SourceFile(
                path=path,
                size=len(content),
                sha256=sha256(content).hex(),
                text=content.decode("utf-8", "replace"),
            )
            for path, content in sorted(files.items())
        ],
    )
    return json_answer(record)
