# SPDX-License-Identifier: Apache-2.0
"""A contract says once what its names are called, and every schema, form and text carries it."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from tallystick.contracts import (
    ANY_MEMBER,
    BY_CONTRACT,
    Context,
    Contract,
    Label,
    Record,
    Table,
    Workflow,
    action,
    choice_words,
    form_of,
    format_value,
    move,
    role_words,
    schema_of,
    without_words,
    words,
    words_of,
)
from tallystick.contracts.parts import (
    Accounts,
    AssetLocks,
    Batches,
    Calendars,
    Commitments,
    Consents,
    Deadlines,
    Grants,
    Outbox,
    PrivateRecords,
    SealedDocuments,
    Votes,
)
from tests.unit.contracts.samples import Shop


class Stage(StrEnum):
    """How far a loan has come."""

    OPEN = "OPEN"
    PAID = "PAID"


class Repayment(Record):
    """A part of a loan that came back."""

    due: int
    stage: Stage


class Loan(Record):
    """A loan."""

    id: str
    lender: str
    due: int
    state: Stage
    note: Annotated[str, Label(zh="附注", en="Remark")]
    repayments: tuple[Repayment, ...] = ()
    colour: Literal["red", "green"] = "red"


WORDS = MappingProxyType(
    words(lender=("出借人", "Lender"), due=("到期日", "Due"), note=("不用", "unused"))
    | words_of(Repayment, due=("应还日", "Repayment due"), stage=("阶段", "Stage"))
    | words_of(Stage, OPEN=("进行中", "open"))
    | words_of("colour", red=("红", "red one"))
    | words_of("lend", due=("约定到期日", "Due as agreed"))
    | role_words(
        {"loans.keeper": ("保管员", "Keeper"), "loans.judge": ("法官", "Judge"), "x.y": ("他", "Z")}
    )
)


class Loans(Contract, name="loans", version=1):
    """Loans."""

    words = WORDS
    loans = Table(Loan, key="id", label=Label(zh="借款", en="Loans"))
    flow = Workflow(
        Stage,
        initial=Stage.OPEN,
        moves=(
            move(
                "repay",
                Stage.OPEN,
                Stage.PAID,
                role=BY_CONTRACT,
                label=Label(zh="还清", en="repay"),
            ),
        ),
        label=Label(zh="借款流程", en="Loan"),
    )

    @action(role=ANY_MEMBER, label=Label(zh="出借", en="Lend"))
    def lend(self, ctx: Context, lender: str, due: int, stage: Stage) -> None:
        """Lend."""

    @action(role=("loans.keeper", "loans.clerk", "administrator"), label=Label(zh="结", en="End"))
    def end(self, ctx: Context, lender: str) -> None:
        """End."""


class Bare(Contract, name="bare", version=1):
    """A contract without words of its own."""

    loans = Loans.loans
    flow = Loans.flow


SCHEMA = schema_of(Loans)
FIELDS = {field.name: field for field in SCHEMA.tables[0].fields}
ARGUMENTS = {field.name: field for field in SCHEMA.method("lend").arguments}


def test_roles_are_called_as_the_contract_says() -> None:
    """Its own roles, used or not, and those it names; one without a word is missing."""
    assert SCHEMA.role_labels == {
        "administrator": Label(zh="机构管理员", en="Administrator of the organisation"),
        "loans.judge": Label(zh="法官", en="Judge"),
        "loans.keeper": Label(zh="保管员", en="Keeper"),
    }
    assert "loans.clerk" in without_words(SCHEMA)
    assert "loans.keeper" not in without_words(SCHEMA)


def test_the_nearest_word_is_the_label() -> None:
    """First the annotation, then the record or method, then the contract, then the platform."""
    repayment = FIELDS["repayments"].type.items
    assert repayment is not None
    assert FIELDS["note"].label == Label(zh="附注", en="Remark")
    assert repayment.fields[0].label == Label(zh="应还日", en="Repayment due")
    assert FIELDS["due"].label == Label(zh="到期日", en="Due")
    assert ARGUMENTS["due"].label == Label(zh="约定到期日", en="Due as agreed")
    assert ARGUMENTS["lender"].label == Label(zh="出借人", en="Lender")
    assert FIELDS["state"].label == Label(zh="状态", en="State")


def test_a_name_without_a_word_is_shown_as_it_is_written() -> None:
    """What nobody has named is still shown, underscores as spaces."""
    bare = {field.name: field for field in schema_of(Bare).tables[0].fields}
    assert bare["lender"].label == Label(zh="lender", en="lender")
    assert bare["state"].type.choice_labels == {}


def test_choices_and_states_carry_their_words() -> None:
    """Of an enumeration by its class, of a literal by its field; in schema, form and workflow."""
    opened = Label(zh="进行中", en="open")
    assert FIELDS["state"].type.choice_labels == {"OPEN": opened}
    assert FIELDS["colour"].type.choice_labels["red"] == Label(zh="红", en="red one")
    assert SCHEMA.workflows[0].state_labels["OPEN"] == opened
    form = {one.name: one for one in form_of(SCHEMA, SCHEMA.method("lend")).fields}
    assert form["stage"].choice_labels["OPEN"] == opened
    assert choice_words(WORDS, Stage)["OPEN"] == opened


def test_values_are_read_by_their_words() -> None:
    """A choice is shown by its label; one that is no longer declared is shown as it is."""
    kind = FIELDS["state"].type
    assert format_value("OPEN", kind, "zh") == "进行中"
    assert format_value("OPEN", kind, "en") == "open"
    assert format_value("GONE", kind, "en") == "GONE"


def test_what_lacks_a_word_is_listed() -> None:
    """Authors find every field, choice and state that people would read as in the code."""
    assert without_words(SCHEMA) == [
        "Loan.colour",
        "Loan.colour.green",
        "Loan.repayments",
        "Stage.PAID",
        "flow.PAID",
        "lend.stage",
        "loans.clerk",
    ]
    missing = without_words(schema_of(Shop))
    assert {"Status.sold", "Grade.1", "TooCheap.advice", "Sold.nobody", "Spot.item"} <= {*missing}


class Everything(Contract, name="everything", version=1):
    """A contract of parts alone."""

    accounts = Accounts()
    batches = Batches()
    calendars = Calendars()
    commitments = Commitments("bid")
    consents = Consents()
    deadlines = Deadlines(on_expiry=(), label=Label(zh="期限", en="Deadlines"))
    documents = SealedDocuments(hold_roles=("court",))
    grants = Grants()
    locks = AssetLocks()
    orders = Outbox()
    secrets = PrivateRecords()
    votes = Votes()


def test_what_parts_keep_and_announce_has_words_already() -> None:
    """A contract names what is its own; the platform's records are named once, for all."""
    assert without_words(schema_of(Everything)) == []
