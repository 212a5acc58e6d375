# SPDX-License-Identifier: Apache-2.0
"""The functions behind `tally NAME export-car`, `restore`, `drill` and `read`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.restore_verbs import RestoreVerb, required_object, restoring_of
from tallystick.cli.schema_options import HelpText
from tallystick.cli.sealed_workplace import existing_file, save_whole, workplace
from tallystick.cli.talk import step, warn
from tallystick.cli.texts.keeping import KEEP_OPTIONS
from tallystick.cli.texts.restoring import RESTORE_OPTIONS
from tallystick.cli.texts.words import Text
from tallystick.errors import NotFound


def restore_command_of(verb: RestoreVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls."""
    if verb.kind == "export-car":
        return _export_car(verb.contract)
    if verb.kind == "read":
        return _read(verb.contract)
    return _restore(verb.contract) if verb.kind == "restore" else _drill(verb.contract)


def _help(text: Text) -> HelpText:
    return HelpText(text.en, text.zh)


_SUBJECT = Parameter(help=_help(RESTORE_OPTIONS["subject"]))
_OUT = Parameter(name=("--out", "-o"), help=_help(RESTORE_OPTIONS["out"]))
_SOURCE = Parameter(help=_help(KEEP_OPTIONS["source"]), negative=())


def _export_car(contract: str) -> Callable[..., Answer]:
    def export_car(
        subject: Annotated[str, _SUBJECT],
        /,
        *,
        out: Annotated[Path, _OUT],
        source: Annotated[tuple[str, ...], _SOURCE] = (),
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Save a kept file as a CAR.

        Raises:
            NotFound: there is no such object, or nobody gives the right bytes.
            InvalidProof: the node's proof of what the ledger says does not hold.
            FileProblem: it cannot be written.
        """
        from tallystick.cli.commands.document import signed_net
        from tallystick.cli.keeping import Places, ProvenLedger, places_of
        from tallystick.contracts.parts import fetch_sealed
        from tallystick.documents import write_car
        from tallystick.encoding import Cid

        places = places_of(source)
        with signed_net(signing, address) as (net, identity), workplace(out.parent) as store:
            found = restoring_of(contract).object_named(ProvenLedger(net, contract), subject)
            kept = required_object(contract, found, subject)
            sources = Places(net, identity, places)
            fetched = fetch_sealed(store, sources, kept.file, kept.holders)
            for holder in fetched.wrong:
                warn(say("keep.wrong_source", name=subject, holder=holder))
            if fetched.holder is None:
                raise NotFound(say("restore.nobody", name=subject), field="SUBJECT", found=subject)
            save_whole(out, write_car(store.depot, Cid.parse(kept.file.cid)))
        named = {"object": kept.name, "cid": kept.file.cid, "holder": fetched.holder}
        return Sheet({"file": str(out), "size": out.stat().st_size, **named})

    return export_car


def _restore(contract: str) -> Callable[..., Answer]:
    def restore(
        car: Annotated[Path, Parameter(help=_help(RESTORE_OPTIONS["car"]))],
        /,
        *,
        out: Annotated[Path | None, _OUT] = None,
        folder: Annotated[
            Path | None, Parameter(help=_help(RESTORE_OPTIONS["folder"]), negative=())
        ] = None,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Bring a kept file back from a CAR.

        Raises:
            InvalidContentArchive: it is damaged or misbuilt.
            NotFound: the ledger knows no object at its address.
            HashMismatch: its content is another than the ledger says.
            FileProblem: it cannot be read, or the file not written.
        """
        from contextlib import nullcontext

        from tallystick.cli.exported_tables import ProvenTables
        from tallystick.cli.keeping import DepotBytes
        from tallystick.cli.linking import open_net
        from tallystick.documents import root_of, take_car
        from tallystick.merkle import Address as ContentAddress

        place = workplace(None) if folder is None else nullcontext(DepotBytes(folder))
        with open_net(address) as net, existing_file(car).open("rb") as file, place as store:
            cid = root_of(file)
            found = restoring_of(contract).object_at(ProvenTables(net, contract), str(cid))
            kept = required_object(contract, found, str(cid))
            if not store.has(kept.file):
                store.forget(kept.file)  # what is damaged would be in the way
                slices_root = bytes.fromhex(kept.file.slices_root)
                expected = ContentAddress(cid, kept.file.size, slices_root)
                take_car(store.depot, file, expected=expected)
            if out is not None:
                save_whole(out, store.depot.read(cid))
        step(say("restore.restored", name=kept.name))
        saved = {"file": None if out is None else str(out), "cid": str(cid)}
        return Sheet({"object": kept.name, "size": kept.file.size, **saved})

    return restore


def _drill(contract: str) -> Callable[..., Answer]:
    def drill(
        day: Annotated[str, Parameter(help=_help(RESTORE_OPTIONS["day"]))],
        /,
        *,
        directory: Annotated[Path, Parameter(help=_help(RESTORE_OPTIONS["directory"]))],
        source: Annotated[tuple[str, ...], _SOURCE] = (),
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Try whether a kept file comes back.

        Raises:
            Refused: the directory is not the day's, or the contract said no.
            InvalidProof: the node's proof of what the ledger says does not hold.
            FileProblem: the directory cannot be read.
        """
        from tallystick.cli.commands.document import signed_net
        from tallystick.cli.keeping import Places, ProvenLedger, places_of

        places, lines = places_of(source), existing_file(directory).read_bytes()
        with signed_net(signing, address) as (net, identity), workplace(None) as store:
            ledger, sources = ProvenLedger(net, contract), Places(net, identity, places)
            done = restoring_of(contract).run_drill(ledger, store, sources, day, lines)
        for holder in done.wrong:
            warn(say("keep.wrong_source", name=done.object, holder=holder))
        if done.holder is not None:
            step(say("restore.restored", name=done.object))
        elif not done.is_reported:
            warn(say("restore.silent", name=done.object, drill=done.drill))
        is_whole = done.holder is not None and not done.wrong
        return Sheet(asdict(done), exit_code=ExitCode.OK if is_whole else ExitCode.FAILURE)

    return drill


def _read(contract: str) -> Callable[..., Answer]:
    def read(
        grant: Annotated[str, Parameter(help=_help(RESTORE_OPTIONS["grant"]))],
        /,
        *,
        purpose: Annotated[str, Parameter(help=_help(RESTORE_OPTIONS["purpose"]))],
        out: Annotated[Path, _OUT],
        source: Annotated[tuple[str, ...], _SOURCE] = (),
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Fetch a kept file by a grant.

        Raises:
            Refused: the grant does not allow it.
            NotFound: no node gave the right bytes.
            FileProblem: the file cannot be written.
        """
        from tallystick.cli.commands.document import signed_net
        from tallystick.cli.keeping import Places, ProvenLedger, places_of
        from tallystick.encoding import Cid

        places = places_of(source)
        with signed_net(signing, address) as (net, identity), workplace(out.parent) as store:
            ledger, sources = ProvenLedger(net, contract), Places(net, identity, places)
            done = restoring_of(contract).run_read(ledger, store, sources, grant, purpose)
            for holder, index in done.damaged:
                warn(say("restore.damaged", holder=holder, index=index))
            if done.holder is None:
                raise NotFound(say("restore.nobody", name=done.object), found=done.object)
            save_whole(out, store.depot.read(Cid.parse(done.file.cid)))
        step(say("restore.restored", name=done.object))
        damaged: list[Plain] = [{"node": node, "index": index} for node, index in done.damaged]
        named: dict[str, Plain] = {"read": done.read, "object": done.object, "holder": done.holder}
        saved: dict[str, Plain] = {"file": str(out), "size": done.file.size, "cid": done.file.cid}
        return Sheet({**named, "corrupted": damaged, **saved})

    return read
