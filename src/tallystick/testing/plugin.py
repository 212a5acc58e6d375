# SPDX-License-Identifier: Apache-2.0
"""The pytest plug-in of the kit: the fixtures `net` and `contracts`, and what failures show.

It is loaded in every run of pytest on a machine that has this package, also where nobody uses it:
so it imports nothing of the platform before a test asks for `net`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from tallystick.contracts import Contract
    from tallystick.testing.chain import Chain
    from tallystick.testing.net import Net
    from tallystick.testing.twin import Twin

_MARKER: Final = "contracts(*classes): the contracts on the ledger that the fixture `net` gives"
_TWIN: Final[pytest.StashKey[Twin]] = pytest.StashKey()
_NET: Final[pytest.StashKey[Net]] = pytest.StashKey()
_SECTION: Final = "calls on the net"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kit."""
    group = parser.getgroup("tallystick", "tests of Tallystick contracts")
    group.addoption(
        "--hash-seeds",
        choices=("on", "off"),
        default="on",
        help="execute every action a second time, in a process with another hash seed (default on)",
    )
    group.addoption(
        "--slow-net",
        action="store_true",
        help="run the tests that use `net` on a real network of four nodes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the twin, if there is one."""
    twin = config.stash.get(_TWIN, None)
    if twin is not None:
        twin.close()


@pytest.fixture
def contracts(request: pytest.FixtureRequest) -> tuple[type[Contract], ...] | None:
    """Give the contracts of the test: those of its marker, or None for all installed ones.

    A module or folder overrides it to have contracts of its own for all its tests.
    """
    marker = request.node.get_closest_marker("contracts")
    return None if marker is None else tuple(marker.args)


@pytest.fixture
def net(
    request: pytest.FixtureRequest, contracts: tuple[type[Contract], ...] | None
) -> Iterator[Net]:
    """Give a fresh ledger with the test's contracts."""
    from tallystick.execution import load_contracts  # noqa: PLC0415  # see the first docstring
    from tallystick.testing.net import Net  # noqa: PLC0415

    classes = load_contracts() if contracts is None else tuple(contracts)
    if request.config.getoption("--slow-net"):
        from tallystick.testing.slow_chain import slow_chain  # noqa: PLC0415

        with slow_chain(classes, skip=pytest.skip) as chain:
            yield _kept(request, Net(chain=chain))
    else:
        yield _kept(request, Net(chain=_memory_chain(request.config, classes)))


def _kept(request: pytest.FixtureRequest, net: Net) -> Net:
    """Return the net after noting it for the test's report: other fixtures are called so too."""
    request.node.stash[_NET] = net
    return net


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the calls of a failed test."""
    report = yield
    net = item.stash.get(_NET, None)
    if report.failed and call.when == "call" and net is not None:
        report.sections.append((_SECTION, net.trace()))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which contracts were not executed twice."""
    twin = terminalreporter.config.stash.get(_TWIN, None)
    for notice in twin.notices if twin is not None else ():
        terminalreporter.write_line(f"tallystick: {notice}")


def _memory_chain(config: pytest.Config, classes: tuple[type[Contract], ...]) -> Chain:
    from tallystick.testing.memory_chain import MemoryChain  # noqa: PLC0415
    from tallystick.testing.twin import Twin  # noqa: PLC0415

    if config.getoption("--hash-seeds") == "off":
        return MemoryChain(classes)
    if _TWIN not in config.stash:
        config.stash[_TWIN] = Twin()
    return MemoryChain(classes, twin=config.stash[_TWIN])
