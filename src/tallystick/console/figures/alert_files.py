# SPDX-License-Identifier: Apache-2.0
"""Alerts as a file to keep, with what people did about them."""

from __future__ import annotations

from tallystick.console.ledger import Json
from tallystick.console.list_files import Column, ListFile, at_once, filters_in, moment_of, of
from tallystick.console.visit import Visit


def alerts_file(visit: Visit, alerts: list[Json]) -> ListFile:
    """Return alerts as they are filtered, to be taken away."""

    def sentence(row: Json) -> str:
        return visit.names.spell_out(visit.read(row["sentence"]), visit.language)

    return ListFile(
        name="alerts",
        title=visit.say("Alerts"),
        columns=(
            Column(visit.say("Level"), of("level")),
            Column(visit.say("What was found"), sentence),
            Column(visit.say("Contract"), of("contract")),
            Column(visit.say("Number"), of("number")),
            Column(visit.say("Rule"), of("rule")),
            Column(visit.say("Version"), of("version")),
            Column(visit.say("On the ledger"), of("state")),
            Column(visit.say("Handling"), of("handling")),
            Column(visit.say("Given to"), of("assignee_name")),
            Column(visit.say("When"), moment_of("time_ms")),
            Column(visit.say("Over since"), moment_of("closed_time_ms")),
            Column(visit.say("Newest transaction"), of("last_transaction")),
        ),
        parts=at_once(alerts, visit.names.height),
        filters=filters_in(visit),
    )
