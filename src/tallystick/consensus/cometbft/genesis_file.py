# SPDX-License-Identifier: Apache-2.0
"""The engine's genesis.json: chain id, first height, first validators, app hash before them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.consensus.cometbft.identity import PUBLIC_KEY_TYPE, address
from tallystick.errors import DataFolderProblem, LimitExceeded, UsageError

CHAIN_ID_CHARACTERS_MAX: Final = 50
BLOCK_BYTES: Final = 4 * 1024 * 1024
"""A limit of the engine's block; it reserves 3,358 bytes for each validator's signature."""

_EVIDENCE_BLOCKS: Final = 100_000
_EVIDENCE_SECONDS: Final = 48 * 60 * 60
_EVIDENCE_BYTES: Final = 64 * 1024


class EngineValidator(Struct, frozen=True):
    """A validator of the first set."""

    public_key: bytes
    power: int
    name: str = ""


class EngineGenesis(Struct, frozen=True, kw_only=True):
    """Where a chain of blocks begins; every node's is the same, byte for byte."""

    chain_id: str
    time_ms: int
    validators: tuple[EngineValidator, ...]
    initial_height: int = 1
    app_hash: bytes = b""
    """After the height before `initial_height`; InitChain's answer takes its place."""
    app_version: int = 0
    block_bytes_max: int = BLOCK_BYTES


def genesis_json(genesis: EngineGenesis) -> bytes:
    """Return the bytes of genesis.json; raises for what the engine would refuse or misread."""
    _check(genesis)
    document = {
        "genesis_time": _rfc3339(genesis.time_ms),
        "chain_id": genesis.chain_id,
        "initial_height": str(genesis.initial_height),
        "consensus_params": {
            "block": {"max_bytes": str(genesis.block_bytes_max), "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": str(_EVIDENCE_BLOCKS),
                "max_age_duration": str(_EVIDENCE_SECONDS * 10**9),
                "max_bytes": str(_EVIDENCE_BYTES),
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": str(genesis.app_version)},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [_validator(one) for one in genesis.validators],
        "app_hash": genesis.app_hash.hex().upper(),
    }
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


class _Key(Struct, frozen=True):
    value: bytes


class _Validator(Struct, frozen=True):
    pub_key: _Key
    power: int
    name: str = ""


class _Document(Struct, frozen=True):
    genesis_time: datetime
    chain_id: str
    initial_height: int
    validators: tuple[_Validator, ...]


def read_engine_genesis(text: bytes) -> EngineGenesis:
    """Return where the chain of a genesis.json begins; sizes and app hash are left as usual.

    Raises:
        DataFolderProblem: it cannot be read.
    """
    try:
        # Not strict: the engine writes 64-bit numbers as strings.
        found = msgspec.json.decode(text, type=_Document, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataFolderProblem(f"the engine's genesis document cannot be read: {error}") from error
    since = found.genesis_time - datetime(1970, 1, 1, tzinfo=UTC)
    return EngineGenesis(
        chain_id=found.chain_id,
        time_ms=since // timedelta(milliseconds=1),
        validators=tuple(
            EngineValidator(one.pub_key.value, one.power, one.name) for one in found.validators
        ),
        initial_height=found.initial_height,
    )


def _validator(validator: EngineValidator) -> dict[str, object]:
    return {
        "address": address(validator.public_key).hex().upper(),
        "pub_key": {
            "type": PUBLIC_KEY_TYPE,
            "value": base64.b64encode(validator.public_key).decode("ascii"),
        },
        "power": str(validator.power),
        "name": validator.name,
    }


def _check(genesis: EngineGenesis) -> None:
    size = len(genesis.chain_id)
    if not 1 <= size <= CHAIN_ID_CHARACTERS_MAX:
        raise LimitExceeded(
            "the engine's chain id has the wrong length",
            field="chain_id",
            expected=f"1 to {CHAIN_ID_CHARACTERS_MAX} characters",
            found=f"{size} characters",
        )
    if genesis.initial_height < 1:
        raise UsageError(
            "the first height of the engine's chain is out of range",
            field="initial_height",
            expected="1 or more",
            found=str(genesis.initial_height),
        )
    keys = [validator.public_key for validator in genesis.validators]
    if not keys or len(set(keys)) != len(keys) or any(one.power < 1 for one in genesis.validators):
        raise UsageError(
            "the first validators are not a set that can decide anything",
            field="validators",
            expected="at least one, each key once, each with a power of 1 or more",
            found=f"{len(keys)} validators, {len(set(keys))} keys",
        )


def _rfc3339(time_ms: int) -> str:
    seconds, rest = divmod(time_ms, 1_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    # Go leaves the zeros at the end of a fraction out; this spelling it reads just as well.
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
