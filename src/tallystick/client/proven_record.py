# SPDX-License-Identifier: Apache-2.0
"""A record of the state with its proof: what a node answered, checked, to keep and check again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tallystick.client.trust import TrustSource
from tallystick.client.verify_log import verify_state
from tallystick.encoding import Value, decode, format_base64, parse_base64
from tallystick.errors import InvalidProof, Malformed
from tallystick.model import parse_checkpoint


@dataclass(frozen=True, slots=True)
class ProvenRecord:
    """That a key had this value, or none, at the height of a signed checkpoint."""

    contract: str
    table: str
    key: str
    """Primary key as the state has it: the fields of one of several are joined by `/`."""
    content: bytes | None
    """Canonical bytes of the record; None: there was none."""
    proof: bytes
    checkpoint: str

    @property
    def value(self) -> Value:
        """The record, None if it was absent.

        Raises:
            InvalidProof: what was proven is no record.
        """
        try:
            return None if self.content is None else decode(self.content, name="state value")
        except Malformed as error:
            raise InvalidProof("the proven value is not canonical", field="value") from error

    @property
    def height(self) -> int:
        """The block after which the key had this value."""
        return parse_checkpoint(self.checkpoint).height

    def check(self, trust: TrustSource) -> None:
        """Check the proof without any network.

        Raises:
            InvalidCheckpoint: the checkpoint is not signed by a key of the network.
            InvalidProof: the proof does not hold.
        """
        key = f"{self.contract}/{self.table}/{self.key}".encode()
        verify_state(self.checkpoint, key, self.content, self.proof, trust)

    def to_dict(self) -> dict[str, Value]:
        """Return it in the fields of the node's answer."""
        return {
            "contract": self.contract,
            "table": self.table,
            "key": self.key,
            "is_present": self.content is not None,
            "value_base64": None if self.content is None else format_base64(self.content),
            "proof": format_base64(self.proof),
            "checkpoint": self.checkpoint,
        }


def key_text(*parts: str | int) -> str:
    """Return a primary key as the state has it; the parts of one of several are escaped."""
    if len(parts) == 1:
        return str(parts[0])
    return "/".join(str(part).replace("%", "%25").replace("/", "%2F") for part in parts)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    contract: str
    table: str
    key: str
    value_base64: str | None = None
    proof: str
    checkpoint: str


def read_proven_record(answer: Mapping[str, object]) -> ProvenRecord:
    """Return a record from a node's answer, as it came or as `to_dict` has it; not yet checked.

    Raises:
        InvalidProof: it is none.
    """
    try:
        read = msgspec.convert(answer, _Answer)
        return ProvenRecord(
            contract=read.contract,
            table=read.table,
            key=read.key,
            content=None if read.value_base64 is None else parse_base64(read.value_base64),
            proof=parse_base64(read.proof),
            checkpoint=read.checkpoint,
        )
    except (msgspec.ValidationError, Malformed) as error:
        raise InvalidProof(f"not a proven record: {error}", field="proof") from error
