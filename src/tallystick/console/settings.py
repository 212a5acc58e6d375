# SPDX-License-Identifier: Apache-2.0
"""What the operator says of the console, in `console.toml` in the node's folder."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from tallystick.errors import DataFolderProblem

SETTINGS_FILE: Final = "console.toml"


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenID provider at which people sign in."""

    name: str
    """Part of addresses: letters, digits and `-`."""
    label: str
    """On the button."""
    issuer: str
    client_id: str
    levels: dict[str, int]
    """`acr` values that are accepted, best first."""
    client_secret_file: str | None = None
    """In the node's folder; without one PKCE alone proves who asks."""
    scopes: tuple[str, ...] = ("openid",)
    hosts: tuple[str, ...] = ()
    """`host` or `host:port` that its documents may name beside the issuer's own."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this console is reached and what it demands; each has a default."""

    address: str | None = None
    """Scheme, name and port by which readers know it, if a proxy stands before it."""
    caller_header: str | None = None
    """Header in which the proxy states the reader's network address."""
    second_factor: Literal["nobody", "administrators", "everybody"] = "nobody"
    """Who must have one-time codes or a passkey."""
    sign_with_passkey: bool = False
    """Whether transactions are confirmed by passkeys only."""
    backups: str = "backups"
    """Folder of backups; from the node's folder, if it is not named from the root."""
    webhook_networks: tuple[str, ...] = ()
    """Networks, such as 10.1.0.0/16, to which webhooks may go besides public addresses."""
    storage_nodes: dict[str, str] = {}
    """URL of a ledger node at which kept files are asked for, by the code of its organisation or
    the name of a holder; besides those that the node's own settings name."""
    providers: tuple[Provider, ...] = ()


def origin_of(settings: Settings, request: Request) -> str:
    """Return scheme, name and port by which the reader of a page knows this server."""
    if settings.address is not None:
        return settings.address.rstrip("/")
    return f"{request.url.scheme}://{request.url.netloc}"


def read_settings(folder: Path) -> Settings:
    """Return what the file says, or the defaults if there is none.

    Raises:
        DataFolderProblem: it cannot be read, or says something that is unknown.
    """
    path = folder / SETTINGS_FILE
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Settings)
        for network in found.webhook_networks:
            ipaddress.ip_network(network)
        for url in found.storage_nodes.values():
            _check_url(url)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:  # both readers' errors are ValueErrors
        raise DataFolderProblem(
            f"{path.name} is not as it should be: {error}",
            field=SETTINGS_FILE,
            hint="docs/operator/console.md",
        ) from error
    providers = tuple(_placed(one, folder) for one in found.providers)
    return msgspec.structs.replace(found, providers=providers)


def _check_url(text: str) -> None:
    """Refuse what is no address of a node; raises `ValueError`."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{text!r} is not the URL of a node: http(s)://host:port")


def _placed(provider: Provider, folder: Path) -> Provider:
    """Return a provider whose file of the secret is named from anywhere."""
    if provider.client_secret_file is None:
        return provider
    return msgspec.structs.replace(
        provider, client_secret_file=str(folder / provider.client_secret_file)
    )
