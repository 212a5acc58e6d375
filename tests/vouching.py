# SPDX-License-Identifier: Apache-2.0
"""A charity's network with an approved list, and beneficiaries who come to the identity door.

For the test with a provider of our own, and for `make interop` with the certified one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tallystick.cli.demo import theatre
from tallystick.cli.demo.names import KEYS_FOLDER, TRUST_FILE
from tallystick.client import KeyStore, Net, connect
from tallystick.contracts import DAY_MS, digest_of
from tallystick.crypto import SecretKey
from tallystick.industries.charity import demo as story
from tallystick.industries.charity import demo_cast as cast
from tallystick.industries.charity.list_files import ListFile, read_list
from tallystick.industries.charity.records import PayeeAccount
from tallystick.node import NodeConfig
from tests.serving import served_node

SECRET: Final = bytes(range(32))
HEADER: Final = "姓名,证件号码,银行账号,金额,省份代码,监护人证件号码\n"
CHILD: Final = "110101200801101009"
GUARDIAN: Final = "110101197803079138"
STUDENT: Final = "110101200802111073"
STRANGER: Final = "110101200803121142"
LINES: Final = (
    f"李一,{CHILD},6222021001116245701,1500,11,{GUARDIAN}\n",
    f"王二,{STUDENT},6222021001116245702,1500,11,\n",
)
_LINK: Final = re.compile(r"^link\s+(http://\S+)/begin", re.MULTILINE)
_VIEWS_S: Final = 30.0


@dataclass
class Charity:
    """A served network whose foundation has approved a list of two."""

    folder: Path
    url: str
    nets: dict[str, Net]
    campaign: str = ""
    batch: str = ""
    listed: ListFile = field(init=False)

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Let a member call an action; return its result."""
        return self.nets[member].call("charity", method, **arguments).result

    def approve(self, lines: Sequence[str] = LINES) -> None:
        """Open a campaign, and bring a list as far as claims."""
        self.listed = read_list("".join((HEADER, *lines)).encode(), SECRET)
        assert not self.listed.problems
        now = self.nets[cast.CIVIL].status().block_time_ms
        foundation = {
            "organization": story.parts()[1].code,
            "licence": "53100000500020",
            "valid_until": now + 900 * DAY_MS,
            "may_raise_publicly": True,
        }
        plan = {
            "title": "新未来高中生",
            "project": "new-future",
            "plan": digest_of("plan"),
            "target": 10_000_000,
            "opens_at": now,
            "closes_at": now + 300 * DAY_MS,
            "fee_cap_basis": 800,
        }
        self.act(cast.CIVIL, "license_foundation", foundation=foundation)
        self.act(cast.TELLER, "open_money", currency="CNY")
        self.campaign = self.act(cast.OFFICER_1, "register_campaign", **plan)
        self.act(cast.OFFICER_1, "file_campaign", campaign=self.campaign)
        self.act(cast.OFFICER_1, "open_campaign", campaign=self.campaign)
        gift = {"amount": 1_000_000, "donor": digest_of("donor"), "reference": "G-1"}
        self.act(cast.TELLER, "receive_donation", campaign=self.campaign, **gift)
        self.batch = self.act(
            cast.OFFICER_1,
            "import_list",
            campaign=self.campaign,
            period="2026-autumn",
            count=len(self.listed.rows),
            total=self.listed.total,
            list_digest=self.listed.digest,
        )
        self.act(cast.OFFICER_1, "add_rows", batch=self.batch, rows=list(self.listed.plain_rows))
        self.act(cast.APP, "check_list", batch=self.batch)
        digest = self.listed.digest
        self.act(cast.REVIEWER_1, "approve_list", batch=self.batch, list_digest=digest)

    def entitlement(self, number: str) -> str:
        """Return the entitlement of a person of the list."""
        holder = story_commitment(number)
        place = next(n for n, row in enumerate(self.listed.rows) if row.beneficiary == holder)
        return f"{self.batch}-{place + 1:05d}"

    def claim(self, number: str, signers: dict[str, tuple[str, SecretKey]]) -> str:
        """Claim for a person; `signers` has assertion and key for each part. Return the order."""
        entitlement = self.entitlement(number)
        kept = self.nets[cast.APP].query("charity", "show_entitlement", entitlement=entitlement)
        account = PayeeAccount(holder=kept["beneficiary"], account=digest_of("account", number))
        digest = digest_of(
            "charity-claim",
            entitlement,
            kept["amount"],
            "CNY",
            account.holder,
            account.account,
        )
        signed = {
            part: {"assertion": assertion, "signature": key.sign(bytes.fromhex(digest)).hex()}
            for part, (assertion, key) in signers.items()
        }
        return str(
            self.act(
                cast.APP,
                "claim",
                entitlement=entitlement,
                amount=kept["amount"],
                account={"holder": account.holder, "account": account.account},
                device=digest_of("device"),
                **signed,
            )
        )

    def wait_for_views(self) -> None:
        """Return when the tables show what is committed."""
        deadline = time.monotonic() + _VIEWS_S
        net = self.nets[cast.APP]
        while (status := net.status()).views_height < status.height:
            assert time.monotonic() < deadline, "the views stay behind"
            time.sleep(0.01)


def story_commitment(number: str) -> str:
    """Return what stands for a person on this ledger."""
    listed = read_list((HEADER + f"某,{number},6222021001116245709,1,11,\n").encode(), SECRET)
    return listed.rows[0].beneficiary


@contextmanager
def charity(folder: Path) -> Iterator[Charity]:
    """Serve a network of everybody in the charity's story, with an approved list."""
    theatre.found(folder, story)
    store = KeyStore(folder / KEYS_FOLDER)
    with ExitStack() as stack:
        served = stack.enter_context(served_node(NodeConfig(data=folder, workers=False)))
        nets = {
            name: stack.enter_context(
                connect(served.url, identity=store.load(name), trust=folder / TRUST_FILE)
            )
            for name in store.names()
        }
        found = Charity(folder, served.url, nets)
        found.approve()
        found.wait_for_views()
        yield found


@dataclass
class RunningDoor:
    """`tally identity serve`, running, and what it has said."""

    address: str
    process: subprocess.Popen[str]
    said: list[str]

    def visit(
        self, browser: httpx.Client, record: str, key: SecretKey, *, wants_json: bool = True
    ) -> httpx.Response:
        """Open the link of a record and a key, wherever it leads."""
        asked = {"record": record, "key": key.public_key.hex()}
        accept = "application/json" if wants_json else "text/html"
        return browser.get(f"{self.address}/begin", params=asked, headers={"accept": accept})


@contextmanager
def running_door(place: Charity, folder: Path, *options: str) -> Iterator[RunningDoor]:
    """Run the command as its operator does; it ends with SIGTERM, and well."""
    secret = folder / "secret.hex"
    secret.touch(mode=0o600)
    secret.write_text(SECRET.hex())
    command = [sys.executable, "-m", "tallystick.cli", "identity", "serve", "--port", "0"]
    command += ["--contract", "charity", "--claim", "id_number", "--secret", str(secret)]
    command += ["--as", cast.VOUCHER, "--url", place.url, *options]
    environment = {
        **os.environ,
        "TALLY_DATA": str(place.folder),
        "TALLY_TRUST": str(place.folder / TRUST_FILE),
        "TALLY_HOME": str(folder / "home"),
        "TALLY_LANG": "en",
    }
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, is_open = list[str](), threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                is_open.set()
        is_open.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        is_open.wait(60)
        link = _LINK.search("".join(said))
        assert link is not None, "".join(said)
        yield RunningDoor(link[1], process, said)
    finally:
        process.terminate()
        code = process.wait(30)
        listener.join()
        assert process.stdout is not None
        process.stdout.close()
    assert code == 0, "".join(said)
