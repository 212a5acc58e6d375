# SPDX-License-Identifier: Apache-2.0
"""The state of governance as one sheet."""

from __future__ import annotations

from tallystick.cli.answers import Plain, Row
from tallystick.cli.catalogue import say
from tallystick.cli.plain import plain_row
from tallystick.cli.stage import stage
from tallystick.cli.times import format_time
from tallystick.client import GovernanceRecord
from tallystick.units import DAY_MS


def governance_row(found: GovernanceRecord) -> Row:
    """Return what a node says about governance, for JSON or for people."""
    row = plain_row(found.to_dict())
    if stage().as_json:
        return row
    rules, parameters = found.rules, found.parameters
    return {
        "height": found.height,
        "electorate": list(found.electorate),
        "threshold": f"> {rules.threshold}",
        "qualified_threshold": f"> {rules.qualified_threshold}",
        "participation": f">= {rules.participation}",
        "proposal_lifetime": say(
            "governance.days", days=f"{rules.proposal_lifetime_ms / DAY_MS:g}"
        ),
        "transaction_lifetime_ms_max": parameters.transaction_lifetime_ms_max,
        "block_transactions_max": parameters.block_transactions_max,
        "validators": [
            _validator(one.organization, one.public_key, one.power, in_force=one.is_in_force)
            for one in found.validators
        ],
        "contract_versions": [
            _contract(
                one.name,
                None if one.version is None else f"v{one.version} @{one.height}",
                one.digest,
                None if one.migration is None or one.migration.finished_at else one.migration.moved,
            )
            for one in found.contracts
        ],
        "nodes": [
            f"{one.node_id} {one.organization}" for one in found.nodes if one.removed_at_ms is None
        ],
        "log_keys": [
            _log_key(one.organization, one.public_key, one.revoked_at_ms) for one in found.log_keys
        ],
        "open_proposals": found.open_proposals,
    }


def _validator(organization: str, public_key: str, power: int, *, in_force: bool) -> Plain:
    soon = "" if in_force else " (" + say("governance.soon") + ")"
    return f"{organization} {public_key[:16]}… {power}{soon}"


def _contract(name: str, version: str | None, digest: str | None, moved: int | None) -> Plain:
    parts = [name, version, None if digest is None else f"{digest[:16]}…"]
    if moved is not None:
        parts.append("(" + say("governance.moved", count=moved) + ")")
    return " ".join(part for part in parts if part is not None)


def _log_key(organization: str, public_key: str, revoked_at: int | None) -> Plain:
    end = "" if revoked_at is None else f" ({_revoked()} {format_time(revoked_at)})"
    return f"{organization} {public_key[:16]}…{end}"


def _revoked() -> str:
    return say("governance.revoked")
