# SPDX-License-Identifier: Apache-2.0
"""What a contract class may not have is refused where it is derived, with advice."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Context,
    Contract,
    Event,
    Label,
    Meta,
    Of,
    Record,
    Refusal,
    Signature,
    SignedOver,
    Table,
    ValueDigest,
    action,
    query,
    schema_of,
)
from tallystick.errors import InvalidContract

LABEL = Label(zh="做", en="Do")
Deep = list[list[list[list[list[list[list[list[list[int]]]]]]]]]


class Mixed(Enum):
    """Values of two types."""

    ONE = 1
    TWO = "two"


class Silent(Event):
    """Something happened."""

    id: str


class Misplaced(Event):
    """en: {nothing} happened.

    zh: 发生了 {nothing}。
    """

    id: str


class Plain(Event):
    """en: It happened.

    zh: 已发生。
    """


class One(Refusal, code="E_STATE"):
    """en: No.

    zh: 否。
    """


class Loop(Record):
    """A record that holds itself."""

    id: str
    inner: "list[Loop]"


class Entry(Record):
    """A record with fields that can and cannot be keys."""

    id: str
    number: int
    flag: bool
    name: str | None


def with_argument(annotation: Any, default: Any = ...) -> type[Contract]:
    """Return a contract whose action takes one argument of this type."""

    def act(self: Contract, ctx: Context, value: Any) -> None: ...

    if default is not ...:
        act.__defaults__ = (default,)
    act.__annotations__["value"] = annotation
    return with_method(action(role=ANY_MEMBER, label=LABEL)(act))


def with_method(method: Callable[..., Any], name: str = "act") -> type[Contract]:
    """Return a contract with one method."""

    class Sample(Contract, name="sample", version=1):
        pass

    type.__setattr__(Sample, name, method)
    return Sample


@pytest.mark.parametrize(
    ("annotation", "advice"),
    [
        (float, "Amount"),
        (complex, "Integer"),
        (Decimal, "Amount"),
        (datetime, "Timestamp"),
        (set, "no order"),
        (set[int], "no order"),
        (frozenset[str], "no order"),
        (list, "type of its items"),
        (dict, "dict\\[str"),
        (tuple, "one type"),
        (bytearray, "bytes"),
        (Any, "definite type"),
        (object, "definite type"),
        (list[float], "Amount"),
        (dict[str, set[int]], "no order"),
        (float | None, "Amount"),
        (int | str, "one type"),
        (dict[int, str], "dict\\[str"),
        (tuple[int, str], "a Record"),
        (tuple[int], "a Record"),
        (Mixed, "all texts, or all integers"),
        (Literal["a", 1], "all texts, or all integers"),
        (Literal[True], "all texts, or all integers"),
        (Annotated[float, Meta(ge=0)], "Amount"),
        (Loop, "bounded depth"),
        (Deep, "at most 8 levels"),
        (Path := type("Path", (), {}), "a Record"),
    ],
)
def test_a_type_that_ledgers_cannot_hold_is_refused_with_advice(
    annotation: Any, advice: str
) -> None:
    """No floats, no sets, nothing without bounds: the hint says what to write instead."""
    with pytest.raises(InvalidContract) as caught:
        schema_of(with_argument(annotation))
    assert caught.value.field is not None
    assert caught.value.field.startswith("Sample.act.value")
    assert __import__("re").search(advice, caught.value.hint)


class Shelf(Record):
    """Holds books."""

    room: str
    number: int


class Book(Record):
    """Stands on a shelf."""

    id: str
    room: str


@pytest.mark.parametrize(
    ("mark", "advice"),
    [
        (Of("halls", field="room"), "a table: books, shelves"),
        (Of("shelves"), "a field of shelves, or a table in `found_in`"),
        (Of("shelves", field="colour"), "a field of shelves: number, room"),
        (Of("shelves", field="room", by=("room",)), "or a table in `found_in`"),
        (Of("shelves", found_in="halls", by=("room",)), "a table: books, shelves"),
        (Of("shelves", found_in="books"), "a field for each of, or the first"),
        (Of("books", found_in="books", by=("id", "room")), "a field for each of, or the first"),
        (Of("shelves", found_in="books", by=("colour",)), "a field of books: id, room"),
        (Of("books", found_in="shelves", by=("room",)), "one of room, number"),
    ],
)
def test_a_mark_that_leads_to_no_record_is_refused(mark: Of, advice: str) -> None:
    """What an argument is of must be a table and a field that the contract has."""

    class Library(Contract, name="library", version=1, label=LABEL):
        """Keeps books on shelves."""

        shelves = Table(Shelf, key=("room", "number"))
        books = Table(Book, key="id")

        @action(role=ANY_MEMBER, label=LABEL)
        def move(self, ctx: Context, what: str) -> None:
            raise NotImplementedError

    Library.move.__annotations__["what"] = Annotated[str, mark]
    with pytest.raises(InvalidContract, match="its mark `Of` leads nowhere") as caught:
        schema_of(Library)
    assert caught.value.field == "library.move.what"
    assert advice in caught.value.hint


@pytest.mark.parametrize(
    ("kind", "name", "advice"),
    [
        (Signature, "to_sing", "a query that returns a digest"),
        (Signature, "sign", "a query that returns a digest"),
        (Signature, "title", "a query that returns a digest"),
        (Signature, "digest_of_other", "a query that returns a digest"),
        (str, "to_sign", "an argument that is a signature or holds one"),
    ],
    ids=["no such query", "an action", "no digest", "asks for more", "no signature"],
)
def test_a_signature_is_over_what_a_query_of_the_same_arguments_tells(
    kind: Any, name: str, advice: str
) -> None:
    """The mark `SignedOver` must name such a query, and stand at a signature."""

    class Papers(Contract, name="papers", version=1, label=LABEL):
        """Has papers signed."""

        books = Table(Book, key="id")

        @action(role=ANY_MEMBER, label=LABEL)
        def sign(self, ctx: Context, book: str, signature: str) -> None:
            raise NotImplementedError

        @query(label=LABEL)
        def to_sign(self, book: str) -> ValueDigest:
            raise NotImplementedError

        @query(label=LABEL)
        def title(self, book: str) -> str:
            raise NotImplementedError

        @query(label=LABEL)
        def digest_of_other(self, other: str) -> ValueDigest:
            raise NotImplementedError

    Papers.sign.__annotations__["signature"] = Annotated[kind, SignedOver(name)]
    with pytest.raises(InvalidContract, match="`SignedOver` does not say") as caught:
        schema_of(Papers)
    assert caught.value.field == "papers.sign.signature"
    assert advice in caught.value.hint


def test_a_result_is_held_to_the_same_rules() -> None:
    """A result enters the log entry, so it has no floats either."""

    def act(self: Contract, ctx: Context) -> float:
        raise NotImplementedError

    with pytest.raises(InvalidContract, match=r"act\.return: float cannot stand in ledger data"):
        schema_of(with_method(action(role=ANY_MEMBER, label=LABEL)(act)))


def test_a_default_fits_its_type() -> None:
    """Otherwise every call that relies on it would fail."""
    with pytest.raises(InvalidContract, match="the default does not fit"):
        schema_of(with_argument(int, default="many"))


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("", 1),
        ("Evidence", 1),
        ("a/b", 1),
        ("-a", 1),
        ("a" * 65, 1),
        ("membership", 1),
        ("tallystick", 1),
        ("ok", 0),
    ],
)
def test_a_contract_needs_a_plain_name_and_a_version(name: str, version: int) -> None:
    """The name is part of every state key; those of the platform are taken."""
    with pytest.raises(InvalidContract):
        type.__call__(type(Contract), "Sample", (Contract,), {}, name=name, version=version)


def _no_context(self: Contract) -> None: ...
def _other_first(self: Contract, value: int) -> None: ...
def _keyword_only(self: Contract, ctx: Context, *, value: int) -> None: ...
def _query_with_context(self: Contract, ctx: Context) -> int: ...  # type: ignore[empty-body]
def _untyped(self, ctx: Context, value) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001
def _no_result(self, ctx: Context): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
def _unresolved(
    self: Contract,
    ctx: Context,
    value: "Nowhere",  # type: ignore[name-defined]  # noqa: F821
) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_no_context, "takes the context first"),
        (_other_first, "takes the context first"),
        (_keyword_only, "is not an ordinary parameter"),
        (_untyped, "value has no type"),
        (_no_result, "no result type"),
        (_unresolved, "cannot be resolved"),
    ],
)
def test_an_action_has_an_ordinary_signature(function: Callable[..., Any], message: str) -> None:
    """Everything else is derived from the signature, so it must say everything."""
    with pytest.raises(InvalidContract, match=message):
        schema_of(with_method(action(role=ANY_MEMBER, label=LABEL)(function)))


def test_a_query_takes_no_context() -> None:
    """It has no caller and no block; whoever writes one is told what to write."""
    with pytest.raises(InvalidContract, match="a query takes no context"):
        schema_of(with_method(query(label=LABEL)(_query_with_context)))


def test_an_action_without_a_role_is_refused() -> None:
    """Openness is spelled out: `ANY_MEMBER`."""

    def act(self: Contract, ctx: Context) -> None: ...

    with pytest.raises(InvalidContract, match="no role"):
        schema_of(with_method(action(role=(), label=LABEL)(act)))


def test_a_method_has_a_plain_name() -> None:
    """It becomes a part of a URL and a command."""

    def act(self: Contract) -> None: ...

    with pytest.raises(InvalidContract, match="not a name for a method"):
        schema_of(with_method(query(act), name="Act"))


@pytest.mark.parametrize("value", [[], {}, set(), bytearray()])
def test_a_mutable_class_attribute_is_refused(value: object) -> None:
    """What one call leaves there another node would not have."""

    class Sample(Contract, name="sample", version=1):
        cache = value

    with pytest.raises(InvalidContract, match=r"Sample\.cache can be changed"):
        schema_of(Sample)


@pytest.mark.parametrize("key", ["missing", "flag", "name", ("id", "flag"), ()])
def test_a_key_is_made_of_texts_and_integers(key: str | tuple[str, ...]) -> None:
    """Null, booleans and nothing at all are no keys."""

    class Sample(Contract, name="sample", version=1):
        entries = Table(Entry, key=key)

    with pytest.raises(InvalidContract, match="key"):
        schema_of(Sample)


def test_a_table_has_a_public_name() -> None:
    """Names that start with an underscore are the platform's own."""

    class Sample(Contract, name="sample", version=1):
        _entries = Table(Entry, key="id")

    with pytest.raises(InvalidContract, match="public name"):
        schema_of(Sample)


@pytest.mark.parametrize("event", [Silent, Misplaced])
def test_an_event_is_a_sentence_in_two_languages(event: type[Event]) -> None:
    """Its places are its fields; otherwise people would read braces."""

    def act(self: Contract, ctx: Context) -> None: ...

    with pytest.raises(InvalidContract, match="sentence"):
        schema_of(with_method(action(role=ANY_MEMBER, label=LABEL, emits=(event,))(act)))


def test_two_constraints_of_one_kind_are_refused() -> None:
    """A type that no value could be held against is found when the contract is derived."""

    def act(self: Contract, ctx: Context, n: Annotated[Amount, Meta(ge=1)]) -> None: ...

    with pytest.raises(InvalidContract, match="two constraints 'ge'"):
        schema_of(with_method(action(role=ANY_MEMBER, label=LABEL)(act)))


def test_two_events_of_one_name_are_refused() -> None:
    """The name is all that the ledger keeps of the class."""

    def act(self: Contract, ctx: Context) -> None: ...

    namesake = type.__call__(type(Plain), "Plain", (Event,), {"__doc__": Plain.__doc__})
    with pytest.raises(InvalidContract, match="declared twice"):
        schema_of(with_method(action(role=ANY_MEMBER, label=LABEL, emits=(Plain, namesake))(act)))


@pytest.mark.parametrize("code", ["nope", "E_", "E-DUP", "A-1", "SCF-", "SCF-123456"])
def test_a_code_has_one_of_two_forms(code: str) -> None:
    """E_WORD for shared meanings, AREA-1234 for a contract's own."""
    with pytest.raises(InvalidContract, match="is not a code"):
        type.__call__(type, "Odd", (Refusal,), {"__doc__": One.__doc__}, code=code)


@pytest.mark.parametrize("doc", [None, "en: No.", "zh: 否。", "No."])
def test_a_refusal_speaks_both_languages(doc: str | None) -> None:
    """A refusal that only half of its readers understand is half an answer."""
    with pytest.raises(InvalidContract, match=r"has no `(zh|en):` sentence"):
        type.__call__(type, "Mute", (Refusal,), {"__doc__": doc}, code="E_STATE")


@pytest.mark.parametrize("name", ["field", "found", "values", "code", "facts", "args"])
def test_a_fact_cannot_hide_what_every_error_has(name: str) -> None:
    """`error.field` must mean the same everywhere."""
    body = {"__doc__": One.__doc__, "__annotations__": {name: str}}
    with pytest.raises(InvalidContract, match="a fact cannot be called"):
        type.__call__(type, "Odd", (Refusal,), body, code="E_STATE")


def test_a_contract_instance_takes_no_attributes() -> None:
    """State belongs into tables: anything else would be lost, or worse, kept."""
    with pytest.raises(AttributeError, match="keeps its state in tables"):
        with_argument(int)().counter = 1
