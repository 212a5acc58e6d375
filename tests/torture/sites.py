# SPDX-License-Identifier: Apache-2.0
"""The places in the commit path where something can go wrong: every system call that writes.

Found by watching one run with strace; struck with `strace --inject`, at the Nth call of one kind
on one file. The inline victim with one client makes the same calls in every run.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.torture.kit import Subject

CALLS: Final = (
    "openat,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,"
    "ftruncate,msync,unlink,mkdir,fallocate,flock"
)
"""Calls that change a disk, or decide who may."""
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
_DESCRIPTOR = re.compile(r"^-?\d+<([^>]*)>")
_QUOTED = re.compile(r'"([^"]*)"')
_SEGMENT = re.compile(r"\d{20}\.log")


@dataclass(frozen=True, slots=True)
class Strike:
    """One call to strike: the Nth of its kind, by one thread, on one file."""

    call: str
    path: str
    """Below the data folder; empty for the folder itself."""
    number: int

    @property
    def site(self) -> str:
        """The kind of place: many strikes belong to one."""
        return f"{self.call} {kind_of(self.path)}"

    @property
    def is_core(self) -> bool:
        """Whether it belongs to the commit path itself: block log, commit mark, store."""
        is_lock = Path(self.path).name in {"lock.mdb", "writer.lock"}
        return self.path.startswith(("blocks", "state")) and not is_lock


def kind_of(path: str) -> str:
    """Return what a file in a data folder is, whatever its number."""
    name = Path(path).name
    if name.endswith(".partial"):
        name = "segment.partial" if _SEGMENT.search(name) else name
    return _SEGMENT.sub("segment", name) or "data folder"


def has_strace() -> bool:
    """Say whether strace is there."""
    return shutil.which("strace") is not None


def watch(subject: Subject, *options: str, victim: Iterable[str] = ()) -> list[Strike]:
    """Run a victim once and return all that could be struck, in order of first occurrence."""
    log = subject.place / "strace.log"
    before = ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-o", str(log), "-e"]
    before.append(f"trace={CALLS}")
    code = subject.run(*options, *victim, before=before)
    if code != 0:
        raise RuntimeError(f"the watched run ended with {code}: {subject.errors()}")
    return read_strikes(log.read_text(errors="replace"), str(subject.data))


def read_strikes(text: str, data: str) -> list[Strike]:
    """Return the strikes in the output of strace."""
    counts: Counter[tuple[str, str, str]] = Counter()
    strikes: dict[Strike, None] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, call, rest = match.groups()
        path = _path(call, rest)
        if path is None or not path.startswith(data) or _only_reads(call, rest):
            continue
        inside = path.removeprefix(data).strip("/")
        counts[thread, call, inside] += 1
        strikes[Strike(call, inside, counts[thread, call, inside])] = None
    return list(strikes)


def _path(call: str, rest: str) -> str | None:
    described = _DESCRIPTOR.match(rest)
    if described is not None and call not in {"openat", "renameat", "renameat2"}:
        return described[1]
    quoted = _QUOTED.search(rest)
    return quoted[1] if quoted else None


def _only_reads(call: str, rest: str) -> bool:
    return call == "openat" and not ("O_CREAT" in rest or "O_RDWR" in rest or "O_WRONLY" in rest)


def inject(data: Path, strike: Strike, what: str, *, calls_on: str = "") -> list[str]:
    """Return the command that strikes a call: `what` is `signal=KILL` or `error=EIO`.

    Args:
        data: the data folder.
        strike: where.
        what: what happens there.
        calls_on: `+` for this call and all after it, `+2` for the next two.
    """
    when = f"{strike.number}{calls_on}"
    return [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-P",
        str(data / strike.path) if strike.path else str(data),
        "-e",
        f"trace={strike.call}",
        "-e",
        f"inject={strike.call}:{what}:when={when}",
    ]


def spread(strikes: list[Strike], repetitions: int) -> list[Strike]:
    """Return so many strikes for each site, spread over the run; again where there are fewer.

    Beside the commit path (locks, views) a fifth of that: no promise depends on them.
    """
    by_site: dict[str, list[Strike]] = {}
    for strike in strikes:
        by_site.setdefault(strike.site, []).append(strike)
    chosen: list[Strike] = []
    for known in by_site.values():
        count = repetitions if known[0].is_core else -(-repetitions // 5)
        step = max(1.0, len(known) / count)
        chosen += [known[int((place + 0.5) * step) % len(known)] for place in range(count)]
    return chosen
