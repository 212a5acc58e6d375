# SPDX-License-Identifier: Apache-2.0
"""`with rejected(...)`: expects a refusal, by class or code, with these facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tallystick.contracts import Definition, Refusal
from tallystick.encoding import Value
from tallystick.errors import Refused, RoleMissing, TallystickError, error_classes
from tallystick.testing.plain_values import plain

_ABSENT = object()


class Rejection:
    """What was refused; filled in when the block has ended."""

    def __init__(self) -> None:
        """Nothing was refused yet."""
        self.error: TallystickError | None = None
        """The refusal itself."""

    @property
    def code(self) -> str:
        """Its code; empty before the block has ended."""
        return "" if self.error is None else self.error.code

    @property
    def facts(self) -> dict[str, Value]:
        """What it says besides its code."""
        return {} if self.error is None else facts_of(self.error)


@contextmanager
def rejected(expected: type[TallystickError] | str, /, **facts: object) -> Iterator[Rejection]:
    """Expect the block to end in a refusal.

    ```python
    with rejected(OverSplit, remaining=80_000):
        supplier.scf.split(voucher.id, to=bank, amount=120_000)
    ```

    `expected` is a refusal of the contract, an error of the platform, or a code. Facts are compared
    with those of the refusal; a platform's error has `field` and `found`.

    Raises:
        AssertionError: nothing was refused, or something else.
    """
    __tracebackhide__ = True
    code = expected if isinstance(expected, str) else expected.code
    name = code if isinstance(expected, str) else f"{expected.__name__} ({code})"
    rejection = Rejection()
    try:
        yield rejection
    except TallystickError as error:
        rejection.error = error
        if error.code != code or not _is_kind(error, expected):
            raise AssertionError(
                f"expected {name}, but {type(error).__name__} ({error.code}) was refused: {error}"
            ) from error
        wrong = _differences(facts_of(error), facts)
        if wrong:
            raise AssertionError(f"{name} was refused with other facts:\n{wrong}") from error
    else:
        raise AssertionError(f"expected {name}, but nothing was refused")


def facts_of(error: TallystickError) -> dict[str, Value]:
    """Return the facts of a refusal as plain data."""
    return error.values() if isinstance(error, Refusal) else {**error.facts()}


def refusal_from(definition: Definition, method: str, code: str, facts: Value) -> TallystickError:
    """Return the refusal that a code and facts stand for: what the ledger keeps of it."""
    known: Mapping[str, Value] = facts if isinstance(facts, dict) else {}
    own = definition.refusals.get(code)
    if own is not None:
        return own(**known)
    name = f"{definition.schema.name}.{method}"
    if code == RoleMissing.code and "roles" in known:
        roles = ", ".join(definition.schema.method(method).roles)
        return RoleMissing(f"{name} needs the role {roles}", field="roles", expected=roles)
    kind = error_classes().get(code, Refused)
    found = _text(known.get("found", known.get("roles")))
    message = f"{name} was refused with {code}" + (f": {found}" if found else "")
    return kind(message, field=_text(known.get("field")), found=found)


def _text(value: Value) -> str | None:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


def _is_kind(error: TallystickError, expected: type[TallystickError] | str) -> bool:
    """Two refusals of different contracts may share a code of the platform."""
    if isinstance(expected, str) or not issubclass(expected, Refusal):
        return True
    return isinstance(error, expected)


def _differences(found: Mapping[str, Value], expected: Mapping[str, object]) -> str:
    lines = []
    for name, value in expected.items():
        wanted, there = plain(value), found.get(name, _ABSENT)
        if there is _ABSENT:
            there_are = ", ".join(found) or "none"
            lines.append(f"  {name}: expected {wanted!r}; its facts are {there_are}")
        elif there != wanted:
            lines.append(f"  {name}: expected {wanted!r}, found {there!r}")
    return "\n".join(lines)
