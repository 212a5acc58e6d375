# SPDX-License-Identifier: Apache-2.0
"""Wires the rooms into a node, and is its face for HTTP, commands and tests."""

from tallystick.node.ceremony import (
    ENTRY_BYTES_MAX,
    ENTRY_FILE,
    FIRST_MEMBERS,
    Entry,
    EntryContent,
    EntryMember,
    OwnKeys,
    check_own_part,
    compose_genesis,
    keep_keys,
    node_id_of,
    parse_entry,
    sign_entry,
)
from tallystick.node.collector import settle_collector
from tallystick.node.config import NodeConfig
from tallystick.node.contracts_needed import (
    NeededContract,
    find_installed_contracts,
    find_installed_schemas,
)
from tallystick.node.document_settings import DOCUMENTS_FILE, DocumentsSight, inspect_documents
from tallystick.node.engine_file import (
    EngineFile,
    PeerNode,
    StateSyncStart,
    read_engine_file,
    write_engine_file,
)
from tallystick.node.figures import NodeFigures
from tallystick.node.founding import create_network
from tallystick.node.inspection import (
    EngineChain,
    EngineHomeState,
    EngineProgram,
    engine_home_state,
    engine_log_tail,
    exposed_keys,
    find_engine_program,
    missing_keys,
    read_engine_chain,
)
from tallystick.node.invite import (
    INVITE_BYTES_MAX,
    EngineStartFacts,
    Invite,
    InviteValidator,
    found_invite,
    is_founder,
    is_joined,
    join_network,
    own_entry,
    parse_invite,
)
from tallystick.node.key_change import install_validator_key
from tallystick.node.network import (
    ConnectedPeer,
    EngineHeader,
    EngineSight,
    NetworkPeer,
    NetworkReport,
    NetworkValidator,
)
from tallystick.node.network_views import NetworkViews
from tallystick.node.node import Node
from tallystick.node.node_keys import (
    StoredKey,
    are_sealed,
    protect_keys,
    stored_keys,
    unprotect_keys,
)
from tallystick.node.peer_standing import PeerStanding
from tallystick.node.previews import Caller, Previewed
from tallystick.node.private_desk import PrivateDesk
from tallystick.node.status import NodeStatus, RegisterShown, StateProved
from tallystick.node.switching import Beginning, place_ledger, switch_invite, take_last_word
from tallystick.node.wiring import open_node
from tallystick.node.witnesses import WITNESSES_MAX

__all__ = [
    "DOCUMENTS_FILE",
    "ENTRY_BYTES_MAX",
    "ENTRY_FILE",
    "FIRST_MEMBERS",
    "INVITE_BYTES_MAX",
    "WITNESSES_MAX",
    "Beginning",
    "Caller",
    "ConnectedPeer",
    "DocumentsSight",
    "EngineChain",
    "EngineFile",
    "EngineHeader",
    "EngineHomeState",
    "EngineProgram",
    "EngineSight",
    "EngineStartFacts",
    "Entry",
    "EntryContent",
    "EntryMember",
    "Invite",
    "InviteValidator",
    "NeededContract",
    "NetworkPeer",
    "NetworkReport",
    "NetworkValidator",
    "NetworkViews",
    "Node",
    "NodeConfig",
    "NodeFigures",
    "NodeStatus",
    "OwnKeys",
    "PeerNode",
    "PeerStanding",
    "Previewed",
    "PrivateDesk",
    "RegisterShown",
    "StateProved",
    "StateSyncStart",
    "StoredKey",
    "are_sealed",
    "check_own_part",
    "compose_genesis",
    "create_network",
    "engine_home_state",
    "engine_log_tail",
    "exposed_keys",
    "find_engine_program",
    "find_installed_contracts",
    "find_installed_schemas",
    "found_invite",
    "inspect_documents",
    "install_validator_key",
    "is_founder",
    "is_joined",
    "join_network",
    "keep_keys",
    "missing_keys",
    "node_id_of",
    "open_node",
    "own_entry",
    "parse_entry",
    "parse_invite",
    "place_ledger",
    "protect_keys",
    "read_engine_chain",
    "read_engine_file",
    "settle_collector",
    "sign_entry",
    "stored_keys",
    "switch_invite",
    "take_last_word",
    "unprotect_keys",
    "write_engine_file",
]
