# SPDX-License-Identifier: Apache-2.0
"""Genesis, organisations, entries, write sets, headers: round trips, and refusals of the rest."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.encoding import Value, decode, encode
from tallystick.errors import InvalidSignature, LimitExceeded, Malformed
from tallystick.model import (
    NO_WRITES,
    OK,
    POWER_MAX,
    Block,
    BlockHeader,
    Entry,
    Event,
    GenesisDocument,
    GovernanceRules,
    LogKey,
    NodeIdentity,
    Outcome,
    Share,
    Validator,
    app_hash,
    check_organization_id,
    check_validators,
    decode_entry,
    decode_genesis,
    decode_header,
    decode_write_set,
    encode_entry,
    encode_write_set,
    network_id,
    to_value,
)
from tallystick.units import VALIDATORS_MAX, TimeMs
from tests.factories import (
    BANK,
    COURT,
    GENESIS_BYTES,
    LOG_KEY,
    make_genesis,
    member,
    member_key,
    secret,
)

HEADER = BlockHeader(
    height=1,
    parent=b"p" * 32,
    time=5,
    log_size=2,
    log_root=b"l" * 32,
    state_root=b"s" * 32,
    membership_root=b"m" * 32,
    app_hash=b"a" * 32,
)
ENTRY = Entry(b"i" * 32, 1, 2, Outcome(OK, {"id": 1}, (Event("n.Put", {"a": "b"}),), NO_WRITES))


def test_the_vector_of_the_standard_is_a_valid_code() -> None:
    """GB 32100 check character; changing any one character makes it invalid."""
    code = "91350100M000100Y43"
    assert check_organization_id(code) == code
    for place, character in enumerate(code):
        other = "1" if character != "1" else "2"
        with pytest.raises(Malformed):
            check_organization_id(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100YI3", "９1350100M000100Y43"]
)
def test_codes_of_wrong_form_are_refused(code: str) -> None:
    """Length and alphabet."""
    with pytest.raises(Malformed):
        check_organization_id(code)


def test_genesis_comes_back_and_names_the_network() -> None:
    """The id is bound to the exact bytes."""
    genesis = decode_genesis(GENESIS_BYTES)
    assert genesis == make_genesis()
    assert genesis.encode() == GENESIS_BYTES
    other = msgspec.structs.replace(genesis, created=genesis.created + 1).encode()
    assert network_id("testnet", other) != network_id("testnet", GENESIS_BYTES)
    assert network_id("testnet", GENESIS_BYTES).startswith("testnet.")


def broken_genesis() -> list[GenesisDocument]:
    """Return documents that contradict themselves, one way each."""
    good = make_genesis()

    def changed(**fields: object) -> GenesisDocument:
        return msgspec.structs.replace(good, **fields)

    stranger = member_key(secret(60), COURT, "nobody")
    return [
        changed(version=2),
        changed(created=-5),
        changed(members=(*good.members, member(COURT, "x", "b", "a"))),
        changed(name="X"),
        changed(name="a b"),
        changed(organizations=(*good.organizations, good.organizations[0])),
        changed(members=(*good.members, good.members[0])),
        changed(keys=(*good.keys, good.keys[0])),
        changed(keys=(*good.keys, stranger)),
        changed(members=(*good.members, member("91350100M000100Y4X", "x"))),
        changed(log_keys=(LogKey(organization="x", public_key=LOG_KEY.public_key),)),
    ]


@pytest.mark.parametrize("genesis", broken_genesis())
def test_a_genesis_that_contradicts_itself_is_refused(genesis: GenesisDocument) -> None:
    """Unique ids, known references, plain name, version."""
    with pytest.raises(Malformed):
        decode_genesis(genesis.encode())


def test_a_genesis_key_of_small_order_is_refused() -> None:
    """Enrolment rules hold for founders too."""
    weak = LogKey(organization=COURT, public_key=b"\x01" + bytes(31))
    with pytest.raises(InvalidSignature):
        decode_genesis(msgspec.structs.replace(make_genesis(), log_keys=(weak,)).encode())


@pytest.mark.parametrize("missing", ["version", "parameters", "contracts"])
def test_a_genesis_has_one_spelling(missing: str) -> None:
    """A field with a default must still be there: two spellings would be two network ids."""
    fields = decode(GENESIS_BYTES)
    assert isinstance(fields, dict)
    del fields[missing]
    with pytest.raises(Malformed):
        decode_genesis(encode(fields))


def governed_genesis(**changed: object) -> GenesisDocument:
    """Return the test network with two validators, rules of its own, and a node."""
    fields: dict[str, object] = {
        "validators": (validator(COURT, 70), validator(BANK, 71)),
        "governance": GovernanceRules(proposal_lifetime_ms=60_000),
        "nodes": (NodeIdentity(node_id="0a" * 20, organization=COURT),),
    }
    return msgspec.structs.replace(make_genesis(), **(fields | changed))


def validator(organization: str, key: int, power: int = 10) -> Validator:
    """Return a validator with a test key."""
    return Validator(organization=organization, public_key=secret(key).public_key, power=power)


def test_what_governs_a_network_comes_back() -> None:
    """Validators, voting rules and nodes of genesis."""
    genesis = governed_genesis()
    assert decode_genesis(genesis.encode()) == genesis


@pytest.mark.parametrize(
    ("name", "usual"),
    [("validators", []), ("nodes", []), ("governance", to_value(GovernanceRules()))],
)
def test_a_genesis_without_governance_has_the_bytes_it_always_had(name: str, usual: Value) -> None:
    """The new fields are left out when they are as usual, and must be: one spelling."""
    fields = decode(GENESIS_BYTES)
    assert isinstance(fields, dict)
    assert name not in fields
    with pytest.raises(Malformed):
        decode_genesis(encode(fields | {name: usual}))


@pytest.mark.parametrize(
    "changed",
    [
        {"validators": (validator(BANK, 71), validator(COURT, 70))},
        {"validators": (validator(COURT, 70), validator(COURT, 71))},
        {"validators": (validator(COURT, 70), validator(BANK, 70))},
        {"validators": (validator("91350100M000100Y4X", 70),)},
        {"validators": (validator(COURT, 70, 0),)},
        {"validators": (validator(COURT, 70, POWER_MAX + 1),)},
        {"governance": GovernanceRules(threshold=Share(1, 3))},
        {"nodes": (NodeIdentity(node_id="0A" * 20, organization=COURT),)},
        {"nodes": (NodeIdentity(node_id="0a" * 20, organization="x"),)},
        {"nodes": (NodeIdentity(node_id="0a" * 20, organization=COURT),) * 2},
        {"nodes": (NodeIdentity(node_id="0a" * 20, organization=COURT, removed_at=TimeMs(1)),)},
        {"members": (member(COURT, "both", "governor", "operator"),), "keys": ()},
    ],
)
def test_a_genesis_with_impossible_governance_is_refused(changed: dict[str, object]) -> None:
    """Sorted, known organisations, distinct keys, powers and rules that can work."""
    with pytest.raises(Malformed):
        decode_genesis(governed_genesis(**changed).encode())


def test_a_genesis_in_which_one_validator_holds_a_third_is_refused() -> None:
    """From four validators on; and there are at most a hundred."""
    with pytest.raises(Malformed, match="a third"):
        check_validators(tuple(validator(f"{n}", 70 + n, 1 + n) for n in range(4)))
    check_validators(tuple(validator(f"{n}", 70 + n, 1 + n) for n in range(3)))
    with pytest.raises(Malformed, match="too many"):
        check_validators(tuple(validator(f"{n:03}", 70 + n) for n in range(VALIDATORS_MAX + 1)))


def test_a_removed_founder_is_refused() -> None:
    """Nobody begins by having left."""
    first, *others = make_genesis().organizations
    gone = msgspec.structs.replace(first, removed_at=TimeMs(1))
    with pytest.raises(Malformed):
        decode_genesis(governed_genesis(organizations=(gone, *others)).encode())


@pytest.mark.parametrize("value", [[], {"version": 1}, {"unknown": 1}, None])
def test_other_values_are_no_genesis(value: object) -> None:
    """Exactly the fields of the document."""
    with pytest.raises(Malformed):
        decode_genesis(encode(value))  # type: ignore[arg-type]


def test_an_entry_comes_back() -> None:
    """Encode and decode agree."""
    assert decode_entry(encode_entry(ENTRY)) == ENTRY


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 2),
        (0, True),
        (2, -1),
        (2, 2**63),
        (3, -1),
        (1, b"short"),
        (1, None),
        (2, "1"),
        (3, None),
        (4, 1),
        (6, None),
        (6, [["name"]]),
        (6, [[1, {}]]),
        (7, b""),
        (7, 0),
    ],
)
def test_an_entry_with_a_wrong_field_is_refused(place: int, value: object) -> None:
    """Every place of docs/spec/block.md."""
    fields = decode(encode_entry(ENTRY))
    assert isinstance(fields, list)
    fields[place] = value  # type: ignore[call-overload]
    with pytest.raises(Malformed):
        decode_entry(encode(fields))


@pytest.mark.parametrize("value", [{}, [1], None])
def test_other_values_are_no_entry(value: object) -> None:
    """A list of eight."""
    with pytest.raises(Malformed):
        decode_entry(encode(value))  # type: ignore[arg-type]


def test_an_oversized_entry_is_refused_by_its_reader() -> None:
    """A C2SP bundle cannot hold more than 65,535 bytes (ENTRY_BYTES_MAX)."""
    outcome = Outcome(OK, "x" * 70_000, (), NO_WRITES)
    with pytest.raises(LimitExceeded):
        decode_entry(encode_entry(Entry(b"i" * 32, 1, 2, outcome)))


@given(st.dictionaries(st.binary(max_size=8), st.none() | st.binary(max_size=8), max_size=6))
def test_a_write_set_comes_back_in_any_order(writes: dict[bytes, bytes | None]) -> None:
    """Order of writing does not show in the bytes."""
    data = encode_write_set(writes)
    assert decode_write_set(data) == writes
    assert encode_write_set(dict(reversed(writes.items()))) == data


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [[b"a"]],
        [["a", b"b"]],
        [[b"a", 1]],
        [[b"b", b""], [b"a", b""]],
        [[b"a", b""], [b"a", b""]],
    ],
)
def test_other_values_are_no_write_set(value: object) -> None:
    """Strictly sorted pairs of bytes."""
    with pytest.raises(Malformed):
        decode_write_set(encode(value))  # type: ignore[arg-type]


def test_a_header_comes_back_and_its_hash_is_of_its_bytes() -> None:
    """Encode and decode agree; the first leaf follows from the size."""
    data = HEADER.encode()
    assert decode_header(data) == HEADER
    block = Block(HEADER, data, (b"t", b"u"), (b"e", b"f"), (b"w", b"x"))
    assert block.first_leaf == 0
    assert len(block.hash) == 32


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("height", -1),
        ("height", 2**63),
        ("time", "x"),
        ("log_root", b"short"),
        ("parent", None),
    ],
)
def test_a_header_with_a_wrong_field_is_refused(field: str, value: object) -> None:
    """Types and sizes."""
    fields = decode(HEADER.encode())
    assert isinstance(fields, dict)
    with pytest.raises(Malformed):
        decode_header(encode(fields | {field: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [[], {"height": 1}])
def test_other_values_are_no_header(value: object) -> None:
    """Exactly the fields."""
    with pytest.raises(Malformed):
        decode_header(encode(value))  # type: ignore[arg-type]


def test_the_app_hash_depends_on_each_of_its_parts() -> None:
    """Size, log, state, membership: swapping or changing any gives another hash."""
    a, b, c = b"a" * 32, b"b" * 32, b"c" * 32
    hashes = {
        app_hash(1, a, b, c),
        app_hash(2, a, b, c),
        app_hash(1, b, a, c),
        app_hash(1, a, c, b),
        app_hash(1, a, b, b),
    }
    assert len(hashes) == 5
