# SPDX-License-Identifier: Apache-2.0
"""`tally contract call` and `query`: any contract of a node, installed here or not."""

from __future__ import annotations

from tallystick.cli.answers import Answer
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    SENDING,
    SIGNING,
    Address,
    Dashed,
    Output,
    Sending,
    Signing,
)


def call(
    name: str,
    method: str,
    /,
    *,
    args: Dashed = None,
    sending: Sending = SENDING,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Sign and submit an action, with arguments in JSON.

    Raises:
        UnknownContract: the node has no such contract or action.
        UsageError: the arguments are no JSON object, or no key.
        InvalidArguments: the action takes other arguments.
        Refused: a rule of the contract said no; nothing was recorded but the refusal.
        NotFinal, Unavailable: it is safe to wait for the transaction by its id.
    """
    from tallystick.cli.calling import act
    from tallystick.cli.node_schemas import method_named, schema_named
    from tallystick.cli.option_values import read_arguments

    schema = schema_named(name, address)
    found = method_named(schema, method, "action")
    arguments = read_arguments(args, found, "--args")
    return act((schema, found), arguments, sending, signing, address)


def query(
    name: str,
    method: str,
    /,
    *,
    args: Dashed = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Ask a query, with arguments in JSON.

    Raises:
        UnknownContract: the node has no such contract or query.
        UsageError: the arguments are no JSON object.
        InvalidArguments: the query takes other arguments.
        NotFound: a record that it needs does not exist.
        Unavailable: nobody answers.
    """
    from tallystick.cli.calling import ask
    from tallystick.cli.node_schemas import method_named, schema_named
    from tallystick.cli.option_values import read_arguments

    found = method_named(schema_named(name, address), method, "query")
    return ask(name, found, read_arguments(args, found, "--args"), address)
