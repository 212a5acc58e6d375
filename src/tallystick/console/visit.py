# SPDX-License-Identifier: Apache-2.0
"""One request to a page: who looks, in which language, at which node, and how it is answered."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from tallystick.client import FileFacts, Verification
from tallystick.console.backups import Backups
from tallystick.console.bank_files import BankFiles
from tallystick.console.clerks import Clerks, Restorer
from tallystick.console.cookies import private_cookie
from tallystick.console.forgery import FORM_KEY, form_key, is_own_form
from tallystick.console.languages import texts_in
from tallystick.console.ledger import Json, Ledger, text_in
from tallystick.console.names import Names
from tallystick.console.proving import CertificateKinds, Certificates, Packer, ProofCheck, TakeAways
from tallystick.console.records import Records
from tallystick.console.settings import Settings, origin_of
from tallystick.crypto import SecretKey
from tallystick.errors import LimitExceeded, NotFound, Rejected
from tallystick.interchange.languages import Language

FORM_BYTES_MAX: Final = 2 * 1024 * 1024
FIELDS_MAX: Final = 2_000
FILES_MAX: Final = 20
THEMES: Final = ("auto", "light", "dark")
_NOWHERE: Final = {"path": "/", "query_string": b"", "headers": (), "path_params": {}}
_Made = TypeVar("_Made")


HashCheck: TypeAlias = Callable[[FileFacts, Json | None], Awaitable[Verification]]


class Vault(Protocol):
    """The keys of accounts, as pages use them."""

    def public_key(self, account: int) -> str | None:
        """Return the public half of an account's key, in hexadecimal."""

    def sign(self, account: int, message: bytes) -> bytes | None:
        """Return an account's signature of a message."""

    def seal(self, secret: bytes) -> bytes:
        """Return a secret of an account, sealed, to be kept in the records."""

    def unseal(self, sealed: bytes) -> bytes:
        """Return what `seal` was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """A list of people that was read: what may go to the ledger, and what must not."""

    rows: list[Json]
    """As the contract's `add_rows` takes them: nobody's name is in them."""
    total: int
    digest: str
    rows_at_once: int
    records: str
    """The table that has the rows of a list on the ledger."""
    problems: list[dict[str, Json]]
    """Row, column, code, and text in both languages; it never repeats what stands there."""
    payees: bytes
    """The private file of names and accounts."""


class ListReader(Protocol):
    """Reads lists of people for contracts that take them; given by who serves the console."""

    def takes(self, contract: str) -> bool:
        """Tell whether lists for a contract can be read."""

    def read(self, contract: str, data: bytes, secret: str) -> ReadList:
        """Return a list; raises `TallystickError` where it is none, or the secret is wrong."""

    def differences(
        self, contract: str, data: bytes, secret: str, records: list[Json]
    ) -> list[dict[str, Json]]:
        """Return in what a list differs from its records: row, beneficiary, why."""


class Painter(Protocol):
    """Turns a template and what it shows into a page."""

    def paint(
        self, visit: Visit, template: str, shown: Mapping[str, Json], status: int
    ) -> Response:
        """Return the page."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who has signed in to the console."""

    account: int
    """Number of the account in the console's own records."""
    name: str
    organization: str
    member: str
    """Whom the ledger knows: a member of the organisation."""
    roles: frozenset[str] = frozenset()
    """The member's roles on the ledger, such as justice.judge."""
    is_administrator: bool = False
    """Of this console."""
    is_demonstration: bool = False
    """Made by a demonstration, for anybody to act as."""
    lacks_factor: bool = False
    """A second factor is demanded, and there is none yet."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """What a page's handler is given."""

    request: Request
    ledger: Ledger
    names: Names
    language: Language
    theme: str
    painter: Painter
    settings: Settings
    caller: str
    """Network address of the reader, as far as it is known."""
    wanted_form: str = ""
    """json, csv or xlsx, if the address ended so: what the page shows is answered as data."""
    person: Person | None = None
    visitor: str
    """The secret of this browser; what its forms carry is made from it (see `forgery`)."""
    records: Records
    vault: Vault
    check_hash: HashCheck
    """Who deposited a content first, verified."""
    check_proof: ProofCheck
    """What a proof that was handed in proves."""
    keep_key: Callable[[int, SecretKey], None]
    """Keeps the key of a new account in the vault."""
    is_demonstration: bool = False
    """Whether this is a demonstration, in which anybody may act as anybody."""
    certificates: Certificates | None = None
    """Makes certificates of records, where the operator named a seal."""
    certificate_kinds: CertificateKinds
    """Which certificates there can be of a contract's records, whoever made them."""
    take_aways: TakeAways | None = None
    """Makes the files that contracts' packages have to offer, where somebody can."""
    packer: Packer | None = None
    """Packs cases and deposits, where somebody can."""
    list_reader: ListReader | None = None
    """Reads lists of people, where somebody can."""
    bank_files: BankFiles | None = None
    """Makes and reads the files of payments, where somebody can."""
    clerks: Clerks | None = None
    """Reads clerks' files, where somebody can."""
    restorer: Restorer | None = None
    """Brings kept files back, where somebody can."""
    backups: Backups | None = None
    """The node's backups, where somebody looks after them."""
    samples: Path | None = None
    """Folder of files to try verification on, in a demonstration."""
    sealing_keys: Path | None = None
    """Folder of organisations' secret sealing keys, in a demonstration."""
    notices: list[str] = field(default_factory=list)
    """Said at the top of the page."""

    def page(self, template: str, /, *, http_status: int = 200, **shown: Json) -> Response:
        """Answer with a page, or with what it shows as JSON."""
        if self.wanted_form not in {"", "json"}:
            raise NotFound("this page is no list", field="path", hint=self.request.url.path)
        if self.wants_json:
            data = msgspec.json.encode(shown)
            return Response(data, status_code=http_status, media_type="application/json")
        return self.painter.paint(self, template, shown, http_status)

    def say(self, text: str, /, **facts: Json) -> str:
        """Return a text of the console in the reader's language, with its facts filled in."""
        said = texts_in(self.language).gettext(text)
        return said % facts if facts else said

    def read(self, label: Mapping[str, str] | None) -> str:
        """Return a bilingual text of the ledger in the reader's language."""
        return text_in(label, self.language)

    async def counted(
        self, key: Hashable, make: Callable[[Visit], Coroutine[Any, Any, _Made]]
    ) -> _Made:
        """Return what is counted once for all readers of a language who ask within seconds.

        `make` is given a visit of nobody: nothing of who asks first can get into what all see.
        Raises whatever `make` raises.
        """
        return await self.ledger.kept.of((self.language, key), partial(make, self._of_nobody()))

    def _of_nobody(self) -> Visit:
        """Return this visit without its reader and without what they ask for."""
        return replace(
            self,
            request=Request({"type": "http", "method": "GET", **_NOWHERE}),
            theme=THEMES[0],
            caller="",
            wanted_form="",
            person=None,
            visitor="",
            notices=[],
        )

    @property
    def wants_json(self) -> bool:
        """Whether what the page shows is to be answered as JSON."""
        return self.wanted_form == "json"

    @property
    def now_ms(self) -> int:
        """The time of this console, in milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    @property
    def form_key(self) -> str:
        """What the forms of this page carry."""
        return form_key(self.visitor)

    async def form(self, *, bytes_max: int = FORM_BYTES_MAX) -> FormData:
        """Return the form that was sent.

        Raises:
            LimitExceeded: it is longer than `bytes_max`, or does not say how long it is.
            Rejected: it was not sent from a page of this console in this browser.
        """
        length = self.request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > bytes_max:
            raise LimitExceeded(
                "this form is too long",
                field="content-length",
                expected=f"at most {bytes_max}",
                found=length[:20],
            )
        form = await self.request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX)
        key = form.get(FORM_KEY)
        if not isinstance(key, str) or not is_own_form(self.request, self.visitor, key):
            raise Rejected(
                "this form was not sent from a page of this console",
                field=FORM_KEY,
                hint="Open the page again and repeat.",
            )
        return form

    def somebody(self) -> Person:
        """Return who has signed in, for pages whose row lets nobody else in.

        Raises:
            Rejected: nobody has.
        """
        if self.person is None:
            raise Rejected("sign in first", hint="/sign-in")
        return self.person

    def part(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    @property
    def place(self) -> str:
        """The address of this page without its query, as links write it: keys may have any sign."""
        return quote(self.request.scope["path"])

    @property
    def here(self) -> str:
        """The address of this page, with its query."""
        query = self.request.url.query
        return f"{self.place}?{query}" if query else self.place

    @property
    def origin(self) -> str:
        """Scheme, name and port by which the reader knows this server."""
        return origin_of(self.settings, self.request)

    def private_cookie(self, name: str) -> str | None:
        """Return one of the browser's cookies that no script reads."""
        return private_cookie(self.request, name, self.origin)

    def form_of_list(self, ending: str) -> str:
        """Return the address of this list as a file, with the same filters and from its start."""
        kept = {
            name: value
            for name, value in self.query.items()
            if value and name not in {"cursor", "before"}
        }
        address = f"{self.place}.{ending}"
        return f"{address}?{urlencode(kept)}" if kept else address

    def with_query(self, **changes: str) -> str:
        """Return the address of this page with parameters changed; an empty one is left out."""
        wanted = {**self.query, **changes}
        kept = {name: value for name, value in wanted.items() if value}
        return f"{self.place}?{urlencode(kept)}"

    def chosen_beside(self, fields: Collection[str]) -> dict[str, str]:
        """Return what this list was narrowed down and sorted by, but for some fields of a form."""
        left_out = {"cursor", "before", "limit", "lang", *fields}
        return {name: value for name, value in self.query.items() if value and name not in left_out}

    @property
    def query(self) -> QueryParams:
        """What stands after the question mark."""
        return self.request.query_params
