# SPDX-License-Identifier: Apache-2.0
"""Timings and sizes of the engine for two kinds of network; the same on every validator."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Profile(Struct, frozen=True, kw_only=True):
    """What depends on the network between the validators."""

    name: str
    propose_timeout_ms: int
    propose_timeout_delta_ms: int
    """Added for each further round at the same height."""
    vote_timeout_ms: int
    vote_timeout_delta_ms: int
    commit_timeout_ms: int
    """How long to gather late precommits; paid at every block while one validator is down."""
    gossip_sleep_ms: int
    flush_throttle_ms: int
    rate_bytes: int
    """Bytes a second for each connection and direction."""
    packet_bytes: int
    """Largest piece of a message; equal on all nodes, for the receiver refuses longer ones."""
    empty_blocks_interval_ms: int | None
    """How long a chain may stay still; None: a block only when there is something to decide.

    Never None where validators must not stand still: one that caught up late does not have the
    transactions that the others wait for, and takes part again only when a block is due.
    """
    allow_duplicate_ip: bool
    double_sign_check_height: int
    """Blocks to look back, at a start, for votes with the own key from another machine."""
    log_level: str


MACHINE: Final = Profile(
    name="machine",
    propose_timeout_ms=1_000,
    propose_timeout_delta_ms=250,
    vote_timeout_ms=250,
    vote_timeout_delta_ms=100,
    commit_timeout_ms=50,
    gossip_sleep_ms=5,
    flush_throttle_ms=2,
    rate_bytes=100_000_000,
    packet_bytes=10_240,
    empty_blocks_interval_ms=30_000,
    allow_duplicate_ip=True,
    double_sign_check_height=0,
    log_level="error",
)
"""Validators on one machine or in one local network."""

WAN: Final = Profile(
    name="wan",
    propose_timeout_ms=3_000,
    propose_timeout_delta_ms=500,
    vote_timeout_ms=1_000,
    vote_timeout_delta_ms=500,
    commit_timeout_ms=500,
    gossip_sleep_ms=25,
    flush_throttle_ms=10,
    rate_bytes=20_000_000,
    packet_bytes=4_096,
    empty_blocks_interval_ms=30_000,
    allow_duplicate_ip=False,
    double_sign_check_height=10,
    log_level="info",
)
"""Validators in several places, 20 to 150 ms apart."""
