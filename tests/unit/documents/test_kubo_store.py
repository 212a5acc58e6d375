# SPDX-License-Identifier: Apache-2.0
"""The store in a Kubo node, against answers as Kubo 0.39 gives them.

The real one passes tests/conformance/test_document_store.py, among the slow tests.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tallystick.documents import KuboStore
from tallystick.errors import Corrupted, Malformed, NotFound, StoreUnreachable
from tallystick.merkle import address_of

FILE = b"a sealed voucher"
CID = address_of(FILE).cid
NOT_PINNED = {"Message": f"path '/ipfs/{CID}' is not pinned", "Code": 0, "Type": "error"}


class Fake:
    """Answers what it is told to, and notes what it was asked."""

    def __init__(self, **answers: object) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "/"): answer for name, answer in answers.items()}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        command = request.url.path.removeprefix("/api/v0/")
        assert request.method == "POST"
        assert request.url.params["offline"] == "true"
        self.asked.append(command)
        match self._answers.get(command, {}):
            case bytes(content):
                return httpx.Response(200, content=content)
            case {"Message": _} as fault:
                return httpx.Response(500, json=fault)
            case answer:
                return httpx.Response(200, json=answer)

    @property
    def store(self) -> KuboStore:
        """The store that asks this."""
        return KuboStore(transport=httpx.MockTransport(self))


def test_a_file_is_added_read_and_forgotten_for_good(tmp_path: Path) -> None:
    """Unpinning alone would leave the bytes."""
    fake = Fake(add={"Hash": str(CID)}, cat=FILE[2:5], files_stat={"Size": len(FILE)})
    file = tmp_path / "file"
    file.write_bytes(FILE)
    store = fake.store
    store.put(CID, file)
    assert store.read(CID, 2, 3) == FILE[2:5]
    assert store.size(CID) == len(FILE)
    assert store.remove(CID)
    assert fake.asked[-2:] == ["pin/rm", "repo/gc"]
    store.close()


def test_what_is_not_pinned_is_not_there() -> None:
    """Kubo may have chunks of it; they are not a document that we keep."""
    store = Fake(pin_ls=NOT_PINNED).store
    assert store.size(CID) is None
    assert not store.remove(CID)
    with pytest.raises(NotFound):
        store.read(CID, 0, 1)


def test_a_kubo_that_computes_another_address_is_found_out(tmp_path: Path) -> None:
    """The file is unpinned again, and the error names both addresses."""
    fake = Fake(add={"Hash": "bafkother"})
    file = tmp_path / "file"
    file.write_bytes(FILE)
    with pytest.raises(Corrupted) as refused:
        fake.store.put(CID, file)
    assert (refused.value.expected, refused.value.found) == (str(CID), "bafkother")
    assert fake.asked == ["add", "pin/rm"]


@pytest.mark.parametrize(
    "answer",
    [{"Message": "disk is full"}, httpx.ConnectError("refused")],
    ids=["refuses", "absent"],
)
def test_a_kubo_that_refuses_or_is_absent_is_unreachable(answer: object) -> None:
    """With what it said; retrying is safe."""

    def handler(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.ConnectError):
            raise answer
        return httpx.Response(500, json=answer)

    with pytest.raises(StoreUnreachable):
        KuboStore(transport=httpx.MockTransport(handler)).size(CID)


def test_a_page_of_something_else_is_told_as_it_is() -> None:
    """Another program may listen there."""

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text="<html>not here</html>")

    with pytest.raises(StoreUnreachable) as refused:
        KuboStore(transport=httpx.MockTransport(handler)).size(CID)
    assert "not here" in str(refused.value.found)


@pytest.mark.parametrize("url", ["http://kubo.example:5001", "https://127.0.0.1:5001", "kubo"])
def test_an_api_on_another_machine_is_refused(url: str) -> None:
    """The API obeys whoever reaches it."""
    with pytest.raises(Malformed):
        KuboStore(url)
