# SPDX-License-Identifier: Apache-2.0
"""`oidc-provider`, a certified OpenID provider, logs beneficiaries in at our identity door.

    python -m tests.interop.oidc_provider.judge FOLDER

FOLDER has `provider.mjs` beside its `node_modules`. The whole of a charity's claim runs: link,
login, vouching, signature, payment order; and what must be refused is refused.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tallystick.crypto import SecretKey
from tallystick.errors import IdentityDenied
from tallystick.industries.charity import demo_cast as cast
from tallystick.interchange.identity import OpenIdProvider, OpenIdSettings
from tests.vouching import (
    CHILD,
    GUARDIAN,
    STRANGER,
    STUDENT,
    Charity,
    RunningDoor,
    charity,
    running_door,
)

NAME: Final = "oidc-provider"
CLIENT: Final = "tallystick"
ACR: Final = "urn:example:face-and-card"
WEAK: Final = "urn:example:password"


@contextmanager
def running_provider(folder: Path) -> Iterator[str]:
    """Run the provider; return its issuer."""
    process = subprocess.Popen(
        ["node", "provider.mjs", CLIENT, ACR], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer, "oidc-provider did not start"
        yield issuer
    finally:
        process.terminate()
        process.communicate()


class Cases:
    """What is judged, against one provider, one ledger and one door."""

    def __init__(self, place: Charity, door: RunningDoor, issuer: str) -> None:
        self.place, self.door, self.issuer = place, door, issuer

    def visit(
        self, browser: httpx.Client, number: str, record_of: str, *, acr: str = ACR
    ) -> tuple[httpx.Response, SecretKey]:
        """Let a person log in for somebody's record; return the last answer and the key."""
        httpx.post(
            f"{self.issuer}/person", json={"number": number, "acr": acr}, trust_env=False
        ).raise_for_status()
        key = SecretKey.generate()
        return self.door.visit(browser, self.place.entitlement(record_of), key), key

    def child_and_guardian_claim(self) -> None:
        """Both log in, both keys are vouched for, both sign, and the payment is ordered."""
        signers = {}
        for part, number in (("beneficiary", CHILD), ("guardian", GUARDIAN)):
            with new_browser() as browser:
                answer, key = self.visit(browser, number, CHILD)
            assert answer.status_code == 200, answer.text
            signers[part] = (answer.json()["assertion"], key)
        assert self.place.claim(CHILD, signers) == f"P-{self.place.entitlement(CHILD)}"

    def stranger_is_refused(self) -> None:
        """Somebody else logs in, and nothing comes onto the ledger."""
        net = self.place.nets[cast.APP]
        before = net.status().height
        with new_browser() as browser:
            answer, _ = self.visit(browser, STRANGER, STUDENT)
        assert answer.json()["error"]["code"] == "E_IDENTITY_PERSON", answer.text
        assert net.status().height == before

    def weak_login_is_refused(self) -> None:
        """The provider says that it identified the person in another way."""
        with new_browser() as browser:
            answer, _ = self.visit(browser, STUDENT, STUDENT, acr=WEAK)
        assert answer.json()["error"]["code"] in {"E_IDENTITY_TOKEN", "E_IDENTITY_DENIED"}

    def replay_is_refused(self) -> None:
        """The address with the code is opened again."""
        with new_browser() as browser:
            done, _ = self.visit(browser, STUDENT, STUDENT)
            assert done.status_code == 200, done.text
            again = browser.get(str(done.url), headers={"accept": "application/json"})
        assert again.json()["error"]["code"] == "E_IDENTITY_RESPONSE", again.text

    def code_of_another_request_is_refused(self) -> None:
        """PKCE at the provider: a code with another's verifier gives no token."""
        settings = OpenIdSettings(issuer=self.issuer, client_id=CLIENT, levels={ACR: 1})
        ours, back = OpenIdProvider(settings), "http://127.0.0.1:9/callback"
        first, second = ours.begin(b"1", back), ours.begin(b"2", back)
        with new_browser(follows=False) as browser:
            place = first.where
            while not place.startswith(back):
                place = str(httpx.URL(place).join(browser.get(place).headers["location"]))
        code = httpx.URL(place).params["code"]
        forged = {"code": code, "state": second.session.state, "iss": self.issuer}
        try:
            ours.finish(second.session, b"2", str(httpx.QueryParams(forged)))
        except IdentityDenied:
            return
        raise AssertionError("a token came")


@contextmanager
def new_browser(*, follows: bool = True) -> Iterator[httpx.Client]:
    """A browser without a past."""
    with httpx.Client(follow_redirects=follows, trust_env=False, timeout=30) as browser:
        yield browser


def main() -> int:
    """Judge every case; return the exit code."""
    right = wrong = 0
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        with running_provider(Path(sys.argv[1])) as issuer, charity(scratch / "ledger") as place:
            options = ("--provider", issuer, "--client-id", CLIENT, "--acr", f"{ACR}=3")
            with running_door(place, scratch, *options) as door:
                cases = Cases(place, door, issuer)
                for case in (
                    cases.child_and_guardian_claim,
                    cases.stranger_is_refused,
                    cases.weak_login_is_refused,
                    cases.replay_is_refused,
                    cases.code_of_another_request_is_refused,
                ):
                    if passes(case):
                        right += 1
                    else:
                        wrong += 1
    print(f"{NAME}: {right} passed, {wrong} failed")
    return int(wrong > 0)


def passes(case: Callable[[], None]) -> bool:
    """Run a case and say what came of it."""
    name = case.__name__.replace("_", " ")
    try:
        case()
    except Exception as error:  # one case does not hide the others
        print(f"WRONG {NAME}: {name} ({type(error).__name__}: {str(error)[:300]})")
        return False
    print(f"ok    {NAME}: {name}")
    return True


if __name__ == "__main__":
    sys.exit(main())
