# SPDX-License-Identifier: Apache-2.0
"""`tally up`: founds a network if there is none, then runs the node until it is told to stop."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli import background
from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import KEYS_FOLDER
from tallystick.cli.local import is_founded, keep_trust_file
from tallystick.cli.locate import data_folder
from tallystick.cli.options import (
    LISTENING,
    NEW_NETWORK,
    OUTPUT,
    PLACE,
    Listening,
    NewNetwork,
    Output,
    Place,
)
from tallystick.cli.ports import check_port
from tallystick.cli.render import render
from tallystick.cli.runfile import LOG_NAME, RunFile
from tallystick.cli.secrets import SIGNING_KEY, forget_variable, read_passphrase
from tallystick.cli.talk import note, paint, step, waiting, warn
from tallystick.errors import DataFolderProblem, UsageError
from tallystick.units import LOOPBACK_NAMES

if TYPE_CHECKING:
    from tallystick.node import Node


def up(
    *,
    demo: bool = False,
    once: bool = False,
    detach: bool = False,
    listening: Listening = LISTENING,
    new: NewNetwork = NEW_NETWORK,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Start the node.

    Raises:
        UsageError: options that contradict each other, no network and none to found, or a
            demonstration that others would reach.
        DataFolderProblem: the folder is in use, or holds another kind of network.
        PortInUse: another program listens there.
        EngineMissing, EngineVersion: the consensus engine that the folder needs is not installed.
        WrongPassphrase: the node's keys are sealed, and it does not open them.
    """
    _check_options(demo=demo, once=once, detach=detach, new=new)
    _check_host(listening, demo=demo)
    folder = data_folder(place.data, demo=demo)
    _check_not_running(folder)
    check_port(listening.host, listening.port)
    _check_engine(folder)
    if demo and not detach:
        note(say("demo.title"))
    _found(folder, new, demo=demo)
    passphrase = _passphrase(folder, listening.passphrase_file)
    if detach:
        return _detach(folder, listening, passphrase, demo=demo)
    return _serve(folder, listening, passphrase, demo=demo, once=once)


def _passphrase(folder: Path, source: str | None) -> str | None:
    """Return what opens the node's keys, asked for only if they are sealed."""
    from tallystick.node import are_sealed

    passphrase = read_passphrase(source) if are_sealed(folder) else None
    forget_variable()
    return passphrase


def _check_options(*, demo: bool, once: bool, detach: bool, new: NewNetwork) -> None:
    if once and not demo:
        raise UsageError(say("usage.needs", one="--once", other="--demo"), field="--once")
    if once and detach:
        raise UsageError(say("usage.not_both", one="--once", other="--detach"), field="--once")
    if demo and new.organization:
        message = say("usage.not_both", one="--demo", other="--organization")
        raise UsageError(message, field="--organization")
    if (new.organization is None) != (new.organization_name is None):
        given, missing = "--organization", "--organization-name"
        if new.organization is None:
            given, missing = missing, given
        raise UsageError(say("usage.needs", one=given, other=missing), field=missing)


def _check_host(listening: Listening, *, demo: bool) -> None:
    """Check who could reach the node: a demonstration is for this machine unless told otherwise.

    Raises:
        UsageError: a demonstration would be reached by others, or the flag has nothing to expose.
    """
    if listening.expose_demo and not demo:
        message = say("usage.needs", one="--expose-demo", other="--demo")
        raise UsageError(message, field="--expose-demo")
    if listening.host in LOOPBACK_NAMES:
        return
    if demo and not listening.expose_demo:
        hint = say("demo.loopback_hint")
        raise UsageError(say("demo.loopback"), field="--host", found=listening.host, hint=hint)
    warn(say("node.open_address", host=listening.host))


def _check_not_running(folder: Path) -> None:
    record = RunFile(folder).read()
    if record is not None:
        raise DataFolderProblem(
            say("node.running_already", path=folder, pid=record.pid, url=record.url),
            field="--data",
            hint="tally down",
        )


def _check_engine(folder: Path) -> None:
    """Check what a node that orders together with others needs, before anything is started.

    Raises:
        EngineMissing, EngineVersion: with the command that installs the right one.
        PortInUse: another program listens on the engine's port.
    """
    from tallystick.node import find_engine_program, read_engine_file

    settings = read_engine_file(folder)
    if settings is not None:
        find_engine_program()
        check_port(settings.p2p_host, settings.p2p_port, "p2p_port")


def _found(folder: Path, new: NewNetwork, *, demo: bool) -> None:
    """Make the network, the first time; later only check that it is the kind that is meant."""
    if is_founded(folder):
        _check_kind(folder, new, demo=demo)
        return
    if demo:
        from tallystick.cli.demo.whole import found_aloud

        found_aloud(folder)
        return
    from tallystick.cli import founding
    from tallystick.cli.first_seal import FirstSeal, note_first_seal

    started = time.monotonic()
    if new.organization is None or new.organization_name is None:
        hint = say("node.no_network_hint")
        raise UsageError(say("node.no_network", path=folder), field="--organization", hint=hint)
    founded = founding.found_own(
        folder, network=new.network, organization=new.organization, name=new.organization_name
    )
    wanted = FirstSeal(new.organization, new.organization_name, founded.key_name)
    note_first_seal(folder, wanted)
    step(say("node.founded", network=founded.network), took_s=time.monotonic() - started)
    note("  " + say("node.key_stored", name=founded.key_name, folder=founded.key_folder))


def _check_kind(folder: Path, new: NewNetwork, *, demo: bool) -> None:
    is_demo = (folder / KEYS_FOLDER).is_dir()
    if demo and not is_demo:
        hint = say("node.real_network_hint")
        raise DataFolderProblem(say("node.real_network", path=folder), field="--data", hint=hint)
    if new.organization is not None:
        hint = say("node.real_network_hint")
        raise DataFolderProblem(say("node.has_network", path=folder), field="--data", hint=hint)
    if is_demo:
        warn(say("node.demo_network"))


def _detach(folder: Path, listening: Listening, passphrase: str | None, *, demo: bool) -> Answer:
    words = ["up", "--data", str(folder.absolute()), "--no-input", "--color", "never"]
    words += ["--port", str(listening.port), "--host", listening.host]
    if demo:
        words.append("--demo")
    if listening.expose_demo:
        words.append("--expose-demo")
    if passphrase is not None:
        words += [SIGNING_KEY.option, "-"]
    with waiting(say("node.starting")):
        record = background.start(folder, words, typed=passphrase)
    step(say("node.started", url=record.url))
    return Sheet(
        {
            "url": record.url,
            "data": str(folder),
            "pid": record.pid,
            "log_file": str(folder / LOG_NAME),
        }
    )


def _serve(
    folder: Path, listening: Listening, passphrase: str | None, *, demo: bool, once: bool
) -> Answer | None:
    from tallystick.cli.first_seal import publish_first_seal
    from tallystick.cli.linking import pin
    from tallystick.cli.serving import Serving, serve_folder

    serving = Serving(folder, listening.host, listening.port, passphrase)
    facts: dict[str, Plain] = {}

    def guest(node: Node) -> None:
        trust = keep_trust_file(folder)
        facts.update(url=serving.url, network=node.network, data=str(folder))
        facts["trust_file"] = str(trust)
        if demo:
            from tallystick.cli.demo.story import tell

            note(paint(say("demo.console", url=serving.url), "bold"))
            note("  " + say("demo.tour", url=serving.url))
            facts.update(tell(folder, serving.url, stays=not once))
        else:
            pin(serving.url, trust)
            publish_first_seal(folder, serving.url, trust)
        if not once:
            sys.stdout.write(render(Sheet(facts)))
            sys.stdout.flush()
            note(say("node.serving"))

    serve_folder(serving, guest, once=once)
    step(say("node.stopped"))
    return Sheet(facts) if once else None
