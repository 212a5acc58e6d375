# SPDX-License-Identifier: Apache-2.0
"""`tally doctor`: looks at everything a node depends on, and changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from tallystick.cli.answers import Answer, Line, Mark, Plain, Report, Section
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.locate import PORT, existing_data_folder, local_url
from tallystick.cli.options import OUTPUT, PLACE, Output, Place


def doctor(
    *,
    url: str | None = None,
    port: int | None = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Check this machine, the data folder and the node."""
    from tallystick.cli.doctor import folder as folders
    from tallystick.cli.doctor import machine, network, node
    from tallystick.cli.local import is_founded
    from tallystick.cli.runfile import RunFile

    folder = existing_data_folder(place.data)
    record = RunFile(folder).read()
    address = url or (record.url if record else local_url(port or PORT))
    wanted = port or int(address.rpartition(":")[2].partition("/")[0] or PORT)
    status, answered = node.ask_node(address)
    lines = [
        machine.check_python(),
        machine.check_packages(),
        machine.check_contracts(),
        machine.check_terminal(sys.stdout.encoding),
        machine.check_clock(status.block_time_ms if status else None),
        folders.check_folder(folder, is_founded=is_founded(folder)),
        folders.check_space(folder),
        folders.check_file_system(folder),
        folders.check_lock(folder),
        machine.check_port("localhost", wanted, is_ours=record is not None),
        answered,
    ]
    if status is not None:
        lines += [node.check_views(status), node.check_needed(address)]
    if is_founded(folder):
        lines += [folders.check_format(folder), folders.check_keys(folder), *_stored(folder)]
        lines.append(folders.check_documents(folder))
        lines += network.check_network(folder, is_running=record is not None)
    return _report(lines)


def _stored(folder: Path) -> list[Line]:
    from tallystick.cli.doctor.node import check_stored
    from tallystick.cli.talk import waiting

    with waiting(say("log.checking")):
        return check_stored(folder)


def _report(lines: list[Line]) -> Report:
    failed = sum(one.mark is Mark.FAILED for one in lines)
    warnings = sum(one.mark is Mark.WARNING for one in lines)
    if failed:
        section = Section(Mark.FAILED, say("doctor.ill", count=failed), tuple(lines))
    elif warnings:
        section = Section(Mark.WARNING, say("doctor.warnings", count=warnings), tuple(lines))
    else:
        section = Section(Mark.OK, say("doctor.healthy"), tuple(lines))
    document: Plain = {
        "ok": not failed,
        "checks": [
            {
                "name": one.code,
                "result": one.mark.value,
                "evidence": one.evidence,
                "advice": one.advice,
            }
            for one in lines
        ],
    }
    return Report((section,), document, ExitCode.FAILURE if failed else ExitCode.OK)
