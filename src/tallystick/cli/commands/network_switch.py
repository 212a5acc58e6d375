# SPDX-License-Identifier: Apache-2.0
"""`tally network switch`: hands a ledger that one node began to several organisations."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.talk import note, step
from tallystick.errors import UsageError


def switch(
    entries: list[Path],
    /,
    *,
    out: Path = Path("switch.invite.json"),
    ledger_out: Path = Path("ledger.backup"),
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Write the invite and the ledger with which several organisations go on.

    Raises:
        UsageError: a file exists already.
        DataFolderProblem: the node runs, or does not order alone.
        WrongState: the ledger names no validators.
    """
    from tallystick.cli.commands.network_found import read_entry, say_hash
    from tallystick.cli.locate import existing_data_folder
    from tallystick.client import write_file
    from tallystick.node import NodeConfig, switch_invite, take_last_word
    from tallystick.storage import backup, read_format, read_genesis

    for option, target in (("--out", out), ("--ledger-out", ledger_out)):
        if target.exists():
            raise UsageError(say("usage.exists", path=target), field=option)
    folder = existing_data_folder(place.data)
    contents = tuple(read_entry(path) for path in entries)
    beginning = take_last_word(NodeConfig(data=folder))
    genesis = read_genesis(folder, read_format(folder).network)
    made = switch_invite(genesis, beginning, contents)
    backup(folder, ledger_out)
    write_file(out, made.to_json())
    step(say("network.switch_made", height=beginning.height, path=out, ledger=ledger_out))
    say_hash(made.network, made.genesis_hash)
    note(say("network.switch_next", path=out, ledger=ledger_out, folder=folder))
    return Sheet(
        {
            "network": made.network,
            "height": beginning.height,
            "app_hash": beginning.app_hash.hex(),
            "validators": [one.organization for one in beginning.validators],
            "invite": str(out),
            "ledger": str(ledger_out),
        }
    )
