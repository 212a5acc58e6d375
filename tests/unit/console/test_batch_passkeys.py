# SPDX-License-Identifier: Apache-2.0
"""Batches confirmed by a passkey: one gesture, which can be checked for every transaction."""

from __future__ import annotations

from hashlib import sha256

from tallystick.interchange.tables import write_csv
from tests.authenticator import Authenticator
from tests.unit.console.test_batch import HEADER, hand_in, row_of
from tests.unit.console.test_factors import Owner, question_on, strict
from tests.unit.console.test_joining import Site, clerk, open_account

__all__ = ["clerk", "strict"]


def test_a_passkey_confirms_a_batch(strict: Site, clerk: dict[str, tuple[str, bytes]]) -> None:
    """One gesture for all ready rows: its challenge is made of their digests, which are kept."""
    open_account(strict, strict.link, clerk)
    owner, device = Owner(strict.reader), Authenticator()
    owner.add_passkey(device)
    rows = [row_of(f"by a passkey {one}") for one in range(2)]
    batch = hand_in(owner.reader, owner.key, write_csv(HEADER, rows))
    page = owner.reader.get(batch).text
    assert "passkeys.js" in page
    assert owner.send(batch).status_code == 400  # the password is not enough here
    other = device.get({**question_on(page), "challenge": "AAAA"})
    assert owner.send(batch, answer=other).status_code == 400
    assert owner.send(batch, answer=device.get(question_on(page))).status_code == 303
    done = owner.reader.get(f"{batch}.json?show=all").json()["rows"]
    assert [one["state"] for one in done] == ["done", "done"]
    found = [
        owner.reader.get(f"/t/{one['transaction']}.json").json()["confirmation"] for one in done
    ]
    assert [one["means"] for one in found] == ["passkey", "passkey"]
    joined = b"".join(bytes.fromhex(one) for one in found[0]["digests"])
    assert sha256(joined).hexdigest() == found[0]["challenge"] == found[1]["challenge"]
