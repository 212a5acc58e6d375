# SPDX-License-Identifier: Apache-2.0
"""What organisations, members and contracts are called; read from the node, kept for a moment."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Final

from tallystick.console.ledger import Json, Ledger, at, text_in
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    ROLE_OPERATOR,
    ROLE_SUPERVISOR,
)

_CODE: Final = re.compile(r"\b[0-9A-HJ-NPQRTUWXY]{18}\b", re.ASCII)
"""A unified social credit code."""
_NETWORK_ROLES: Final = {
    ROLE_ADMINISTRATOR: {"zh": "机构管理员", "en": "Administrator of the organisation"},
    ROLE_GOVERNOR: {"zh": "治理代表", "en": "Governor"},
    ROLE_OPERATOR: {"zh": "节点运维人员", "en": "Operator of the node"},
    ROLE_SUPERVISOR: {"zh": "监督员", "en": "Supervisor"},
}
"""Roles of the network itself, which no contract declares."""
_KEPT_S: Final = 5.0
_CONTRACTS_KEPT_S: Final = 60.0
"""Schemas are large and change by votes only."""


@dataclass(slots=True)
class Names:
    """The node's names; pages ask for them many times."""

    ledger: Ledger
    _organizations: dict[str, Json] = field(default_factory=dict)
    _contracts: dict[str, Json] = field(default_factory=dict)
    _installed: list[Json] = field(default_factory=list)
    _unreadable: list[Json] = field(default_factory=list)
    _systems: list[Json] = field(default_factory=list)
    _roles: dict[str, Json] = field(default_factory=dict)
    _registers: dict[str, tuple[float, Json]] = field(default_factory=dict)
    _everybody: tuple[float, list[Json]] = (-_KEPT_S, [])
    _height: int = 0
    _read_at: float = -_KEPT_S
    _contracts_read_at: float = -_CONTRACTS_KEPT_S

    async def refresh(self) -> None:
        """Read them again when they are older than a few seconds; raises as `Ledger.get`."""
        if time.monotonic() - self._read_at < _KEPT_S:
            return
        found = await self.ledger.get(at("organizations"))
        self._organizations = {item["id"]: item for item in found["items"]}
        self._height = int((await self.ledger.get(at("status")))["height"])
        self._read_at = time.monotonic()
        if time.monotonic() - self._contracts_read_at >= _CONTRACTS_KEPT_S:
            contracts = await self.ledger.contracts()
            self._contracts = {item["name"]: item for item in contracts["items"]}
            self._installed = contracts["installed"]
            self._unreadable = contracts["unreadable"]
            self._systems = [one for one in contracts["items"] if _has_roles(one)]
            self._roles = {
                role: label
                for contract in contracts["items"]
                for role, label in contract.get("role_labels", {}).items()
            }
            self._contracts_read_at = time.monotonic()

    @property
    def height(self) -> int:
        """The newest block, a few seconds old at most."""
        return self._height

    @property
    def organizations(self) -> dict[str, Json]:
        """Organisation id -> its record."""
        return self._organizations

    @property
    def contracts(self) -> dict[str, Json]:
        """Contract name -> its schema."""
        return self._contracts

    @property
    def installed(self) -> list[Json]:
        """Every version of a contract that the node has installed; that ends with the node."""
        return self._installed

    @property
    def unreadable(self) -> list[Json]:
        """Contracts whose code cannot be read, each with what is wrong; a minute old at most."""
        return self._unreadable

    @property
    def systems(self) -> list[Json]:
        """The contracts that people work with: those with roles of their own."""
        return self._systems

    def organization(self, code: str) -> dict[str, str] | None:
        """Return an organisation's name in both languages, or None when nobody is called so."""
        found = self._organizations.get(code)
        return None if found is None else found["name"]

    def role(self, code: str) -> dict[str, str] | None:
        """Return what a role is called in both languages, or None when no contract says it."""
        found: dict[str, str] | None = self._roles.get(code)
        return found or _NETWORK_ROLES.get(code)

    def method(self, contract: str, method: str) -> Json:
        """Return what a method is called in both languages; of a contract that is gone its name."""
        schema = self._contracts.get(contract, {"methods": []})
        found = (one["label"] for one in schema["methods"] if one["name"] == method)
        name = f"{contract}.{method}"
        return next(found, {"zh": name, "en": name})

    async def members(self, code: str) -> list[Json]:
        """Return an organisation's members with roles and keys; raises as `Ledger.get`."""
        return list((await self.register(code))["members"])

    async def register(self, code: str, *, is_new: bool = False) -> Json:
        """Return an organisation with its members and authorities; raises as `Ledger.get`.

        A few seconds old at most; with `is_new` as it is now, and so for who asks next.
        """
        read_at, found = self._registers.get(code, (-_KEPT_S, None))
        if is_new or time.monotonic() - read_at >= _KEPT_S:
            found = await self.ledger.get(at("organizations", code))
            self._registers[code] = (time.monotonic(), found)
        return found

    async def everybody(self) -> list[Json]:
        """Return the members of all organisations with their keys; raises as `Ledger.get`."""
        read_at, members = self._everybody
        if time.monotonic() - read_at >= _KEPT_S:
            members = (await self.ledger.get(at("members")))["items"]
            self._everybody = (time.monotonic(), members)
        return members

    async def roles(self, code: str, member: str) -> frozenset[str]:
        """Return the roles of a member on the ledger; nobody has none."""
        for one in await self.members(code):
            if one["id"] == member and one["active"]:
                return frozenset(one["roles"])
        return frozenset()

    async def member(self, code: str, member: str, language: str) -> str:
        """Return what a member is called on the ledger, or its id."""
        for one in await self.members(code):
            if one["id"] == member:
                return text_in(one["name"], language) or member
        return member

    async def colleagues(self, code: str) -> list[Json]:
        """Return an organisation's active members, by id; raises as `Ledger.get`."""
        members = await self.members(code)
        return sorted((one for one in members if one["active"]), key=lambda one: str(one["id"]))

    def spell_out(self, text: str, language: str) -> str:
        """Return a sentence with organisations called by name instead of by code."""

        def name_of(found: re.Match[str]) -> str:
            named = self.organization(found[0])
            return found[0] if named is None else named.get(language) or found[0]

        return _CODE.sub(name_of, text)


def _has_roles(contract: Json) -> bool:
    """Tell whether somebody needs a role of the contract itself to do something in it."""
    return any(
        role.startswith(f"{contract['name']}.")
        for method in contract["methods"]
        for role in method.get("roles", [])
    )
