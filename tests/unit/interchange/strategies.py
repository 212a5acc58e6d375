# SPDX-License-Identifier: Apache-2.0
"""Payment files of every shape that the records allow."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tallystick.interchange.iso20022 import (
    Account,
    Address,
    Agent,
    Money,
    Party,
    PaymentBatch,
    PaymentFile,
    PaymentOrder,
    uetr_of,
)
from tallystick.units import CURRENCY_DIGITS, TimeMs

REFERENCES = st.from_regex(r"[A-Za-z0-9?:().,'+-]{1,17}(/[A-Za-z0-9]{1,17})?", fullmatch=True)


def texts(size: int) -> st.SearchStrategy[str]:
    """Return printable texts, Chinese ones and markup among them, without blanks at the ends."""
    letters = st.characters(blacklist_categories=["C", "Z"])
    single = st.text(letters, min_size=1, max_size=size)
    return single | st.sampled_from(["北京市", "<a>&\"'", "]]>"]).map(lambda text: text[:size])


def optional(one: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """Return the same, or nothing."""
    return st.none() | one


ADDRESSES = st.builds(
    Address,
    town=texts(35),
    country=st.sampled_from(["CN", "DE"]),
    street=optional(texts(70)),
    building=optional(texts(16)),
    postcode=optional(texts(16)),
)
PARTIES = st.builds(
    Party,
    name=texts(140),
    address=st.none() | ADDRESSES,
    lei=optional(st.just("529900T8BM49AURSDO55")),
)
ACCOUNTS = st.sampled_from(
    [Account(iban="DE89370400440532013000"), Account(other="6222021001116245702")]
)
AGENTS = st.sampled_from(
    [
        Agent(bic="ICBKCNBJ"),
        Agent(clearing_system="CNAPS", clearing_number="102100099996", name="中国工商银行"),
        Agent(name="Bank"),
        Agent(clearing_number="1"),
    ]
)


@st.composite
def orders(draw: st.DrawFn, order_id: str) -> PaymentOrder:
    """One order."""
    currency = draw(st.sampled_from(sorted(CURRENCY_DIGITS)))
    return PaymentOrder(
        order_id=order_id,
        uetr=draw(optional(st.just(uetr_of(order_id, scope="test")))),
        amount=Money(draw(st.integers(1, 10**15)), currency),
        creditor=draw(PARTIES),
        creditor_account=draw(ACCOUNTS),
        creditor_agent=draw(st.none() | AGENTS),
        purpose=draw(optional(st.sampled_from(["CHAR", "SUPP"]))),
        remittance=draw(optional(texts(140))),
    )


@st.composite
def files(draw: st.DrawFn) -> PaymentFile:
    """One file: up to three batches of up to three orders."""
    ids = draw(st.lists(REFERENCES, min_size=1, max_size=9, unique=True))
    size = draw(st.integers(1, 3))
    groups = [ids[first : first + size] for first in range(0, len(ids), size)]
    return PaymentFile(
        message_id=draw(REFERENCES),
        created_ms=TimeMs(draw(st.integers(0, 4_000_000_000_000))),
        initiator=draw(texts(140)),
        batches=tuple(
            PaymentBatch(
                batch_id=draw(REFERENCES),
                execution_date=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))),
                debtor=draw(PARTIES),
                debtor_account=draw(ACCOUNTS),
                debtor_agent=draw(AGENTS),
                orders=tuple(draw(orders(order_id)) for order_id in group),
            )
            for group in groups
        ),
    )
