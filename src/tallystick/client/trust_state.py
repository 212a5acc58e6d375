# SPDX-License-Identifier: Apache-2.0
"""What this user has seen before: the network behind an address, and the newest head of its log.

A node that later shows another network, a shorter log, or another log of the same length is
caught here and not believed (C7). Files below the user's folder:

- `addresses.json`: network id by address;
- `networks/<network id>/trust.json`, `networks/<network id>/checkpoint`;
- `networks/<network id>/conflict-...`: a signed head that contradicts the remembered one: two
  signatures under contradictory heads are proof of the operator's fault, so both are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tallystick.client.home import locked, read_file, tally_home, write_file
from tallystick.client.trust import Trust
from tallystick.client.verify_log import verify_extension
from tallystick.encoding import format_json, parse_json
from tallystick.errors import FileProblem, InvalidCheckpoint, Malformed, Unverified, WrongNetwork
from tallystick.model import Checkpoint

_FORMAT: Final = "tallystick.addresses.v1"
_FILE_MAX: Final = 1024 * 1024


class TrustState:
    """Pins of networks and log heads in a folder; safe for several programs at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder`, by default the user's own (`$TALLY_HOME`)."""
        self.folder = tally_home() if folder is None else folder

    def trust_at(self, address: str) -> Trust | None:
        """Return the trust pinned for an address, None if it was never seen.

        Raises:
            FileProblem: the pin cannot be read, or its trust file is missing.
            Malformed, WrongNetwork: a pinned file was damaged.
        """
        network = self._addresses().get(address)
        if network is None:
            return None
        return Trust.load(self._network_folder(network) / "trust.json")

    def pin(self, address: str, trust: Trust, *, is_explicit: bool = False) -> None:
        """Remember which network is behind an address.

        Args:
            address: Base address of a node.
            trust: Its network.
            is_explicit: The user named the trust file, which then replaces an earlier pin.

        Raises:
            WrongNetwork: another network is pinned for the address.
            FileProblem: the folder cannot be written.
        """
        with locked(self.folder):
            addresses = self._addresses()
            before = addresses.get(address)
            if before not in (None, trust.network) and not is_explicit:
                raise changed_network(address, str(before), trust.network, self.folder)
            path = self._network_folder(trust.network) / "trust.json"
            write_file(path, trust.to_json().encode(), private=True)
            fields = {"format": _FORMAT, "networks": {**addresses, address: trust.network}}
            text = format_json(fields, indent=2)
            write_file(self._addresses_file(), text.encode(), private=True)

    def newest(self, trust: Trust) -> Checkpoint | None:
        """Return the newest head seen of a network's log, None before the first.

        Raises:
            InvalidCheckpoint: the remembered file was damaged.
        """
        path = self._network_folder(trust.network) / "checkpoint"
        if not path.exists():
            return None
        note = read_file(path, size_max=_FILE_MAX).decode("utf-8", "replace")
        # It was believed when it came: its key may have been revoked since.
        return trust.open_checkpoint(note, trust.known_log_keys)[0]

    def accept(
        self, trust: Trust, note: str, *, seen: Checkpoint | None, proof: Sequence[bytes]
    ) -> Checkpoint:
        """Return the head in `note` if the log that `seen` is of only grew into it; remember it.

        Args:
            trust: The network.
            note: What the node presents as its newest checkpoint.
            seen: What `newest` said before the node was asked.
            proof: Consistency proof from `seen` to `note`; empty if they are of one size.

        Raises:
            InvalidCheckpoint: not validly signed, or the log went backwards or was replaced.
            InvalidProof: the log was rewritten.
        """
        head, _ = trust.open_checkpoint(note)
        if seen is not None:
            try:
                self._compare(seen, head)
                verify_extension(seen, head, proof)
            except Unverified:
                self._keep_conflict(trust, head, note)
                raise
        with locked(self.folder):
            newest = self.newest(trust)
            # Another program may have seen a newer head meanwhile.
            if newest is None or newest.size < head.size:
                path = self._network_folder(trust.network) / "checkpoint"
                write_file(path, note.encode(), private=True)
        return head

    def compare(self, trust: Trust, note: str, head: Checkpoint) -> None:
        """Check a head that need not be the newest, such as a receipt's, against the newest seen.

        Args:
            trust: The network.
            note: The signed note.
            head: What it says, once it was verified.

        Raises:
            InvalidCheckpoint: of the same size with another root: the log shows different
                histories to different people.
        """
        seen = self.newest(trust)
        if seen is None:
            return
        try:
            self._compare(seen, head)
        except InvalidCheckpoint:
            self._keep_conflict(trust, head, note)
            raise

    @staticmethod
    def _compare(seen: Checkpoint, head: Checkpoint) -> None:
        if head.size == seen.size and head.root != seen.root:
            raise InvalidCheckpoint(
                f"the log shows two different histories of {head.size} entries",
                field="checkpoint.root",
                expected=seen.root.hex(),
                found=head.root.hex(),
                hint="Stop using this node; both signed heads are kept in your Tallystick folder.",
            )

    def _keep_conflict(self, trust: Trust, head: Checkpoint, note: str) -> None:
        name = f"conflict-{head.size}-{head.root.hex()[:16]}"
        write_file(self._network_folder(trust.network) / name, note.encode(), private=True)

    def _addresses(self) -> dict[str, str]:
        path = self._addresses_file()
        if not path.exists():
            return {}
        try:
            fields = parse_json(read_file(path, size_max=_FILE_MAX), name="addresses")
        except Malformed as error:
            raise self._damaged() from error
        match fields:
            case {"format": str(form), "networks": dict(networks)} if form == _FORMAT:
                if all(isinstance(network, str) for network in networks.values()):
                    return networks
        raise self._damaged()

    def _damaged(self) -> FileProblem:
        return FileProblem(
            f"{self._addresses_file()}: not the list of known networks",
            field="path",
            hint="Restore the file, or remove it to start over with explicit trust files.",
        )

    def _addresses_file(self) -> Path:
        return self.folder / "addresses.json"

    def _network_folder(self, network: str) -> Path:
        if not network.isascii() or not network.replace(".", "").replace("-", "").isalnum():
            raise self._damaged()
        return self.folder / "networks" / network


def changed_network(address: str, before: str, now: str, folder: Path) -> WrongNetwork:
    """Return the alarm for an address that answers for another network than before."""
    return WrongNetwork(
        f"{address} was network {before} and now says it is {now}",
        field="network",
        expected=before,
        found=now,
        hint="If that is intended (a new test network), connect once with its trust file: "
        f"connect(trust=...); the pin is in {folder / 'addresses.json'}. If not, stop.",
    )
