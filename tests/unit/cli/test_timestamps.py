# SPDX-License-Identifier: Apache-2.0
"""`tally timestamp`, and `tally verify` of time-stamps and containers: without any node."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tallystick.cli import stopping
from tallystick.cli.time_stamp_door import serving
from tallystick.cli.time_stamps import ask
from tallystick.client import tally_home
from tallystick.errors import InvalidTimeStamp, PortInUse, TimeStampRefused, UsageError
from tallystick.interchange.packages import container_manifest, write_container
from tallystick.interchange.timestamps import granted_token
from tests.transparency import (
    ISSUER,
    SERVICE,
    Service,
    ed,
    enveloped,
    p256,
    services_file,
    statement,
    with_receipts,
)
from tests.unit.cli.conftest import Tally
from tests.unit.interchange.stamping import FILES, stamped


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with the content that the tests' authority stamps."""
    path = tmp_path / "contract.txt"
    path.write_bytes(b"a contract")
    return path


@pytest.fixture
def door(tally: Tally) -> Iterator[str]:
    """Return the address of the local authority, in the home of `tally`."""
    assert tally is not None
    with serving(0) as address:
        yield f"{address}/"


def checks(answer: object) -> dict[str, str]:
    """Return the results of the first checklist in a JSON answer."""
    listed = answer["results"][0]["checks"]  # type: ignore[index]
    return {one["name"]: one["result"] for one in listed}


def test_a_time_stamp_is_had_and_checked_without_any_network(tally: Tally, file: Path) -> None:
    """The local authority is created at the first request, and pinned."""
    told = tally("timestamp", "request", file, "--json")
    assert (told.code, told.json["path"]) == (0, f"{file}.tsr")
    checked = tally("timestamp", "verify", file, "--json")
    assert set(checks(checked.json).values()) == {"passed"}
    again = tally("timestamp", "authority", "create")
    assert again.code != 0, "an authority is never replaced by accident"
    by_verify = tally("verify", file, "--receipt", f"{file}.tsr", "--json")
    assert by_verify.json["results"][0]["result"] == "match"
    file.write_text("altered", encoding="utf-8")
    assert tally("timestamp", "verify", file).code == 6


def test_a_token_of_others_needs_their_certificate(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """Bare or whole; without the authority it is only partly checked."""
    token, root = tmp_path / "t.tst", tmp_path / "root.pem"
    token.write_bytes(granted_token(stamped()))
    root.write_bytes(FILES.root)
    found = tally("timestamp", "verify", file, token, "--json").json
    assert checks(found)["authority"] == "skipped"
    found = tally("verify", file, "--receipt", token, "--authorities", root, "--json").json
    assert found["results"][0]["result"] == "match"
    alone = tally("verify", token, "--authorities", root, "--json").json
    assert checks(alone) == {
        "time_stamp": "passed",
        "imprint": "skipped",
        "authority": "passed",
        "still_valid": "passed",
    }


def test_a_token_that_is_none_fails_with_its_code(tally: Tally, file: Path, tmp_path: Path) -> None:
    """Form, content, authority: the first that fails is named."""
    token, root = tmp_path / "t.tsr", tmp_path / "root.pem"
    token.write_bytes(b"0")
    root.write_bytes(FILES.root)
    told = tally("verify", token, "--json")
    assert (told.code, checks(told.json)["time_stamp"]) == (6, "failed")
    token.write_bytes(stamped(time_ms=0))
    told = tally("timestamp", "verify", file, token, "--authorities", root, "--json")
    assert (told.code, checks(told.json)["authority"]) == (6, "failed")
    assert told.json["results"][0]["checks"][2]["code"] == "E_TIME_STAMP"


def test_an_expired_certificate_leaves_it_partly_checked(tally: Tally) -> None:
    """It held then; a later time-stamp must vouch for it."""
    vectors = Path(__file__).parents[2] / "vectors" / "rfc3161" / "sigstore.mock"
    found = tally(
        *("timestamp", "verify", vectors / "payload", vectors / "response-expired.tsr"),
        *("--authorities", vectors / "ts_chain.pem", "--json"),
    ).json
    assert checks(found)["still_valid"] == "skipped"
    assert found["results"][0]["result"] == "partly checked"


def test_only_the_request_can_be_written(tally: Tally, file: Path) -> None:
    """For an authority that takes requests another way."""
    assert tally("timestamp", "request", file, "--query").code == 0
    assert Path(f"{file}.tsq").read_bytes()[:1] == b"0"


def test_the_local_authority_answers_over_http(door: str, tally: Tally, file: Path) -> None:
    """As any client of RFC 3161 asks it."""
    told = tally("timestamp", "request", file, "--authority", door)
    assert told.code == 0
    assert tally("timestamp", "verify", file).code == 0
    kind = {"content-type": "application/timestamp-query"}
    for headers, size, status in (
        ({"content-type": "text/plain"}, 1, 415),
        (kind, 70_000, 413),
    ):
        answer = httpx.post(door, content=b"x" * size, headers=headers)
        assert answer.status_code == status
    chunked = httpx.post(door, content=iter([b"x"]), headers=kind)
    assert chunked.status_code == 411
    assert httpx.post(door, content=b"x", headers=kind).content[:1] == b"0"


def test_a_port_that_is_taken_is_said(door: str) -> None:
    """With its code."""
    port = int(door.rstrip("/").rpartition(":")[2])
    with pytest.raises(PortInUse), serving(port):
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), TimeStampRefused),
        (httpx.Response(302, headers={"location": "http://127.0.0.1/"}), TimeStampRefused),
        (httpx.Response(200, text="<html>"), InvalidTimeStamp),
        (
            httpx.Response(
                200, content=b"0" * 300_000, headers={"content-type": "application/timestamp-reply"}
            ),
            InvalidTimeStamp,
        ),
        (
            httpx.Response(
                200, content=stamped(), headers={"content-type": "application/timestamp-reply"}
            ),
            InvalidTimeStamp,
        ),
    ],
    ids=["unavailable", "moved", "page", "too large", "another nonce"],
)
def test_an_authority_that_answers_wrongly_gives_no_token(
    answer: httpx.Response, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never followed elsewhere, never read without bound, never taken for another request."""
    made = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **given: made(transport=httpx.MockTransport(lambda _: answer), **given),
    )
    with pytest.raises(error):
        ask(hashlib.sha256(b"a contract").digest(), "https://time.example.com/")


def test_the_authority_is_served_until_the_command_is_told_to_stop(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where it listens, and ends in its own way."""

    @contextmanager
    def told_at_once() -> Iterator[threading.Event]:
        ended = threading.Event()
        ended.set()
        yield ended

    monkeypatch.setattr(stopping, "told_to_stop", told_at_once)
    told = tally("timestamp", "authority", "serve", "--port", "0")
    assert (told.code, "http://127.0.0.1:" in told.out) == (0, True)


def test_an_address_is_one_of_the_web() -> None:
    """Not a file, not a shell."""
    with pytest.raises(UsageError):
        ask(bytes(32), "file:///etc/passwd")


def test_a_container_is_checked_by_its_token(tally: Tally, tmp_path: Path) -> None:
    """ASiC-E: the manifest holds the files, the token holds the manifest."""
    root, place = tmp_path / "root.pem", tmp_path / "c.asice"
    root.write_bytes(FILES.root)
    manifest = container_manifest({"a.txt": hashlib.sha256(b"content").digest()})
    token = granted_token(stamped(digest=hashlib.sha256(manifest).digest()))
    target = io.BytesIO()
    write_container(target, {"a.txt": [b"content"]}, manifest, token)
    place.write_bytes(target.getvalue())
    told = tally("verify", place, "--authorities", root, "--json").json
    assert [one["result"] for one in told["results"]] == ["match", "match"]
    place.write_bytes(target.getvalue().replace(b"content", b"c0ntent"))
    assert tally("verify", place, "--authorities", root).code == 6


class TestStatementsOfOtherServices:
    """`tally verify` of `.cose` files that no network of ours made; no node, no trust file."""

    @pytest.fixture
    def services(self, tmp_path: Path) -> Path:
        """Return the file that names whom to believe."""
        path = tmp_path / "services.json"
        path.write_bytes(services_file([(SERVICE, ed())], [(ISSUER, p256())]))
        return path

    @pytest.fixture
    def beside(self, file: Path) -> Path:
        """Return a statement over the file's digest, which lies beside it."""
        path = file.with_name(f"{file.name}.cose")
        made = enveloped(p256())
        path.write_bytes(with_receipts(made, Service().receipt(made)))
        return path

    def test_a_statement_matches_its_file_by_the_keys_that_are_named(
        self, tally: Tally, file: Path, beside: Path, services: Path
    ) -> None:
        """Found beside the file, or named; the altered file is no match."""
        for asked in ((file,), (file, "--receipt", beside)):
            told = tally("verify", *asked, "--services", services, "--json")
            assert (told.code, told.json["results"][0]["result"]) == (0, "match")
        assert checks(tally("verify", beside, "--services", services, "--json").json) == {
            "statement": "passed",
            "issuer": "passed",
            "registered": "passed",
            "file": "skipped",
        }
        file.write_bytes(b"another contract")
        assert tally("verify", file, "--services", services).code == 6

    def test_a_receipt_beside_its_statement_is_as_good_as_inside(
        self, tally: Tally, file: Path, services: Path, tmp_path: Path
    ) -> None:
        """As services hand receipts out; alone it says what to give, altered it is no match."""
        registered = enveloped(p256())
        made, receipt = tmp_path / "s.cose", tmp_path / "r.cose"
        made.write_bytes(registered)
        receipt.write_bytes(Service().receipt(registered))
        alone = tally("verify", receipt, "--services", services, "--json").json["results"][0]
        assert alone["result"] == "partly checked"
        assert "give the statement" in str(alone["checks"])
        asked = ("verify", made, "--receipt", receipt, "--services", services, "--json")
        assert checks(tally(*asked).json)["registered"] == "passed"
        receipt.write_bytes(receipt.read_bytes()[:-1] + b"?")
        assert tally(*asked).code == 6

    def test_without_keys_it_is_partly_checked_and_pinned_ones_are_found(
        self, tally: Tally, file: Path, beside: Path, services: Path
    ) -> None:
        """As with time-stamps: the user's folder is looked into."""
        told = tally("verify", file, "--json")
        assert told.json["results"][0]["result"] == "partly checked"
        pinned = tally_home() / "transparency-services" / "log.json"
        pinned.parent.mkdir(parents=True)
        pinned.write_bytes(services.read_bytes())
        assert tally("verify", file).code == 0

    def test_a_detached_statement_is_checked_with_its_file(
        self, tally: Tally, file: Path, services: Path, tmp_path: Path
    ) -> None:
        """The signature covers the file itself."""
        made = statement(p256(), file.read_bytes(), detached=True)
        path = tmp_path / "s.cose"
        path.write_bytes(with_receipts(made, Service().receipt(made)))
        asked = ("verify", file, "--receipt", path, "--services", services)
        assert tally(*asked).code == 0
        file.write_bytes(b"another contract")
        assert tally(*asked).code == 6

    def test_a_file_of_services_that_is_none_is_refused(
        self, tally: Tally, file: Path, beside: Path, services: Path
    ) -> None:
        """Before anything is said of the statement."""
        services.write_text("{}")
        assert "E_FORMAT" in tally("verify", beside, "--services", services).err
