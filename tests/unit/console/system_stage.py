# SPDX-License-Identifier: Apache-2.0
"""Somebody who acts as anybody of a network with the five systems, in process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tallystick.client import KeyStore
from tallystick.console.work.entered import filled
from tallystick.node import Node
from tests.console_theatre import form_key
from tests.networks import wait_until

if TYPE_CHECKING:
    from tests.unit.console.conftest import Reader


class Actor:
    """A reader that acts as anybody of the story."""

    def __init__(self, reader: Reader, node: Node, folder: Path) -> None:
        self.reader = reader
        self.key = form_key(reader.get("/act-as").text)
        self.last = ""
        """Page of the transaction that was confirmed last."""
        self._node = node
        self._keys = KeyStore(folder / "demo-keys")

    def be(self, member: str) -> None:
        """Act as somebody from now on."""
        organization = self._keys.load(member).organization
        part = {"form_key": self.key, "organization": organization, "member": member}
        assert self.reader.post("/act-as", data=part).status_code == 303

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Fill a form in, confirm, and return what the action returned."""
        self.be(member)
        place = f"/do/{method}"
        fields = self.reader.get(f"{place}.json").json()["form"].get("fields", [])
        sent = self.send(place, filled(fields, arguments))
        self.last = pending = sent.headers["location"]
        assert self.send(pending).status_code == 303
        wait_until(lambda: self.shown(pending)["transaction"] is not None, "the block")
        done = self.shown(pending)["transaction"]
        assert done["code"] == "ok", done
        self.catch_up()
        return (done["call"]["result"] or {}).get("value")

    def send(self, place: str, fields: dict[str, Any] | None = None) -> httpx.Response:
        """Send a form."""
        return self.reader.post(place, data={"form_key": self.key, **(fields or {})})

    def shown(self, place: str) -> Any:
        """Return what a page shows."""
        path, _, query = place.partition("?")
        return self.reader.get(f"{path}.json?{query}").json()

    def catch_up(self) -> None:
        """Wait until lists show everything that was done."""
        wait_until(lambda: self._node.status().views_height == self._node.status().height, "views")
