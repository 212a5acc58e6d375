# SPDX-License-Identifier: Apache-2.0
"""Experiment 1: SIGKILL at every system call that writes, until each site was killed often enough.

A call that was seen in the watched run may not come again (a thread that works now and then), so
kills are counted, not trials: sites that lack some are tried again, at the calls that do come.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.torture.kit import Row, Subject, Trial, collect, run_trials, workplace
from tests.torture.sites import Strike, has_strace, inject, watch

KILLED: Final = -signal.SIGKILL
TRIALS_MAX: Final = 5
"""Trials at a site, as a multiple of the kills wanted, after which it counts as out of reach."""
_INLINE: Final = ("--batches", "6", "--linger")


@dataclass(slots=True)
class Site:
    """One kind of place, and how often it was struck."""

    wanted: int
    strikes: list[Strike] = field(default_factory=list)
    trials: Counter[Strike] = field(default_factory=Counter)
    kills: Counter[Strike] = field(default_factory=Counter)

    @property
    def missing(self) -> int:
        """How many kills are still to be had here."""
        is_given_up = self.trials.total() >= TRIALS_MAX * self.wanted
        return 0 if is_given_up else max(0, self.wanted - self.kills.total())

    def choose(self) -> list[Strike]:
        """Return the strikes to try next: one for each missing kill, spread over the run."""
        reached = [one for one in self.strikes if self.kills[one] or not self.trials[one]]
        known, count = reached or self.strikes, self.missing
        step = max(1.0, len(known) / count) if count else 1.0
        return [known[int((place + 0.5) * step) % len(known)] for place in range(count)]


def list_strikes() -> list[Strike]:
    """Return every place of a short inline run."""
    with workplace() as place:
        return watch(Subject(place), "--inline", *_INLINE)


def by_site(strikes: Iterable[Strike], kills: int) -> dict[str, Site]:
    """Return all sites with their strikes."""
    sites: dict[str, Site] = {}
    for strike in strikes:
        sites.setdefault(strike.site, Site(kills)).strikes.append(strike)
    return sites


def kill_at_sites(strikes: Sequence[Strike], kills: int, processes: int) -> Row:
    """Kill at each site so many times."""
    name = "kill at every system call that writes"
    if not has_strace():
        return Row(name, not_run="strace is absent")
    sites = by_site(strikes, kills)
    trials: list[Trial] = []
    while chosen := [strike for site in sites.values() for strike in site.choose()]:
        numbered = list(enumerate(chosen, len(trials)))
        done = run_trials(_kill_at, numbered, processes=processes)
        for strike, trial in zip(chosen, done, strict=True):
            sites[strike.site].trials[strike] += 1
            sites[strike.site].kills[strike] += trial.facts.get("killed", 0)
        trials += done
    row = collect(name, trials)
    row.facts["sites"] = len(sites)
    row.facts["calls"] = len(strikes)
    row.sites = {
        name: (site.trials.total(), site.kills.total()) for name, site in sorted(sites.items())
    }
    return row


def _kill_at(numbered: tuple[int, Strike]) -> Trial:
    number, strike = numbered
    trial = Trial()
    with workplace() as place:
        subject = Subject(place)
        before = inject(subject.data, strike, "signal=KILL")
        code = subject.struck(*_INLINE, "--seed", str(number + 1), strace=before)
        trial.facts["killed"] = int(code == KILLED)
        trial.take(subject.check())
        trial.violations = [f"{strike.site} #{strike.number}: {one}" for one in trial.violations]
    return trial
