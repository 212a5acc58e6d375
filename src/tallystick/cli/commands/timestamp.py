# SPDX-License-Identifier: Apache-2.0
"""`tally timestamp`: asks for RFC 3161 time-stamps, checks them, and runs a local authority."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import OUTPUT, Output


def request(
    file: Path,
    /,
    *,
    authority: str | None = None,
    query: bool = False,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    _output: Output = OUTPUT,
) -> Answer:
    """Get a time-stamp for a file; only its hash is sent.

    Raises:
        FileProblem: the file cannot be read.
        TimeStampRefused: the authority cannot be reached, or gave no token.
        InvalidTimeStamp: it answered something else than was asked.
    """
    from tallystick.cli.time_stamps import ask, new_request
    from tallystick.cli.times import format_time
    from tallystick.client import digest_file, write_file
    from tallystick.interchange.timestamps import read_token

    digest = digest_file(file).sha256
    if query:
        place = out or Path(f"{file}.tsq")
        write_file(place, new_request(digest)[0])
        return Sheet({"path": str(place), "sha256": digest.hex()})
    reply = ask(digest, authority)
    place = out or Path(f"{file}.tsr")
    write_file(place, reply)
    token = read_token(reply)
    return Sheet(
        {
            "path": str(place),
            "sha256": digest.hex(),
            "time": format_time(token.time_ms),
            "serial": f"{token.serial:x}",
            "policy": token.policy,
        }
    )


def verify(
    file: Path,
    token: Path | None = None,
    /,
    *,
    authorities: tuple[Path, ...] = (),
    _output: Output = OUTPUT,
) -> Answer:
    """Check a time-stamp of a file.

    Raises:
        FileProblem: a file cannot be read.
        InvalidCertificate: a file of authorities holds none.
    """
    from tallystick.cli.reports import verification_report
    from tallystick.cli.time_stamps import now_ms, pinned_roots
    from tallystick.client import file_chunks, read_file, time_stamp_verification
    from tallystick.interchange.timestamps import TOKEN_BYTES_MAX, content_digests

    place = token or Path(f"{file}.tsr")
    data = read_file(place, size_max=TOKEN_BYTES_MAX)
    content = content_digests(file_chunks(file))
    found = time_stamp_verification(data, content, pinned_roots(authorities), now_ms())
    return verification_report([(str(file), found)])


def create(*, name: str | None = None, _output: Output = OUTPUT) -> Answer:
    """Create the local authority.

    Raises:
        FileProblem: there is one already.
    """
    from tallystick.cli.time_stamps import LOCAL_NAME, local_folder, make_local_authority

    pinned = make_local_authority(name or LOCAL_NAME)
    return Sheet({"path": str(local_folder()), "pinned": str(pinned)})


def serve(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8703,
    _output: Output = OUTPUT,
) -> None:
    """Answer requests over HTTP on this machine until it is stopped.

    Raises:
        PortInUse: another program listens there.
    """
    import sys

    from tallystick.cli.catalogue import say
    from tallystick.cli.render import render
    from tallystick.cli.stopping import told_to_stop
    from tallystick.cli.talk import note
    from tallystick.cli.time_stamp_door import serving

    with told_to_stop() as ended, serving(port) as address:
        sys.stdout.write(render(Sheet({"url": address})))
        sys.stdout.flush()
        note(say("timestamp.serving"))
        ended.wait()
