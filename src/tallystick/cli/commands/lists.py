# SPDX-License-Identifier: Apache-2.0
"""`tally lists import` and `crosscheck`: lists of people for a contract, without their names.

How a list is read comes with its industry, by the entry point group `tallystick.lists`. By
convention the contract has the actions `import_list(count, total, list_digest, ...)`, which
returns the list's number, and `add_rows(batch, rows)`, and the query `show_list(batch)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, progress, step, warn
from tallystick.errors import FileProblem, UsageError

if TYPE_CHECKING:
    from tallystick.client import Net

GROUP: Final = "tallystick.lists"
_PROBLEMS: Final = ("row", "column", "code", "problem")
_DIFFERENCES: Final = ("row", "why", "beneficiary")
_BYTES_MAX: Final = 64 * 1024 * 1024


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What turns numbers of persons into commitments."""

    secret: Path


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a list goes to."""

    payees: Path
    set_: Annotated[tuple[str, ...], Parameter(name="--set", negative=())] = ()
    batch: str | None = None


def import_(
    contract: str,
    file: Path,
    /,
    *,
    source: Source,
    target: Target,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Send a list to the ledger, and write who is paid into a private file.

    Raises:
        FileProblem: a file cannot be read, or others may read what is private.
        InvalidTable, HostileFile, LimitExceeded: the list cannot be read as one.
        UsageError: nothing reads lists for this contract, or another list has this number.
        Refused: a rule of the contract said no.
        NotFinal, Unavailable: go on with --batch.
    """
    reader = _reader(contract)
    listed = _read(reader, file, source)
    if listed.problems:
        return _problems(listed.problems)
    _keep_payees(target.payees, listed.payees)
    with _signing(signing, address) as net:
        batch = target.batch
        if batch is None:
            batch = str(_begin(net, contract, listed, target.set_))
            note(say("lists.begun", batch=batch))
        done = _done(net, contract, batch, listed)
        with progress(say("lists.sending"), len(listed.rows)) as advance:
            advance(done)
            rows = listed.plain_rows
            for start in range(done, len(rows), reader.ROWS_AT_ONCE):
                part = list(rows[start : start + reader.ROWS_AT_ONCE])
                net.call(contract, "add_rows", batch=batch, rows=part)
                advance(len(part))
    step(say("lists.imported", batch=batch, count=len(listed.rows)))
    return Sheet(
        {
            "batch": batch,
            "rows": len(listed.rows),
            "total": listed.total,
            "list_digest": listed.digest,
            "payees": str(target.payees),
        }
    )


def crosscheck(
    contract: str,
    file: Path,
    batch: str,
    /,
    *,
    source: Source,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Compare a list of one's own with one on the ledger, before it is approved.

    Raises:
        FileProblem: a file cannot be read, or others may read what is private.
        InvalidTable, HostileFile, LimitExceeded: the list cannot be read as one.
        UsageError: nothing reads lists for this contract.
        NotFound: there is no such list.
    """
    from tallystick.cli.linking import open_net

    reader = _reader(contract)
    listed = _read(reader, file, source)
    if listed.problems:
        return _problems(listed.problems)
    with open_net(address) as net:
        kept = net.query(contract, "show_list", batch=batch)
        table = net.table(f"{contract}.{reader.RECORDS}").where(batch=batch)
        found = reader.differences(listed, [row.to_dict() for row in table])
    is_same = kept["list_digest"] == listed.digest
    if is_same and not found:
        step(say("lists.same", batch=batch))
        return Sheet({"batch": batch, "list_digest": listed.digest, "rows": len(listed.rows)})
    warn(say("lists.differs", batch=batch, count=len(found)))
    rows: tuple[Row, ...] = tuple(asdict(one) for one in found)
    return Listing(rows, _DIFFERENCES, exit_code=ExitCode.FAILURE)


def _reader(contract: str) -> Any:  # noqa: ANN401  # a module, by the convention above
    points = {one.name: one for one in entry_points(group=GROUP)}
    if contract not in points:
        known = ", ".join(sorted(points))
        message = say("lists.no_reader", contract=contract)
        raise UsageError(message, field="CONTRACT", expected=known or None)
    return points[contract].load()


def _read(reader: Any, file: Path, source: Source) -> Any:  # noqa: ANN401  # what the reader makes
    from tallystick.cli.local import read_small
    from tallystick.cli.payments.private_files import read_private

    text = read_private(source.secret).strip()
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError as error:
        message = say("payments.wrong_form", path=source.secret)
        raise FileProblem(message, field="--secret", expected="openssl rand -hex 32") from error
    return reader.read_list(read_small(file, _BYTES_MAX), secret)


def _problems(found: Any) -> Listing:  # noqa: ANN401  # of the reader
    """Return what is wrong, in the language of the stage; programs get both."""
    is_zh = stage().language == "zh"
    warn(say("lists.problems", count=len(found)))
    rows: tuple[Row, ...] = tuple(
        {**asdict(one), "problem": one.zh if is_zh else one.en} for one in found
    )
    return Listing(rows, _PROBLEMS, exit_code=ExitCode.FAILURE)


def _keep_payees(path: Path, rows: Any) -> None:  # noqa: ANN401  # of the reader
    """Add payees to the private file; who is there already is replaced by the same."""
    import msgspec

    from tallystick.cli.payments.parties import Payee, read_payees, write_payees

    kept = dict(read_payees(path)) if path.exists() else {}
    for one in rows:
        payee = msgspec.convert(one, Payee)
        kept[payee.digest] = payee
    write_payees(path, kept.values())


def _begin(net: Net, contract: str, listed: Any, given: tuple[str, ...]) -> object:  # noqa: ANN401
    named = _named(given)
    done = net.call(
        contract,
        "import_list",
        count=len(listed.rows),
        total=listed.total,
        list_digest=listed.digest,
        **named,
    )
    return done.result


def _named(given: tuple[str, ...]) -> Mapping[str, str]:
    """Return `NAME=VALUE` words as what they say.

    Raises:
        UsageError: one is something else.
    """
    pairs = [one.partition("=") for one in given]
    wrong = [name for name, sign, _ in pairs if not sign]
    if wrong:
        message = say("usage.value", name="--set", value=wrong[0])
        raise UsageError(message, field="--set", expected="NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _done(net: Net, contract: str, batch: str, listed: Any) -> int:  # noqa: ANN401
    """Return how many rows the ledger has of the list.

    Raises:
        UsageError: it is another list.
    """
    kept = net.query(contract, "show_list", batch=batch)
    if kept["list_digest"] != listed.digest:
        message = say("lists.other", batch=batch)
        raise UsageError(message, field="--batch", expected=kept["list_digest"])
    return int(kept["rows"])


def _signing(signing: Signing, address: Address) -> Any:  # noqa: ANN401  # a context of a net
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url

    key = choose_key(signing.as_, node_url(address.url))
    return open_net(address, identity=open_key(key, signing.passphrase_file))
