# SPDX-License-Identifier: Apache-2.0
"""Calls a contract's method at a node, and says what came of it by the method's schema."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.identities import choose_key, open_key
from tallystick.cli.linking import open_net
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address, Sending, Signing
from tallystick.cli.previewing import preview
from tallystick.cli.results import action_answer, exact, query_answer
from tallystick.cli.sending import say_signer, send
from tallystick.cli.stage import stage
from tallystick.cli.talk import note
from tallystick.client import problem_of
from tallystick.contracts import ContractSchema, MethodSchema, sentence
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.model import decode_entry


def act(
    what: tuple[ContractSchema, MethodSchema],
    arguments: dict[str, Value],
    sending: Sending,
    signing: Signing,
    address: Address,
) -> Answer:
    """Sign an action, submit it, check its receipt, and say what it did; or foresee it only.

    Args:
        what: the contract and its action.
        arguments: of the call.
        sending: how long to wait, and what to keep.
        signing: the key.
        address: the node.

    Raises:
        UsageError: no key, or several.
        Refused: a rule of the contract said no; nothing was recorded but the refusal.
        NotFinal, Unavailable: it is safe to wait for the transaction by its id.
        Unverified: the receipt does not hold.
    """
    schema, method = what
    key = choose_key(signing.as_, node_url(address.url))
    identity = open_key(key, signing.passphrase_file)
    if sending.dry_run:
        return preview(schema.name, method.name, arguments, identity, address)
    with open_net(address, identity=identity) as net:
        say_signer(net.trust, identity)
        transaction = net.sign(schema.name, method.name, arguments)
        try:
            placed = send(net, transaction, sending)
        except TallystickError as error:
            _explain(error, schema)
            raise
        if sending.no_wait:
            return Sheet({"transaction_id": placed.id, "level": placed.level})
        receipt = net.receipt(placed.id)
    saved = None if sending.save_receipt is None else receipt.save(sending.save_receipt)
    if saved is None:
        note(f"→ tally receipt get {placed.id}")
    outcome = decode_entry(receipt.record.entry).outcome
    facts: dict[str, Plain] = {
        "transaction_id": placed.id,
        "height": placed.height,
        "level": receipt.level,
        "receipt": None if saved is None else str(saved),
    }
    return action_answer(schema, method, outcome, facts)


def ask(
    contract: str, method: MethodSchema, arguments: Mapping[str, Value], address: Address
) -> Answer:
    """Return the node's answer to a query: its word, not a proof.

    Raises:
        NotFound: a record that the query needs does not exist.
        Refused: a rule of the contract said no.
        Unavailable: nobody answers.
    """
    words = {name: _as_text(value) for name, value in arguments.items()}
    with open_net(address) as net:
        return query_answer(method, net.query(contract, method.name, **words))


def _explain(error: TallystickError, schema: ContractSchema) -> None:
    """Say a refusal in the contract's own words, in the language of the command."""
    refusal = schema.refusal(error.code)
    problem = problem_of(error)
    if refusal is None or problem is None or not isinstance(problem.facts, dict | None):
        return
    error.message = (
        sentence(refusal, problem.facts or {}).zh
        if stage().language == "zh"
        else (sentence(refusal, problem.facts or {}).en)
    )


def _as_text(value: Value) -> str:
    """Return an argument as it stands in an address: texts as they are, what has parts as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.hex()
        case int():
            return str(value)
        case _:
            return json.dumps(exact(value), ensure_ascii=False, separators=(",", ":"))
