# SPDX-License-Identifier: Apache-2.0
"""Possession: questions that only a node with a file's bytes can answer, checked on the ledger.

A contract draws a slice of 1,024 bytes from a seed that nobody knew before; the node answers with
that slice and its path to the root that the ledger has of the file. Another node must show another
slice and another seed asks for another again, so a copied answer fails. What stands in the slice
is ciphertext: it tells nothing to the others.

It proves that who answered could get at that slice within the time allowed: not where the bytes
are, and not that two nodes keep two copies. A node that lost a share of the slices passes one
question with the rest's chance: of k questions it passes all with that chance to the power of k.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from tallystick.contracts.label import Format
from tallystick.contracts.part import Part
from tallystick.contracts.records import Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.values import (
    ByteCount,
    Count,
    ValueDigest,
)
from tallystick.encoding import Cid, format_base64url, parse_base64url, parse_hex
from tallystick.errors import InvalidProof, InvalidValue, Malformed
from tallystick.merkle import (
    CHUNK_SIZE,
    SLICE_SIZE,
    ContentHasher,
    address_of,
    draw_slice,
    prove_slice,
    verify_slice,
)

PATH_LENGTH_MAX: Final = 64

DocumentCid: TypeAlias = Annotated[
    str, Meta(pattern="^b[a-z2-7]{58}$", min_length=59, max_length=59), Format("cid")
]
"""Content address of a document's ciphertext: CIDv1 in base32, profile `unixfs-v1-2025`."""

SliceText: TypeAlias = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]+$", max_length=1366), Format("base64url")
]
"""1 to 1,024 bytes in base64url without padding."""


class KeptFile(Record):
    """A file that somebody must have, as the ledger knows it."""

    cid: DocumentCid
    size: ByteCount
    slices_root: ValueDigest
    """RFC 9162 root over its slices of 1,024 bytes."""


class PossessionAnswer(Record):
    """What a node shows: the slice that was drawn, and the way up to the root."""

    slice: SliceText
    path: Annotated[tuple[ValueDigest, ...], Meta(max_length=PATH_LENGTH_MAX)]


class NotPossessed(Refusal, code="E_HASH"):
    """en: This is not slice {index} of the file: the answer proves nothing.

    zh: 该回答不是文件的第 {index} 个分片，不能证明持有。
    """

    index: Count


class Possession(Part):
    """Questions and answers of a contract: `possession = Possession()`; it keeps no table.

    ```python
    index = self.possession.index(file, seed=seed, node=ctx.signer.organization)
    self.possession.require(file, answer, seed=seed, node=ctx.signer.organization)
    ```
    """

    refusals = (NotPossessed,)

    def index(self, file: KeptFile, *, seed: str, node: str) -> int:
        """Return which slice `node` must show.

        Args:
            file: The file, as the ledger knows it.
            seed: 64 hexadecimal digits that were not known before the question was put, such as
                a hash of the block before.
            node: Who is asked, by any name that the contract uses for it.

        Raises:
            InvalidValue: the address or the seed is none, or the file is empty.
        """
        if not file.size:
            raise InvalidValue("an empty file has no slice to show", field="size", found="0")
        try:
            cid, drawn_from = bytes(Cid.parse(file.cid)), parse_hex(seed, size=32, name="seed")
        except Malformed as error:
            raise InvalidValue(
                error.message, field=error.field, expected=error.expected, found=error.found
            ) from error
        return draw_slice(drawn_from, node.encode(), cid, file.size)

    def require(self, file: KeptFile, answer: PossessionAnswer, *, seed: str, node: str) -> int:
        """Return the slice's index if the answer is that of `node` to this question.

        Raises:
            NotPossessed: it is another slice, of another file, or made for another node or seed.
            InvalidValue: the address or the seed is none, or the file is empty.
        """
        index = self.index(file, seed=seed, node=node)
        try:
            verify_slice(
                parse_base64url(answer.slice, name="slice"),
                index,
                file.size,
                [parse_hex(one, name="path") for one in answer.path],
                parse_hex(file.slices_root, name="slices_root"),
            )
        except (InvalidProof, Malformed) as error:
            raise NotPossessed(index=index) from error
        return index


def kept_file(content: bytes) -> KeptFile:
    """Return what the ledger knows of sealed bytes that are in memory."""
    address = address_of(content)
    return KeptFile(cid=str(address.cid), size=address.size, slices_root=address.slices_root.hex())


def answer_from(content: bytes, index: int) -> PossessionAnswer:
    """Return the answer that shows slice `index` of sealed bytes that are in memory.

    Raises:
        InvalidValue: they have no such slice.
    """
    if not 0 <= index * SLICE_SIZE < len(content):
        raise InvalidValue("the file has no such slice", field="index", found=str(index))
    hasher = ContentHasher()
    hasher.update(content)
    start = index * SLICE_SIZE // CHUNK_SIZE * CHUNK_SIZE
    chunk = content[start : start + CHUNK_SIZE]
    data, path = prove_slice(index, chunk, hasher.finish().roots)
    return PossessionAnswer(slice=format_base64url(data), path=tuple(one.hex() for one in path))
