# SPDX-License-Identifier: Apache-2.0
"""The functions behind `tally NAME put`, `declare`, `commit` and a clerk's other verbs."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.clerk_verbs import ClerkVerb, Kind, clerking_of
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.schema_options import HelpText
from tallystick.cli.talk import note, warn
from tallystick.cli.texts.clerking import CLERK_OPTIONS
from tallystick.errors import NotFound, UsageError

if TYPE_CHECKING:
    from tallystick.client import DocumentFacts, Net
    from tallystick.encoding import Value

_GAP: Final = re.compile(r"([^:=]+):([0-9]{1,9})(?:-([0-9]{1,9}))?=(.+)")
_ANY_MEDIA: Final = "application/octet-stream"


def _help(name: str) -> Parameter:
    text = CLERK_OPTIONS[name]
    return Parameter(help=HelpText(text.en, text.zh), negative=())


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Declaring:
    """As what an object is declared."""

    object: Annotated[str, _help("object")]
    agreement: Annotated[str, _help("agreement")]
    retention: Annotated[str, _help("retention")]
    key_id: Annotated[str, _help("key_id")]
    node: Annotated[tuple[str, ...], _help("node")]
    card: Annotated[Path | None, _help("card")] = None

    @property
    def card_path(self) -> Path:
        """Where the card is."""
        return self.card or Path(f"{self.object}.card.json")


def clerk_command_of(verb: ClerkVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls."""
    return _COMMANDS[verb.kind](verb.contract)


def _put(contract: str) -> Callable[..., Answer]:
    def put(
        file: Annotated[Path, _help("file")],
        /,
        *,
        declaring: Declaring,
        media_type: Annotated[str | None, _help("media_type")] = None,
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Seal, upload and declare a file.

        Raises:
            FileProblem: the file or its card cannot be read or written.
            UsageError: the card is of another object or file.
            Refused: the register or the contract said no.
            Unavailable, NotFinal: `declare` goes on.
        """
        from tallystick.cli.clerk_cards import card_for
        from tallystick.cli.commands.document import bar, signed_net
        from tallystick.client import digest_file

        kind = media_type or (mimetypes.guess_type(file.name)[0] or _ANY_MEDIA).lower()
        card_for(declaring.card_path, declaring.object, digest_file(file).sha256.hex())
        with signed_net(signing, address) as (net, _), bar("document.uploading") as told:
            made = net.documents.put(file, media_type=kind, progress=told)
            return _declared(net, contract, net.documents.facts(made.document), declaring)

    return put


def _declare(contract: str) -> Callable[..., Answer]:
    def declare(
        document: Annotated[str, _help("document")],
        /,
        *,
        declaring: Declaring,
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Declare a document of the register.

        Raises:
            UnknownRecord: there is no such document.
            UsageError: the card is of another object or file.
            Refused: the contract said no.
        """
        from tallystick.cli.commands.document import signed_net

        with signed_net(signing, address) as (net, _):
            return _declared(net, contract, net.documents.facts(document), declaring)

    return declare


def _declared(net: Net, contract: str, known: DocumentFacts, declaring: Declaring) -> Sheet:
    from tallystick.cli.clerk_cards import card_for
    from tallystick.cli.registered import stated_of

    card = card_for(declaring.card_path, declaring.object, known.sha256)
    sealed = stated_of(net, known)
    plain = clerking_of(contract).commitment(card.object, card.sha256, card.salt_bytes)
    stated: dict[str, Value] = {
        "id": declaring.object,
        "agreement": declaring.agreement,
        "plain": plain,
        **sealed,
        "retention": declaring.retention,
        "key_id": declaring.key_id,
    }
    done = net.call(contract, "declare_object", **stated, nodes=list(declaring.node))
    return Sheet(
        {
            "object": declaring.object,
            "document": known.id,
            "cid": known.cid,
            "size": known.size,
            "nodes": list(declaring.node),
            "card": str(declaring.card_path),
            "transaction_id": done.transaction.id,
        }
    )


def _commit(contract: str) -> Callable[..., Answer]:
    def commit(
        file: Annotated[Path, _help("file")],
        /,
        *,
        card: Annotated[Path, _help("card")],
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Compare a file with the commitment on the ledger.

        Raises:
            FileProblem: the file or the card cannot be read.
            NotFound: there is no such object.
            InvalidProof: the node's proof does not hold.
        """
        from tallystick.cli.clerk_cards import read_card
        from tallystick.cli.exported_tables import ProvenTables
        from tallystick.cli.linking import open_net
        from tallystick.client import digest_file

        kept, digest = read_card(card), digest_file(file).sha256.hex()
        clerking = clerking_of(contract)
        with open_net(address) as net:
            tables = ProvenTables(net, contract)
            expected = clerking.commitment_on_ledger(tables, kept.object)
        if expected is None:
            message = say("clerk.no_object", name=kept.object)
            raise NotFound(message, field="--card", found=kept.object)
        found = clerking.commitment(kept.object, digest, kept.salt_bytes)
        is_same = found == expected
        tell = note if is_same else warn
        tell(say("clerk.committed" if is_same else "clerk.not_committed", name=kept.object))
        shown: dict[str, Plain] = {"object": kept.object, "sha256": digest, "matches": is_same}
        shown |= {"commitment": found, "on_ledger": expected}
        return Sheet(shown, exit_code=ExitCode.OK if is_same else ExitCode.NOT_VERIFIED)

    return commit


def _archive_day(contract: str) -> Callable[..., Answer]:
    def archive_day(
        day: Annotated[str, _help("day")],
        /,
        *,
        directory: Annotated[Path, _help("directory")],
        gap: Annotated[tuple[str, ...], _help("gap")] = (),
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Anchor a day.

        Raises:
            UsageError: day or gap have another form.
            FileProblem: the directory cannot be read.
            Refused: a number is missing without a cause, a terminal is left out, or another rule.
        """
        from tallystick.cli.commands.document import signed_net
        from tallystick.cli.keeping import ProvenLedger

        stated, lines = _day(day), _lines(directory)
        causes = dict(map(_gap, gap))
        with signed_net(signing, address) as (net, identity):
            ledger = ProvenLedger(net, contract)
            organization = identity.organization
            made = clerking_of(contract).day_of_lines(ledger, organization, lines, causes)
            kept = ledger.act("anchor_day", day=stated, **made)
        return Sheet(
            {
                "manifest": kept["id"],
                "day": stated,
                "entries": kept["entries"],
                "root": kept["root"],
                "gaps": sum(len(one["gaps"]) for one in made["terminals"]),
            }
        )

    return archive_day


def _show_lines(contract: str) -> Callable[..., Answer]:
    def show_lines(
        audit: Annotated[str, _help("audit")],
        /,
        *,
        directory: Annotated[Path, _help("directory")],
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Show what an audit asks for.

        Raises:
            FileProblem: the directory cannot be read.
            Refused: the directory is not the day's, or the time for the audit is over.
        """
        from tallystick.cli.commands.document import signed_net
        from tallystick.cli.keeping import ProvenLedger

        lines = _lines(directory)
        with signed_net(signing, address) as (net, _):
            ledger = ProvenLedger(net, contract)
            calls = clerking_of(contract).lines_to_show(ledger, audit, lines)
            state = None
            for shown in calls:
                state = ledger.act("show_entries", audit=audit, shown=shown)["state"]
        if not calls:
            note(say("clerk.shown"))
        count = sum(map(len, calls))
        return Sheet({"audit": audit, "shown": count, "state": state})

    return show_lines


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        message = say("usage.value", name="DAY", value=text)
        raise UsageError(message, field="DAY", expected="YYYY-MM-DD") from error


def _gap(text: str) -> tuple[tuple[str, int], tuple[int, str]]:
    """Return what `TERMINAL:FIRST-LAST=CAUSE` says.

    Raises:
        UsageError: it has another form.
    """
    found = _GAP.fullmatch(text)
    first = 0 if found is None else int(found[2])
    last = first if found is None or found[3] is None else int(found[3])
    if found is None or not 0 < first <= last:
        message = say("usage.value", name="--gap", value=text)
        raise UsageError(message, field="--gap", expected="TERMINAL:FIRST-LAST=CAUSE")
    return (found[1], first), (last, found[4])


def _lines(path: Path) -> bytes:
    from tallystick.cli.sealed_workplace import existing_file

    return existing_file(path).read_bytes()


_COMMANDS: Final[dict[Kind, Callable[[str], Callable[..., Answer]]]] = {
    "put": _put,
    "declare": _declare,
    "commit": _commit,
    "archive-day": _archive_day,
    "show-lines": _show_lines,
}
