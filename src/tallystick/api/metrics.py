# SPDX-License-Identifier: Apache-2.0
"""Figures of this server for monitors, in the Prometheus text format."""

from __future__ import annotations

from tallystick.api.answer import MEDIA_TEXT, Answer
from tallystick.api.asked import Asked
from tallystick.membership import Register


def show_metrics(asked: Asked) -> Answer:
    """Answer GET /metrics."""
    server = asked.server
    status = server.node.status()
    figures = server.node.consortium.figures()
    counts = figures.counts
    lines = [
        *_figure("height", "gauge", "Height of the newest block.", status.height),
        *_figure("log_size", "counter", "Leaves in the log.", status.log_size),
        *_figure("views_height", "gauge", "Block that lists reflect.", status.views_height),
        *_figure(
            "transactions_in_flight", "gauge", "Handed over, not answered.", server.in_flight.held
        ),
        *_figure("event_streams", "gauge", "Open event streams.", server.event_clients.held),
        *_figure("body_bytes", "gauge", "Request bodies held in memory.", server.body_bytes.held),
        *_key_expiry(server.node.register().register),
        *_figure("validators", "gauge", "Organisations that vote on blocks.", figures.validators),
        *_figure("registered_nodes", "gauge", "Nodes that may connect.", figures.nodes),
        *_figure("finality_lag", "gauge", "Blocks not provable yet.", figures.finality_lag),
        *_figure(
            "member_keys_expiring",
            "gauge",
            "Own organisation's keys that end within 30 days.",
            figures.keys_expiring,
        ),
        *_figure(
            "proposals_rejected_total",
            "counter",
            "Blocks that no correct node could have proposed.",
            counts.proposals_rejected,
        ),
        *_figure(
            "misbehaviours_total",
            "counter",
            "Validators shown to have signed twice.",
            counts.misbehaviours,
        ),
        *_figure(
            "mempool_refusals_total",
            "counter",
            "Transactions refused at the mempool's door.",
            counts.mempool_refusals,
        ),
        *_figure(
            "peers_refused_total",
            "counter",
            "Calls of nodes that nobody registered.",
            counts.peers_refused,
        ),
        *_figure(
            "verdict_hits_total",
            "counter",
            "Signatures that had been verified before.",
            counts.verdict_hits,
        ),
        *_figure(
            "verdict_misses_total",
            "counter",
            "Signatures that had to be verified.",
            counts.verdict_misses,
        ),
        "# HELP tallystick_http_answers_total Answers by status.",
        "# TYPE tallystick_http_answers_total counter",
        *(
            f'tallystick_http_answers_total{{status="{code}"}} {count}'
            for code, count in sorted(server.answers_by_status.items())
        ),
    ]
    return Answer(200, ("\n".join(lines) + "\n").encode(), MEDIA_TEXT)


def _key_expiry(register: Register) -> list[str]:
    """Return when each organisation's first key ends that a member still acts with."""
    earliest: dict[str, int] = {}
    for key in register.keys.values():
        member = register.members[key.organization, key.member]
        if key.revoked_at is None and member.active:
            known = earliest.get(key.organization, key.valid_until)
            earliest[key.organization] = min(known, key.valid_until)
    name = "tallystick_member_key_expiry_timestamp_seconds"
    return [
        f"# HELP {name} Unix time at which the first key of an organisation's members ends.",
        f"# TYPE {name} gauge",
        *(
            f'{name}{{organization="{organization}"}} {end // 1000}'
            for organization, end in sorted(earliest.items())
        ),
    ]


def _figure(name: str, kind: str, meaning: str, value: int) -> tuple[str, str, str]:
    full = f"tallystick_{name}"
    return f"# HELP {full} {meaning}", f"# TYPE {full} {kind}", f"{full} {value}"
