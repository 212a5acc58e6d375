# SPDX-License-Identifier: Apache-2.0
"""Real stores of documents, by other people: started by a test, on loopback, and stopped after it.

They are built by `make document-stores`. Where a program is missing its tests are skipped, unless
DOCUMENT_STORES=required says that they must run, as `make interop` does.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import which
from typing import Final

import httpx
import pytest

from tallystick.documents import BucketPlace, KuboStore, ObjectStore, open_bucket

START_S: Final = 30.0
BUCKET: Final = "tally"
ACCESS: Final = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests-only-0123456789"}


def find(program: str) -> str | None:
    """Return a program's path: from PATH, or from where Go installs."""
    return which(program) or which(program, path=str(Path.home() / "go" / "bin"))


S3_PROGRAM: Final = find("versitygw")
KUBO_PROGRAM: Final = find("ipfs")
_MAY_SKIP: Final = os.environ.get("DOCUMENT_STORES") != "required"
_REASON: Final = "needs make document-stores"
needs_s3: Final = pytest.mark.skipif(_MAY_SKIP and S3_PROGRAM is None, reason=_REASON)
needs_kubo: Final = pytest.mark.skipif(_MAY_SKIP and KUBO_PROGRAM is None, reason=_REASON)


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    return found


@contextmanager
def s3_server(folder: Path) -> Iterator[ObjectStore]:
    """Serve a bucket by Versity's gateway over a folder."""
    with s3_bucket(folder) as place:
        yield open_bucket(place)


@contextmanager
def s3_bucket(folder: Path) -> Iterator[BucketPlace]:
    """The same, by its place, with its keys in the environment."""
    root, port = folder / "gateway", free_port()
    (root / BUCKET).mkdir(parents=True)
    keys = {"ROOT_ACCESS_KEY": "tests", "ROOT_SECRET_KEY": ACCESS["AWS_SECRET_ACCESS_KEY"]}
    words = [str(S3_PROGRAM), "--port", f"127.0.0.1:{port}", "posix", "--nometa", str(root)]
    before = {name: os.environ[name] for name in ACCESS if name in os.environ}
    os.environ.update(ACCESS)
    url = f"http://127.0.0.1:{port}"
    try:
        with _running(words, {**os.environ, **keys}, partial(httpx.get, url)):
            yield BucketPlace(bucket=BUCKET, endpoint=url, prefix="documents")
    finally:
        for name in ACCESS:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def kubo(folder: Path) -> Iterator[KuboStore]:
    """Serve a Kubo node of its own, which knows no other."""
    api, gateway = free_port(), free_port()
    program, home = str(KUBO_PROGRAM), {**os.environ, "IPFS_PATH": str(folder / "kubo")}
    settings = {
        "Addresses.API": f'"/ip4/127.0.0.1/tcp/{api}"',
        "Addresses.Gateway": f'"/ip4/127.0.0.1/tcp/{gateway}"',
        "Addresses.Swarm": "[]",
        "Bootstrap": "[]",
        "AutoConf.Enabled": "false",
        "Routing.Type": '"none"',
    }
    subprocess.run([program, "init", "--empty-repo"], env=home, check=True, capture_output=True)
    for name, value in settings.items():
        words = [program, "config", "--json", name, value]
        subprocess.run(words, env=home, check=True, capture_output=True)
    url = f"http://127.0.0.1:{api}"
    ready = partial(httpx.post, f"{url}/api/v0/version")
    with _running([program, "daemon", "--offline"], home, ready):
        store = KuboStore(url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _running(
    words: list[str], environment: dict[str, str], ask: Callable[[], httpx.Response]
) -> Iterator[None]:
    """Run a program until the block ends; the block begins when it answers."""
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, ask)
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], ask: Callable[[], httpx.Response]) -> None:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            ask()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{process.args!r} did not come up")
