# SPDX-License-Identifier: Apache-2.0
"""Web captures: real files of others accepted or refused, claims read, damage noticed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tallystick.errors import InvalidCapture, LimitExceeded
from tallystick.interchange.captures import is_capture, read_capture, reading

VECTORS = Path(__file__).parents[2] / "vectors" / "warc"
GOOD = {
    "example.warc": ("http://example.com/", 6, 1),
    "example-iana.org-chunked.warc": ("http://www.iana.org/", 3, 2),
    "example-resource.warc.gz": ("http://example.com/", 3, 1),
    "post-test.warc.gz": ("http://httpbin.org/post", 6, 6),
}
BAD = (
    *("bad.arc", "example-bad-non-chunked.warc.gz", "example-digest.warc", "example-trunc.warc"),
    *("example.arc", "example.arc.gz", "example-space-in-url.arc", "README.md"),
)
PLAIN = (VECTORS / "example-resource.warc.gz").read_bytes()


@pytest.mark.parametrize("name", GOOD)
def test_a_good_capture_says_what_it_claims(name: str) -> None:
    """Address, date, digest: claims, of which the digest was compared."""
    with (VECTORS / name).open("rb") as source:
        found = read_capture(source)
    assert (found.pages[0].uri, found.records, found.checked) == GOOD[name]
    assert found.pages[0].digest is not None
    assert 1_300_000_000_000 < found.pages[0].captured_at_ms < 1_600_000_000_000


@pytest.mark.parametrize("name", BAD)
def test_a_bad_capture_or_another_format_is_refused(name: str) -> None:
    """Truncated, packed as a whole, a digest that does not hold, the older ARC, a text."""
    with (VECTORS / name).open("rb") as source, pytest.raises(InvalidCapture):
        read_capture(source)


def test_every_file_of_the_collection_is_judged() -> None:
    """None is left out."""
    assert {one.name for one in VECTORS.iterdir()} == {*GOOD, *BAD}


def record(length: int, content: bytes, date: str = "2026-11-27T10:00:00") -> bytes:
    """Return a capture of one resource."""
    return (
        "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"WARC-Target-URI: http://a/\r\nWARC-Date: {date}\r\nContent-Length: {length}\r\n\r\n"
    ).encode() + content


def test_a_capture_cut_in_transit_is_refused() -> None:
    """Without any digest, by its length."""
    assert read_capture(io.BytesIO(record(3, b"abc\r\n\r\n"))).pages[0].uri == "http://a/"
    for data in (record(30, b"abc"), record(3, b"abc\r\n\r\n", date="yesterday"), b"", PLAIN[:900]):
        with pytest.raises(InvalidCapture):
            read_capture(io.BytesIO(data))


def test_a_capture_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what comes out, whatever the file says."""
    monkeypatch.setattr(reading, "UNPACKED_BYTES_MAX", 2)
    with pytest.raises(LimitExceeded):
        read_capture(io.BytesIO(record(3, b"abc\r\n\r\n")))


def test_a_capture_is_told_by_its_first_bytes_or_its_name() -> None:
    """A packed one looks like any packed file."""
    assert is_capture(b"WARC/1.1\r\n", "page")
    assert is_capture(b"\x1f\x8b\x08", "page.WARC.gz")
    assert not is_capture(b"\x1f\x8b\x08", "page.gz")
