# SPDX-License-Identifier: Apache-2.0
"""`tally governance propose`: one verb for each action that needs a vote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.client import Net
    from tallystick.model import Action, Share


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """How long it may be voted on."""

    until: str | None = None


PROPOSING: Final = Proposing()


def admit(
    application: Path,
    /,
    *,
    power: int | None = None,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose to admit the organisation whose application file this is."""
    from tallystick.cli.governing import propose
    from tallystick.cli.membership_files import read_application

    return propose(
        address,
        signing,
        lambda net: read_application(application, net.trust.network, power),
        proposing.until,
    )


def suspend(
    organization: str,
    /,
    *,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose to suspend an organisation."""
    from tallystick.cli.governing import propose
    from tallystick.model import SuspendOrganization

    return propose(address, signing, lambda _: SuspendOrganization(organization), proposing.until)


def resume(
    organization: str,
    /,
    *,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose to let a suspended organisation act again."""
    from tallystick.cli.governing import propose
    from tallystick.model import ResumeOrganization

    return propose(address, signing, lambda _: ResumeOrganization(organization), proposing.until)


def remove(
    organization: str,
    /,
    *,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose to remove an organisation for good."""
    from tallystick.cli.governing import propose
    from tallystick.model import RemoveOrganization

    return propose(address, signing, lambda _: RemoveOrganization(organization), proposing.until)


def set_validator(
    organization: str,
    /,
    *,
    power: int,
    key: Path | None = None,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose a validator, another key or another power for it.

    Raises:
        UsageError: the organisation has no validator yet and no key was given.
    """
    from tallystick.cli.governing import propose
    from tallystick.cli.membership_files import read_validator_proof
    from tallystick.model import SetValidator

    def action(net: Net) -> Action:
        if key is not None:
            public_key, proof = read_validator_proof(key, net.trust.network, organization)
            return SetValidator(organization, public_key, power, proof)
        known = [
            one for one in net.governance.overview().validators if one.organization == organization
        ]
        if not known:
            raise UsageError(say("governance.no_validator"), field="--key")
        return SetValidator(organization, bytes.fromhex(known[0].public_key), power)

    return propose(address, signing, action, proposing.until)


def remove_validator(
    organization: str,
    /,
    *,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose that an organisation's node votes on blocks no more."""
    from tallystick.cli.governing import propose
    from tallystick.model import RemoveValidator

    return propose(address, signing, lambda _: RemoveValidator(organization), proposing.until)


def parameters(
    *,
    transaction_lifetime: Annotated[float | None, Parameter(name="--transaction-lifetime")] = None,
    block_transactions: int | None = None,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose other parameters; what is not named stays.

    Raises:
        UsageError: nothing is named.
    """
    from tallystick.cli.governing import propose
    from tallystick.cli.linking import timeout_ms
    from tallystick.model import Parameters, SetParameters

    if transaction_lifetime is None and block_transactions is None:
        what = "--transaction-lifetime, --block-transactions"
        raise UsageError(say("usage.nothing", what=what), expected=what)

    def action(net: Net) -> Action:
        now = net.governance.overview().parameters
        return SetParameters(
            Parameters(
                transaction_lifetime_ms_max=now.transaction_lifetime_ms_max
                if transaction_lifetime is None
                else timeout_ms(transaction_lifetime),
                block_transactions_max=now.block_transactions_max
                if block_transactions is None
                else block_transactions,
                python=now.python,
            )
        )

    return propose(address, signing, action, proposing.until)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class NewRules:
    """Rules to change; what is None stays."""

    threshold: str | None = None
    qualified_threshold: str | None = None
    participation: str | None = None
    proposal_days: float | None = None


_NEW_RULES: Final = NewRules()


def rules(
    *,
    new: NewRules = _NEW_RULES,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose other voting rules; what is not named stays.

    Raises:
        UsageError: nothing is named, or a share is not written as 2/3.
    """
    from tallystick.cli.governing import propose
    from tallystick.model import GovernanceRules, SetGovernance, Share

    shares = {
        "threshold": new.threshold,
        "qualified_threshold": new.qualified_threshold,
        "participation": new.participation,
    }
    if new.proposal_days is None and not any(shares.values()):
        what = "--threshold, --qualified-threshold, --participation, --proposal-days"
        raise UsageError(say("usage.nothing", what=what), expected=what)
    given = {name: _share(name, text) for name, text in shares.items() if text is not None}

    def action(net: Net) -> Action:
        now = net.governance.overview().rules
        kept = {
            name: given.get(name)
            or Share(getattr(now, name).numerator, getattr(now, name).denominator)
            for name in shares
        }
        lifetime = now.proposal_lifetime_ms
        if new.proposal_days is not None:
            lifetime = round(new.proposal_days * 24 * 60 * 60 * 1000)
        return SetGovernance(GovernanceRules(**kept, proposal_lifetime_ms=lifetime))

    return propose(address, signing, action, proposing.until)


def register_node(
    node: str,
    /,
    *,
    organization: str,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose that a node of an organisation may connect."""
    from tallystick.cli.governing import propose
    from tallystick.model import RegisterNode

    return propose(address, signing, lambda _: RegisterNode(organization, node), proposing.until)


def remove_node(
    node: str,
    /,
    *,
    proposing: Proposing = PROPOSING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Propose that a node may connect no more."""
    from tallystick.cli.governing import propose
    from tallystick.model import RemoveNode

    return propose(address, signing, lambda _: RemoveNode(node), proposing.until)


def _share(name: str, text: str) -> Share:
    from tallystick.model import Share

    above, slash, below = text.partition("/")
    if not (slash and above.strip().isdecimal() and below.strip().isdecimal() and int(below)):
        option = f"--{name.replace('_', '-')}"
        raise UsageError(
            say("usage.value", name=option, value=text), field=option, expected="1/2, 2/3, 3/4"
        )
    return Share(int(above), int(below))
