# SPDX-License-Identifier: Apache-2.0
"""How the engines reach one another, and how that is cut: relays on loopback, or namespaces.

- Relays: every node calls each other one through a relay of ours, which drops its connections and
  refuses new ones while the two are apart. Works anywhere.
- Namespaces: every node has a network of its own, joined by a bridge; a node that is cut off is
  plugged into another bridge, so that packets vanish without a word. Linux, root and iproute2.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

import msgspec

from tallystick.node.engine_file import EngineFile, PeerNode, write_engine_file
from tests.networks import Network, free_port

Groups = Sequence[Sequence[int]]
"""Places by number; those of one group reach one another."""
_PIECE: Final = 65_536


class Wiring(Protocol):
    """Joins the places of a network."""

    name: str

    def join(self, network: Network) -> None:
        """Write every place's addresses; before anything starts."""
        ...

    def prefix(self, place: int) -> list[str]:
        """Return what stands before the command of a place's node."""
        ...

    def split(self, groups: Groups) -> None:
        """Cut every line between places of different groups."""
        ...

    def heal(self) -> None:
        """Join all again."""
        ...

    def close(self) -> None:
        """Take everything down."""
        ...


class Direct:
    """Every node calls the others at their own ports; nothing can be cut."""

    name = "direct"

    def join(self, network: Network) -> None:
        """Leave the addresses as they are."""

    def prefix(self, place: int) -> list[str]:
        """Nothing."""
        return []

    def split(self, groups: Groups) -> None:
        """Refuse: there is nothing to cut."""
        raise NotImplementedError(groups)

    def heal(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Relays:
    """A relay for each direction between two places."""

    name = "relays on loopback"

    def __init__(self) -> None:
        """Start the thread of all relays."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._cut: set[tuple[int, int]] = set()
        self._lines: dict[tuple[int, int], set[asyncio.StreamWriter]] = {}

    def join(self, network: Network) -> None:
        """Put a relay before every peer of every place."""
        for number, place in enumerate(network.places):
            peers = []
            for peer in place.settings.peers:
                port = int(peer.address.rpartition(":")[2])
                other = next(n for n, one in enumerate(network.places) if one.p2p_port == port)
                relay = free_port()
                self._run(self._serve((number, other), relay, port))
                peers.append(msgspec.structs.replace(peer, address=f"127.0.0.1:{relay}"))
            _rewrite(network, number, peers=tuple(peers))

    def prefix(self, place: int) -> list[str]:
        """Nothing."""
        return []

    def split(self, groups: Groups) -> None:
        """Drop and refuse connections between different groups."""
        self._run(self._apart(groups))

    def heal(self) -> None:
        """Let connections through again."""
        self._cut.clear()

    def close(self) -> None:
        """End all relays."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)  # type: ignore[arg-type]

    async def _serve(self, pair: tuple[int, int], port: int, target: int) -> None:
        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if pair in self._cut:
                writer.close()
                return
            try:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
            except OSError:
                writer.close()
                return
            lines = self._lines.setdefault(pair, set())
            lines |= {writer, far_writer}
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            lines -= {writer, far_writer}

        await asyncio.start_server(welcome, "127.0.0.1", port)

    async def _apart(self, groups: Groups) -> None:
        for one, other in itertools.permutations(groups, 2):
            self._cut |= set(itertools.product(one, other))
        for pair in self._cut:
            for line in self._lines.pop(pair, set()):
                line.transport.abort()

    async def _end(self) -> None:
        current = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not current]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


class Namespaces:
    """A network namespace for each place, and bridges between them."""

    name = "network namespaces"

    def __init__(self, count: int) -> None:
        """Make the namespaces and plug them into one bridge."""
        mark = f"{os.getpid() % 10_000}"
        self._spaces = [f"tally{mark}n{number}" for number in range(count)]
        self._plugs = [f"tl{mark}p{number}" for number in range(count)]
        self._bridges = [f"tl{mark}b{number}" for number in range(count)]
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def refusal() -> str:
        """Return why this cannot be used here; empty if it can."""
        if shutil.which("ip") is None:
            return "iproute2 is absent"
        name = f"tallytry{os.getpid() % 10_000}"
        try:
            _ip("netns", "add", name)
            _ip("netns", "delete", name)
            _ip("link", "add", name[-12:], "type", "bridge")
            _ip("link", "delete", name[-12:])
        except subprocess.CalledProcessError as error:
            return f"the system refuses: {error.stderr.decode(errors='replace').strip()}"
        return ""

    def _make(self) -> None:
        for bridge in self._bridges:
            _ip("link", "add", bridge, "type", "bridge")
            _ip("link", "set", bridge, "up")
        for number, (space, plug) in enumerate(zip(self._spaces, self._plugs, strict=True)):
            _ip("netns", "add", space)
            _ip("link", "add", plug, "type", "veth", "peer", "name", "line", "netns", space)
            _ip("link", "set", plug, "master", self._bridges[0], "up")
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", space, "address", "add", f"{_address(number)}/24", "dev", "line")
            _ip("-n", space, "link", "set", "line", "up")

    def join(self, network: Network) -> None:
        """Give every place its address."""
        numbers = {place.p2p_port: number for number, place in enumerate(network.places)}
        for number, place in enumerate(network.places):
            peers = tuple(
                msgspec.structs.replace(peer, address=f"{_address(numbers[port])}:{port}")
                for peer in place.settings.peers
                for port in [int(peer.address.rpartition(":")[2])]
            )
            _rewrite(network, number, peers=peers, p2p_host=_address(number))

    def prefix(self, place: int) -> list[str]:
        """Enter the place's namespace."""
        return ["ip", "netns", "exec", self._spaces[place]]

    def split(self, groups: Groups) -> None:
        """Plug each group into a bridge of its own."""
        for bridge, group in zip(self._bridges, groups, strict=False):
            for number in group:
                _ip("link", "set", self._plugs[number], "master", bridge)

    def heal(self) -> None:
        """Plug all into one bridge."""
        self.split([range(len(self._plugs))])

    def close(self) -> None:
        """Remove what was made."""
        for plug in self._plugs:
            with suppress(subprocess.CalledProcessError):
                _ip("link", "delete", plug)
        for space in self._spaces:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "delete", space)
        for bridge in self._bridges:
            with suppress(subprocess.CalledProcessError):
                _ip("link", "delete", bridge)


def _address(place: int) -> str:
    return f"10.213.77.{place + 1}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _rewrite(network: Network, number: int, **changes: object) -> None:
    place = network.places[number]
    place.settings = msgspec.structs.replace(place.settings, **changes)
    write_engine_file(place.folder, place.settings)


def best_wiring(count: int) -> Callable[[], Wiring]:
    """Return namespaces where they are allowed, else relays."""
    return Relays if Namespaces.refusal() else lambda: Namespaces(count)


__all__ = ["Direct", "EngineFile", "Namespaces", "PeerNode", "Relays", "Wiring", "best_wiring"]
