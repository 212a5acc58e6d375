# SPDX-License-Identifier: Apache-2.0
"""What HTTP needs of a node: the port that `tallystick.node.Node` fulfils, and test doubles too.

Nothing here is an HTTP matter. All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from tallystick.api.contract_ports import ContractDesk
from tallystick.api.document_ports import SealedNode
from tallystick.api.log_ports import LogReader
from tallystick.api.private_ports import PrivateFace
from tallystick.api.view_ports import ViewsReader
from tallystick.encoding import Value
from tallystick.model import (
    Block,
    BlockHeader,
    GenesisDocument,
    Receipt,
)
from tallystick.node import (
    NetworkReport,
    NodeFigures,
    NodeStatus,
    RegisterShown,
    StateProved,
)


class Committed(Protocol):
    """Where a transaction ended up."""

    @property
    def transaction_id(self) -> bytes:
        """SHA-256 of its bytes."""
        ...

    @property
    def height(self) -> int:
        """Height of its block."""
        ...

    @property
    def index(self) -> int:
        """Place in the block."""
        ...

    @property
    def leaf_index(self) -> int:
        """Place in the log."""
        ...

    @property
    def code(self) -> str:
        """`ok` or the code of the refusal."""
        ...


class ConsortiumFace(Protocol):
    """A node among those of other organisations."""

    def validator_history(self) -> tuple[bytes, ...]:
        """Return the certificates that lead from genesis to today's validators."""
        ...

    def log_key_certificates(self) -> tuple[bytes, ...]:
        """Return the certificates of log keys that genesis does not tell of."""
        ...

    def finality_of(self, header: BlockHeader) -> bytes | None:
        """Return the proof that a block is final, or None where one node decides alone."""
        ...

    def cosign(self, header: BlockHeader) -> str:
        """Return this organisation's cosignature of a committed block's checkpoint."""
        ...

    def figures(self) -> NodeFigures:
        """Return what monitors ask for."""
        ...

    def ask_engine(self, method: str, params: dict[str, str], number: int) -> bytes:
        """Return the engine's answer to a question that others may ask, or raise `NotFound`."""
        ...


class RegisterReader(Protocol):
    """Who belongs and by which rules."""

    def register(self) -> RegisterShown:
        """Return the register as of the newest durable block."""
        ...


class LedgerNode(RegisterReader, LogReader, SealedNode, Protocol):
    """A node in operation."""

    @property
    def network(self) -> str:
        """Network id; also the origin of checkpoints."""
        ...

    @property
    def genesis(self) -> GenesisDocument:
        """The founding document."""
        ...

    @property
    def genesis_bytes(self) -> bytes:
        """Its exact bytes."""
        ...

    @property
    def consortium(self) -> ConsortiumFace:
        """What it does with other organisations' nodes."""
        ...

    @property
    def private(self) -> PrivateFace:
        """What it holds of private records."""
        ...

    @property
    def contract_desk(self) -> ContractDesk:
        """What is installed of what the network runs."""
        ...

    @property
    def views(self) -> ViewsReader:
        """What lists are read from."""
        ...

    def status(self) -> NodeStatus:
        """Return the figures of this moment."""
        ...

    def network_report(self) -> NetworkReport:
        """Return how the node stands in its network, or raise `Unavailable`."""
        ...

    def submit(self, transactions: Sequence[bytes]) -> Future[Any]:
        """Take transactions; the future ends with a `Committed` or an error for each, in order.

        Raises:
            Overloaded: too many are waiting already.
            Unavailable: the node is not running.
        """
        ...

    def find(self, transaction_id: bytes) -> Committed:
        """Return where a transaction is, or raise `NotFound`."""
        ...

    def block(self, height: int) -> Block:
        """Return a committed block, or raise `NotFound`."""
        ...

    def transaction(self, transaction_id: bytes) -> tuple[Block, int]:
        """Return a transaction's block and its place in it, or raise `NotFound`."""
        ...

    def receipt(self, transaction_id: bytes, *, witnesses: int = 0) -> Receipt:
        """Return the receipt of a committed transaction, or raise `NotFound` or `NotWitnessed`."""
        ...

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Run a contract's query on the newest state."""
        ...

    def prove_state(self, key: bytes, height: int | None = None) -> StateProved:
        """Return a state key's value and proof at a height, the newest by default.

        Raises:
            NotFound: there is no block at that height yet.
            Overloaded: the state of another older height is being made.
        """
        ...

    def contracts(self) -> Sequence[Any]:
        """Return the schema of every active contract."""
        ...

    def subscribe(self, callback: Callable[[Block], None]) -> Callable[[], None]:
        """Call back, on the commit thread, after each block; return how to stop that."""
        ...
