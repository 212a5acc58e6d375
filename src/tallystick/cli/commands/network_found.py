# SPDX-License-Identifier: Apache-2.0
"""`tally network entry` and `init`: what each organisation contributes, and what is made of it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import (
    OUTPUT,
    PLACE,
    VOTING_RULES,
    Contribution,
    Output,
    Place,
    VotingRules,
)
from tallystick.cli.talk import note, step, warn
from tallystick.errors import Malformed, TallystickError, UsageError

if TYPE_CHECKING:
    from tallystick.client import KeyStore
    from tallystick.crypto import SecretKey
    from tallystick.model import GovernanceRules, Share
    from tallystick.node import EntryContent, OwnKeys

_SHARE = re.compile(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})")
_FAULT_TOLERANT: Final = 4
_GROUP: Final = 8


def entry(
    *,
    of: Contribution,
    key_name: str | None = None,
    out: Path | None = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Make this organisation's keys, and the signed entry that it contributes to a new network.

    Raises:
        Malformed: the code, a name or an address is not one.
        UsageError: a key of that name exists already.
        DataFolderProblem: the folder has keys already.
        FileProblem: a file cannot be written.
    """
    from tallystick.cli.locate import data_folder
    from tallystick.client import KeyStore, write_file
    from tallystick.crypto import SecretKey
    from tallystick.node import ENTRY_FILE, FIRST_MEMBERS, OwnKeys, keep_keys, sign_entry

    folder, store, prefix = data_folder(place.data), KeyStore(), key_name or of.organization
    target = out or Path(f"{of.organization}.entry.json")
    keys = OwnKeys.generate()
    people = {member: SecretKey.generate() for member in FIRST_MEMBERS}
    content = _content(keys, people, of)
    made = sign_entry(content, keys, list(people.values()))
    _check_names(store, [f"{prefix}-{member}" for member in people])
    if target.exists():
        raise UsageError(say("usage.exists", path=target), field="--out")
    keep_keys(folder, keys)
    _keep_people(store, prefix, of.organization, people)
    write_file(folder / ENTRY_FILE, made.to_json())
    write_file(target, made.to_json())
    step(say("network.keys_made", folder=folder / "keys", store=store.folder))
    note("  " + say("network.entry_next", path=target))
    return Sheet(_described(content, target, folder, store, prefix))


def _content(keys: OwnKeys, people: dict[str, SecretKey], of: Contribution) -> EntryContent:
    from tallystick.model import Name
    from tallystick.node import FIRST_MEMBERS, EntryContent, EntryMember
    from tallystick.units import TimeMs

    return EntryContent(
        organization=of.organization,
        name=Name(zh=of.name_zh, en=of.name_en),
        created=TimeMs(time.time_ns() // 1_000_000),
        members=tuple(
            EntryMember(id=member, name=called, roles=roles, public_key=_hex(people[member]))
            for member, (called, roles) in FIRST_MEMBERS.items()
        ),
        log_key=_hex(keys.log),
        validator_key=_hex(keys.validator),
        node_key=_hex(keys.node),
        p2p=of.p2p,
        api=of.api.rstrip("/"),
    )


def _hex(key: SecretKey) -> str:
    return key.public_key.hex()


def _check_names(store: KeyStore, names: list[str]) -> None:
    taken = next((name for name in names if name in store.names()), None)
    if taken is not None:
        hint = say("usage.give", option="--key-name NAME")
        raise UsageError(say("key.exists", name=taken), field="--key-name", hint=hint)


def _keep_people(
    store: KeyStore, prefix: str, organization: str, people: dict[str, SecretKey]
) -> None:
    from tallystick.client import Identity

    for member, secret in people.items():
        store.save(f"{prefix}-{member}", Identity(organization, member, secret))


def _described(
    content: EntryContent, target: Path, folder: Path, store: KeyStore, prefix: str
) -> dict[str, str | list[str]]:
    from tallystick.node import node_id_of

    return {
        "organization": content.organization,
        "node_id": node_id_of(bytes.fromhex(content.node_key)),
        "p2p": content.p2p,
        "api": content.api,
        "entry": str(target),
        "data": str(folder),
        "key_store": str(store.folder),
        "keys": [f"{prefix}-{member.id}" for member in content.members],
    }


def init(
    name: str,
    entries: list[Path],
    /,
    *,
    out: Path | None = None,
    rules: VotingRules = VOTING_RULES,
    contracts: str = "evidence",
    _output: Output = OUTPUT,
) -> Answer:
    """Make the genesis document of a new network out of the entries, and the invite to it.

    Raises:
        Malformed: an entry is not one, or two of them exclude each other.
        InvalidSignature: an entry is not signed by each of its keys.
        UsageError: the invite exists already, or a rule cannot govern.
    """
    from tallystick.cli.network_view import tolerated_failures
    from tallystick.client import write_file
    from tallystick.node import compose_genesis, found_invite
    from tallystick.units import TimeMs

    target = out or Path(f"{name}.invite.json")
    if target.exists():
        raise UsageError(say("usage.exists", path=target), field="--out")
    contents = tuple(read_entry(path) for path in entries)
    genesis = compose_genesis(
        name,
        contents,
        created=TimeMs(time.time_ns() // 1_000_000),
        governance=_rules(rules.threshold, rules.participation, rules.proposal_days),
        contracts=[one.strip() for one in contracts.split(",") if one.strip()],
    )
    invite = found_invite(genesis, contents)
    write_file(target, invite.to_json())
    count = len(genesis.validators)
    step(say("network.composed", count=count, path=target))
    if count < _FAULT_TOLERANT:
        warn(say("network.few", count=count))
    say_hash(invite.network, invite.genesis_hash)
    note(say("network.init_next", path=target))
    return Sheet(
        {
            "network": invite.network,
            "genesis_hash": invite.genesis_hash,
            "organizations": [one.id for one in genesis.organizations],
            "validators": count,
            "may_fail": tolerated_failures(count),
            "invite": str(target),
        }
    )


def say_hash(network: str, digest: str) -> None:
    """Show the network id and the genesis hash so that people can compare them aloud."""
    from tallystick.cli.layout import text_width

    groups = [digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP)]
    half = len(groups) // 2
    note()
    named, hashed = say("network.id"), say("network.genesis_hash")
    note(f"    {named}   {network}")
    note(f"    {hashed}   {' '.join(groups[:half])}")
    note(f"    {' ' * text_width(hashed)}   {' '.join(groups[half:])}")
    note()
    note("    " + say("network.compare"))
    note()


def read_entry(path: Path) -> EntryContent:
    """Return the checked entry in a file; an error names the file."""
    from tallystick.cli.local import read_small
    from tallystick.node import ENTRY_BYTES_MAX, parse_entry

    try:
        return parse_entry(read_small(path, ENTRY_BYTES_MAX)).content
    except TallystickError as error:
        error.message = f"{path}: {error.message.removeprefix(f'{path}: ')}"
        raise


def _rules(threshold: str, participation: str, proposal_days: int) -> GovernanceRules:
    from tallystick.model import GovernanceRules, Share, check_rules
    from tallystick.units import DAY_MS

    usual = GovernanceRules()
    needed = _share(threshold, "--threshold")
    qualified = usual.qualified_threshold
    if needed.numerator * qualified.denominator > qualified.numerator * needed.denominator:
        qualified = Share(needed.numerator, needed.denominator)
    rules = GovernanceRules(
        threshold=needed,
        qualified_threshold=qualified,
        participation=_share(participation, "--participation"),
        proposal_lifetime_ms=proposal_days * DAY_MS,
    )
    try:
        check_rules(rules)
    except Malformed as error:
        raise UsageError(error.message, field=error.field, expected=error.expected) from error
    return rules


def _share(text: str, option: str) -> Share:
    from tallystick.model import Share

    found = _SHARE.fullmatch(text)
    if found is None:
        message = say("usage.value", name=option, value=text)
        raise UsageError(message, field=option, expected="1/2, 2/3, …")
    return Share(int(found[1]), int(found[2]))
