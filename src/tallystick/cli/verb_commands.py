# SPDX-License-Identifier: Apache-2.0
"""Makes the function of a contract's verb: options from its schema, then those of every verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tallystick.cli.answers import Answer
from tallystick.cli.contract_verbs import Verb
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    SENDING,
    SIGNING,
    Address,
    Output,
    Sending,
    Signing,
)
from tallystick.cli.schema_options import (
    ArgumentOption,
    check_complete,
    given_arguments,
    options_class,
    options_of,
)

if TYPE_CHECKING:
    from tallystick.encoding import Value


def command_of(verb: Verb) -> Callable[..., Answer]:
    """Return the function that the parser calls for a verb."""
    options = options_of(verb.method.arguments)
    kind = options_class(f"{verb.method.name}_arguments", options, {})
    if verb.method.kind == "action":
        return _action(verb, options, kind)
    return _query(verb, options, kind)


def _action(verb: Verb, options: list[ArgumentOption], kind: type[Any]) -> Callable[..., Answer]:
    def act(
        *,
        arguments: Any,  # noqa: ANN401  # the class made above
        sending: Sending = SENDING,
        signing: Signing = SIGNING,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Submit the action."""
        from tallystick.cli.calling import act as submit
        from tallystick.cli.installed import installed_schema

        schema = installed_schema(verb.contract)
        given = _given(options, arguments)
        return submit((schema, verb.method), given, sending, signing, address)

    return _typed(act, kind)


def _query(verb: Verb, options: list[ArgumentOption], kind: type[Any]) -> Callable[..., Answer]:
    def ask(
        *,
        arguments: Any,  # noqa: ANN401  # the class made above
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Ask the query."""
        from tallystick.cli.calling import ask as put

        return put(verb.contract, verb.method, _given(options, arguments), address)

    return _typed(ask, kind)


def _given(options: list[ArgumentOption], arguments: object) -> dict[str, Value]:
    """Return the arguments of the call.

    Raises:
        UsageError: one is missing, or not of its kind.
    """
    given = given_arguments(options, arguments)
    check_complete(options, given)
    return given


def _typed(command: Callable[..., Answer], kind: type[Any]) -> Callable[..., Answer]:
    """Let the parser see the class of the options, which exists at run time only."""
    command.__annotations__["arguments"] = kind
    command.__kwdefaults__ = {"arguments": kind(), **(command.__kwdefaults__ or {})}
    return command
