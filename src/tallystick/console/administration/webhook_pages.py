# SPDX-License-Identifier: Apache-2.0
"""Webhooks: whom this node tells of events and alerts, with which secret, and what arrived."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from dataclasses import asdict
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from tallystick.console.administration.list_files import webhooks_file
from tallystick.console.audit import Kind, note
from tallystick.console.figures.notes import newest_note
from tallystick.console.ledger import Json, at
from tallystick.console.list_files import give_list, is_file_wanted
from tallystick.console.visit import Visit
from tallystick.console.webhooks.addresses import Networks, parse_target
from tallystick.console.webhooks.courier import DELAYS_S, secrets_of
from tallystick.console.webhooks.kept import (
    Choice,
    NewWebhook,
    State,
    Webhook,
    change_webhook,
    choose,
    deliveries_of,
    drop_webhook,
    get_webhook,
    keep_delivery,
    keep_webhook,
    set_state,
    webhooks_of,
)
from tallystick.console.webhooks.messages import HANDLED, check_message
from tallystick.console.webhooks.sending import deliver
from tallystick.console.webhooks.signing import new_secret
from tallystick.errors import InvalidArguments
from tallystick.units import DAY_MS

_SEE_OTHER: Final = 303
_PLACE: Final = "/admin/webhooks"
_PATTERN: Final = re.compile(r"[A-Za-z0-9_.-]{1,200}\*?|\*", re.ASCII)
_PATTERNS_MAX: Final = 20
_OVERLAP_MS: Final = DAY_MS
"""How long the secret before the last one signs as well."""


async def show_webhooks(visit: Visit) -> Response:
    """Answer GET /admin/webhooks."""
    return await _list(visit)


async def register(visit: Visit) -> Response:
    """Answer POST /admin/webhooks: one more, with its secret, which is shown once.

    Raises:
        InvalidArguments: the address is none, or nothing was chosen.
        LimitExceeded: there are too many.
    """
    form = await visit.form()
    address = str(form.get("address", "")).strip()
    target = parse_target(address)
    choice = await _choice(visit, form, None)
    secret = new_secret()
    new = NewWebhook(address=address, secret=visit.vault.seal(secret.encode()), choice=choice)
    number = await asyncio.to_thread(keep_webhook, visit.records, new, visit.now_ms)
    await note(visit, Kind.WEBHOOK_CHANGED, f"{number} {target.host}: register")
    return await _page(visit, number, secret=secret)


async def show_webhook(visit: Visit) -> Response:
    """Answer GET /admin/webhooks/{webhook}; raises `NotFound` when there is no such one."""
    return await _page(visit, int(visit.part("webhook")))


async def change(visit: Visit) -> Response:
    """Answer POST /admin/webhooks/{webhook}: one step with it, such as another choice.

    Raises:
        InvalidArguments: there is no such step, or nothing was chosen.
        NotFound: there is no such webhook.
    """
    form = await visit.form()
    step = str(form.get("step", ""))
    number = int(visit.part("webhook"))
    webhook = await asyncio.to_thread(get_webhook, visit.records, number)
    secret = None
    if step == "test":
        await _test(visit, webhook)
    elif step == "rotate":
        secret = await asyncio.to_thread(_rotate, visit, webhook)
    elif step == "choose":
        choice = await _choice(visit, form, webhook)
        await asyncio.to_thread(choose, visit.records, number, choice)
        step = " ".join((step, *choice.events, *choice.alerts, *choice.handled))
    else:
        await asyncio.to_thread(_take, visit, webhook, step)
    host = parse_target(webhook.address).host
    await note(visit, Kind.WEBHOOK_CHANGED, f"{number} {host}: {step}")
    if secret is not None:
        return await _page(visit, number, secret=secret)
    return RedirectResponse(_PLACE if step == "remove" else f"{_PLACE}/{number}", _SEE_OTHER)


def _take(visit: Visit, webhook: Webhook, step: str) -> None:
    if step == "pause":
        set_state(visit.records, webhook.id, State.PAUSED)
    elif step == "resume":
        set_state(visit.records, webhook.id, State.ACTIVE)
    elif step == "skip":
        set_state(visit.records, webhook.id, State.ACTIVE)
        change_webhook(visit.records, webhook.id, skips=1)
    elif step == "remove":
        drop_webhook(visit.records, webhook.id)
    else:
        raise InvalidArguments("there is no such step", field="step", found=step[:20])


async def _test(visit: Visit, webhook: Webhook) -> None:
    """Send a message that tells nothing, once, whatever the state."""
    network = (await visit.ledger.get(at("status")))["network"]
    message = check_message(network, visit.now_ms)
    secrets = secrets_of(webhook, visit.vault, visit.now_ms)
    outcome = await deliver(webhook.address, secrets, message, _networks(visit))
    await asyncio.to_thread(
        keep_delivery, visit.records, webhook.id, message, outcome, visit.now_ms
    )


def _rotate(visit: Visit, webhook: Webhook) -> str:
    secret = new_secret()
    change_webhook(
        visit.records,
        webhook.id,
        secret=visit.vault.seal(secret.encode()),
        old_secret=webhook.secret,
        old_until=visit.now_ms + _OVERLAP_MS,
    )
    return secret


async def _choice(visit: Visit, form: FormData, before: Webhook | None) -> Choice:
    """Return what a form chooses.

    What was told before goes on from its place, so nothing is lost or told twice; what is new
    begins now.
    """
    events, alerts, handled = _chosen(visit, form)
    status = await visit.ledger.get(at("status"))
    place, places = str(status["height"]), dict[str, int]()
    handled_place = await asyncio.to_thread(newest_note, visit.records)
    if before is not None:
        place = before.place if before.events else place
        places = {one: before.alert_places[one] for one in before.alerts if one in alerts}
        handled_place = before.handled_place if before.handled else handled_place
    fresh = [one for one in alerts if one not in places]
    return Choice(
        events=events,
        alerts=alerts,
        handled=handled,
        place=place,
        alert_places={**places, **{one: await _newest_alert(visit, one) for one in fresh}},
        handled_place=handled_place,
    )


def _chosen(visit: Visit, form: FormData) -> tuple[list[str], list[str], list[str]]:
    """Return the patterns of events, the contracts whose alerts are told, and steps with them."""
    typed = re.split(r"[\s,，]+", str(form.get("names", "")).strip())
    chosen = [f"{one}.*" for one in map(str, form.getlist("events"))]
    events = sorted({one for one in (*chosen, *typed) if one})
    alerts = sorted({str(one) for one in form.getlist("alerts")} & set(_alerting(visit)))
    wrong = next((one for one in events if _PATTERN.fullmatch(one) is None), None)
    if wrong is not None or len(events) > _PATTERNS_MAX:
        raise InvalidArguments(
            "not a name of events",
            field="names",
            expected="for example evidence.Deposited or evidence.*",
            found=(wrong or str(len(events)))[:80],
        )
    asked = {str(one) for one in form.getlist("handled")}
    handled = [one for one in HANDLED if one in asked]
    if handled and not alerts:
        raise InvalidArguments("choose whose alerts", field="alerts")
    if not events and not alerts:
        raise InvalidArguments("choose events or alerts", field="events")
    return events, alerts, handled


def _alerting(visit: Visit) -> list[str]:
    """Return the contracts that raise alerts."""
    return [name for name, one in visit.names.contracts.items() if one.get("warnings")]


async def _newest_alert(visit: Visit, contract: str) -> int:
    page = await visit.ledger.get(at("contracts", contract, "alerts"), limit=1)
    return max((int(one["number"]) for one in page["items"]), default=0)


def _networks(visit: Visit) -> Networks:
    return tuple(ipaddress.ip_network(one) for one in visit.settings.webhook_networks)


async def _list(visit: Visit) -> Response:
    found = [_shown(one) for one in await asyncio.to_thread(webhooks_of, visit.records)]
    if is_file_wanted(visit):
        return await give_list(visit, webhooks_file(visit, found))
    return visit.page("administration/webhooks.html", webhooks=found, **_choices(visit))


async def _page(visit: Visit, number: int, *, secret: str | None = None) -> Response:
    webhook = await asyncio.to_thread(get_webhook, visit.records, number)
    return visit.page(
        "administration/webhook.html",
        webhook=_shown(webhook),
        deliveries=await asyncio.to_thread(deliveries_of, visit.records, number),
        secret=secret,
        attempts_max=len(DELAYS_S) + 1,
        **_choices(visit),
    )


def _choices(visit: Visit) -> dict[str, Json]:
    """Return what a form of choices offers."""
    contracts = visit.names.contracts
    return {
        "systems": {name: one["label"] for name, one in contracts.items() if one.get("events")},
        "alerting": _alerting(visit),
        "handled_kinds": list(HANDLED),
        "event_names": sorted(
            event["name"] for one in contracts.values() for event in one.get("events", [])
        ),
    }


def _shown(webhook: Webhook) -> dict[str, Json]:
    """Return a webhook as pages show it: without its secrets."""
    shown: dict[str, Any] = asdict(webhook)
    for name in ("secret", "old_secret"):
        del shown[name]
    return shown
