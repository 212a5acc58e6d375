# SPDX-License-Identifier: Apache-2.0
"""Makes the function of `tally NAME keep`: one round, or rounds until told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.keep_verbs import KeepVerb, round_of
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.schema_options import HelpText
from tallystick.cli.talk import note, step, warn
from tallystick.cli.texts.keeping import KEEP_OPTIONS

if TYPE_CHECKING:
    from tallystick.contracts.parts import Kept


def _help(name: str) -> Parameter:
    text = KEEP_OPTIONS[name]
    return Parameter(help=HelpText(text.en, text.zh), negative=())


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where the bytes are, where others come from, and how often."""

    folder: Annotated[Path, _help("folder")]
    source: Annotated[tuple[str, ...], _help("source")] = ()
    serve: Annotated[bool, _help("serve")] = False
    watch: Annotated[bool, _help("watch")] = False
    every: Annotated[float, _help("every")] = 10.0


class Round(NamedTuple):
    """What a round did."""

    kept: Kept
    served: tuple[str, ...]
    """Addresses of what was given to the own node."""


def keep_command_of(verb: KeepVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls for a contract's keeper."""

    def keep(
        *,
        keeping: Keeping,
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Do a round of the keeper.

        Raises:
            UsageError: an option is not usable.
            Unavailable, NotFinal, StorageFailed: run it again.
        """
        from tallystick.cli.identities import choose_key, open_key
        from tallystick.cli.keeping import DepotBytes, NetLedger, OwnNode, Places, places_of
        from tallystick.cli.linking import open_net
        from tallystick.cli.locate import node_url
        from tallystick.cli.times import check_seconds

        pause_s, places = check_seconds(keeping.every), places_of(keeping.source)
        run_round, store = round_of(verb.contract), DepotBytes(keeping.folder)
        identity = open_key(choose_key(signing.as_, node_url(address.url)), signing.passphrase_file)
        with open_net(address, identity=identity) as net:
            ledger, sources = NetLedger(net, verb.contract), Places(net, identity, places)
            own_node = OwnNode(net)

            def once() -> Round:
                done = run_round(identity.organization, ledger, store, sources)
                return Round(done, own_node.give_all(store) if keeping.serve else ())

            done = _watch(once, pause_s) if keeping.watch else once()
        return _answer(done)

    return keep


def _watch(once: Callable[[], Round], pause_s: float) -> Round:
    """Do rounds until told to stop; return the last one that ended."""
    from tallystick.cli.stopping import told_to_stop
    from tallystick.contracts.parts import Kept
    from tallystick.errors import NotFinal, Unavailable

    done = Round(Kept(), ())
    with told_to_stop() as ended:
        note(say("keep.watching"))
        while not ended.is_set():
            try:
                done = once()
            except (Unavailable, NotFinal):
                warn(say("keep.unreachable"))
            else:
                _say(done)
            ended.wait(pause_s)
    return done


def _answer(done: Round) -> Sheet:
    kept = done.kept
    is_short = bool(kept.unfetched or kept.refused_sources or kept.rejected)
    found = {**asdict(kept), "served": done.served}
    return Sheet(found, exit_code=ExitCode.FAILURE if is_short else ExitCode.OK)


def _say(one: Round) -> None:
    """Tell of a round in which something happened."""
    done = one.kept
    counts = {
        name: len(getattr(done, name)) for name in ("pinned", "answered", "damaged", "forgotten")
    }
    if any(counts.values()):
        step(say("keep.round", **counts))
    if one.served:
        step(say("keep.served", count=len(one.served)))
    for name in done.unfetched:
        warn(say("keep.unfetched", name=name))
    for name, holder in done.refused_sources:
        warn(say("keep.wrong_source", name=name, holder=holder))
    for code in done.rejected:
        warn(say("keep.rejected", code=code))
