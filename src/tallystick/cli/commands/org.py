# SPDX-License-Identifier: Apache-2.0
"""`tally org`: the organisations of the network."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, Address, Output, Page
from tallystick.cli.plain import plain_row
from tallystick.cli.stage import stage


def list_(*, page: Page = PAGE, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List organisations."""
    from tallystick.cli.linking import listing, open_net

    with open_net(address) as net:
        return listing(net.organizations(), page, ("id", "name", "state", "validator_power"))


def show(organization: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show an organisation, its members and keys.

    Raises:
        NotFound: there is no such organisation.
    """
    from tallystick.cli.expiry import warn_of
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        found = net.organization(organization)
    warn_of([found])
    row = plain_row(found.to_dict())
    if stage().as_json:
        return Sheet(row)
    language = stage().language
    members = [
        f"{one.id} {getattr(one.name, language)} ({'/'.join(one.roles)}; {len(one.keys)})"
        for one in found.members
    ]
    return Sheet({**row, "members": members}, ("id", "name", "state", "validator_power", "members"))
