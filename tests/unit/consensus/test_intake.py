# SPDX-License-Identifier: Apache-2.0
"""The intake: every place is answered once, with what is true, whatever order things come in."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tallystick.consensus import Committed, Executed
from tallystick.consensus.intake import WAITING_MAX, Intake
from tallystick.consensus.ports import Result
from tallystick.consensus.submission import Submission
from tallystick.errors import (
    Expired,
    Halted,
    Malformed,
    NotAMember,
    NotFinal,
    Overloaded,
    Replayed,
    TallystickError,
    TooFarAhead,
    Unavailable,
    WrongNetwork,
)
from tallystick.ledger import apply_block
from tallystick.model import Transaction
from tests.factories import START, open_test_ledger, put

ONE, TWO = put("a", "one", nonce=1), put("a", "two", nonce=2)
PLACE = Committed(ONE.id, 1, 0, 0, "ok")


def block_of(*transactions: Transaction) -> Executed:
    """Return an executed first block."""
    applied = apply_block(open_test_ledger(), height=1, time=START, transactions=transactions)
    return Executed(applied.block, applied.transaction_ids, applied.codes)


class Desk:
    """An intake, what is committed already, and what was handed over."""

    def __init__(self) -> None:
        self.places: dict[bytes, Committed] = {}
        self.handed: list[Submission] = []
        self.intake = Intake(self.places.get)
        self.intake.open()

    def take(self, *raws: bytes) -> Submission:
        return self.intake.take(raws, self.handed.append)

    def register(
        self, *answers: Transaction | TallystickError, raws: tuple[bytes, ...] = ()
    ) -> Submission:
        """Take one submission and register what the check said of each place."""
        texts = raws or tuple(
            one.raw if isinstance(one, Transaction) else ONE.raw for one in answers
        )
        submission = self.take(*texts)
        places = [(submission, place) for place in range(len(answers))]
        self.intake.register(places, list(answers))
        return submission


def results(future: Future[list[Result]]) -> list[Result]:
    """Return what was answered; fails if anything is still open."""
    assert future.done()
    return future.result()


def test_a_closed_intake_takes_nothing() -> None:
    """Before it is opened, after it is closed, and the reason of a fault is the cause."""
    desk = Desk()
    assert desk.intake.close()
    assert not desk.intake.close()
    with pytest.raises(Unavailable):
        desk.take(ONE.raw)
    with pytest.raises(Unavailable):
        Intake(lambda _: None).take([ONE.raw], desk.handed.append)
    fault = MemoryError()
    assert desk.intake.halt(fault)
    with pytest.raises(Unavailable) as caught:
        desk.take(ONE.raw)
    assert caught.value.__cause__ is fault
    assert desk.handed == []


def test_an_empty_submission_is_answered_at_once() -> None:
    """And it is not counted."""
    desk = Desk()
    assert results(desk.take().future) == []


def test_no_more_wait_than_the_limit() -> None:
    """What is answered makes room again."""
    desk = Desk()
    first = desk.take(*[ONE.raw] * WAITING_MAX)
    with pytest.raises(Overloaded):
        desk.take(ONE.raw)
    first.settle_rest(NotFinal("gone"))
    desk.take(ONE.raw)


def test_a_durable_block_answers_each_place() -> None:
    """Repeated bytes wait for the first copy; what the block does not hold goes on waiting."""
    desk = Desk()
    first, again = desk.register(ONE, TWO), desk.register(ONE)
    assert desk.intake.in_flight() == [ONE, TWO]
    desk.intake.answer(block_of(ONE))
    assert results(again.future) == [PLACE]
    assert not first.future.done()
    assert desk.intake.in_flight() == [TWO]
    desk.intake.answer(block_of(TWO))
    assert results(first.future)[0] == PLACE


def test_a_transaction_twice_in_a_block_is_answered_by_the_first() -> None:
    """The second one is a refusal that only a faulty proposer can bring about."""
    desk = Desk()
    waiting = desk.register(ONE)
    desk.intake.answer(block_of(ONE, ONE))
    assert results(waiting.future) == [PLACE]


def test_a_block_for_which_nobody_waits_is_no_matter() -> None:
    """Most blocks of the others."""
    desk = Desk()
    desk.intake.answer(block_of(ONE))
    waiting = desk.register(TWO)
    desk.intake.answer(block_of(ONE))
    assert not waiting.future.done()


@pytest.mark.parametrize("refusal", [Malformed("no"), WrongNetwork("no")])
def test_a_refusal_of_the_bytes_is_final(refusal: TallystickError) -> None:
    """It is not even looked for."""
    desk = Desk()
    desk.places[ONE.id] = PLACE
    assert results(desk.register(refusal).future) == [refusal]


NOW_REFUSED = [Expired("no"), NotAMember("no"), Replayed("no"), TooFarAhead("no")]


@pytest.mark.parametrize("refusal", NOW_REFUSED)
def test_what_is_committed_is_never_refused(refusal: TallystickError) -> None:
    """Sent once more, it is found, whatever has become of its signer and its time."""
    desk = Desk()
    assert results(desk.register(refusal).future) == [refusal]
    desk.places[ONE.id] = PLACE
    assert results(desk.register(refusal).future) == [PLACE]


@pytest.mark.parametrize("refusal", NOW_REFUSED)
def test_what_is_in_flight_waits_for_its_first_copy(refusal: TallystickError) -> None:
    """Its nonce may be used by that copy."""
    desk = Desk()
    first, second = desk.register(ONE), desk.register(refusal)
    assert not second.future.done()
    desk.intake.answer(block_of(ONE))
    assert results(first.future) == results(second.future) == [PLACE]


def test_the_block_under_way_answers_what_it_holds() -> None:
    """Its nonces are used before it is durable: until then nothing is refused because of them."""
    desk = Desk()
    registered = desk.register(ONE)
    desk.intake.decide([ONE.id, TWO.id])
    desk.intake.refuse(ONE.id, Replayed("by itself"))
    late = desk.register(Replayed("by itself"), raws=(TWO.raw,))
    assert not registered.future.done()
    assert not late.future.done()
    desk.intake.answer(block_of(ONE, TWO))
    assert results(registered.future) == [PLACE]
    assert results(late.future) == [Committed(TWO.id, 1, 1, 1, "ok")]
    refusal = Replayed("the block is over")
    assert results(desk.register(refusal).future) == [refusal]


def test_what_was_taken_can_be_refused_later() -> None:
    """When no block can hold it any more; what nobody waits for is no matter."""
    desk = Desk()
    waiting = desk.register(ONE)
    refusal = Expired("too late")
    desk.intake.refuse(TWO.id, refusal)
    desk.intake.refuse(ONE.id, refusal)
    desk.intake.refuse(ONE.id, Replayed("again"))
    assert results(waiting.future) == [refusal]
    assert desk.intake.in_flight() == []


def test_what_was_committed_meanwhile_is_not_refused_later() -> None:
    """It may have been in a block before anybody registered for it."""
    desk = Desk()
    waiting = desk.register(ONE)
    desk.places[ONE.id] = PLACE
    desk.intake.refuse(ONE.id, Replayed("by itself"))
    assert results(waiting.future) == [PLACE]


def test_what_is_found_committed_is_answered() -> None:
    """And only that; twice does no harm."""
    desk = Desk()
    waiting = desk.register(ONE)
    desk.intake.answer_committed(ONE.id)
    assert not waiting.future.done()
    desk.places[ONE.id] = PLACE
    desk.intake.answer_committed(ONE.id)
    desk.intake.answer_committed(ONE.id)
    assert results(waiting.future) == [PLACE]


def test_halting_answers_everything_with_what_is_not_known() -> None:
    """The first fault counts; its code is named, and nothing is answered twice."""
    desk = Desk()
    waiting, done = desk.register(ONE, TWO), desk.register(Malformed("no"))
    assert desk.intake.halt(Halted("first"))
    assert not desk.intake.halt(MemoryError())
    first, second = results(waiting.future)
    assert isinstance(first, NotFinal)
    assert isinstance(second, NotFinal)
    assert Halted.code in first.message
    assert not isinstance(results(done.future)[0], NotFinal)
    desk.intake.answer(block_of(ONE))
    assert results(waiting.future) == [first, second]


def test_waiting_until_answered_ends_with_the_last_answer_or_the_time() -> None:
    """With nothing open it returns at once."""
    desk = Desk()
    desk.intake.wait_until_answered(20)
    waiting = desk.register(ONE)
    desk.intake.wait_until_answered(0.001)
    assert not waiting.future.done()
    desk.intake.answer(block_of(ONE))
    desk.intake.wait_until_answered(20)


def test_a_caller_that_went_away_is_no_fault() -> None:
    """A cancelled future cannot be answered; the transaction stands."""
    desk = Desk()
    waiting = desk.register(ONE)
    assert waiting.future.cancel()
    desk.intake.answer(block_of(ONE))
    assert waiting.future.cancelled()
