# SPDX-License-Identifier: Apache-2.0
"""Figures of this server for monitors, in the Prometheus text format."""

from __future__ import annotations

from tallystick.api.answer import MEDIA_TEXT, Answer
from tallystick.api.asked import Asked


def show_metrics(asked: Asked) -> Answer:
    """Answer GET /metrics."""
    server = asked.server
    status = server.node.status()
    lines = [
        *_figure("height", "gauge", "Height of the newest block.", status.height),
        *_figure("log_size", "counter", "Leaves in the log.", status.log_size),
        *_figure("views_height", "gauge", "Block that lists reflect.", status.views_height),
        *_figure(
            "transactions_in_flight", "gauge", "Handed over, not answered.", server.in_flight.held
        ),
        *_figure("event_streams", "gauge", "Open event streams.", server.event_clients.held),
        *_figure("body_bytes", "gauge", "Request bodies held in memory.", server.body_bytes.held),
        "# HELP tallystick_http_answers_total Answers by status.",
        "# TYPE tallystick_http_answers_total counter",
        *(
            f'tallystick_http_answers_total{{status="{code}"}} {count}'
            for code, count in sorted(server.answers_by_status.items())
        ),
    ]
    return Answer(200, ("\n".join(lines) + "\n").encode(), MEDIA_TEXT)


def _figure(name: str, kind: str, meaning: str, value: int) -> tuple[str, str, str]:
    full = f"tallystick_{name}"
    return f"# HELP {full} {meaning}", f"# TYPE {full} {kind}", f"{full} {value}"
