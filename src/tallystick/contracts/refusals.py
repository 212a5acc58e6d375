# SPDX-License-Identifier: Apache-2.0
"""The base class for a contract's own refusals: a code, a bilingual sentence, typed facts."""

from __future__ import annotations

import re
from typing import ClassVar, dataclass_transform

from msgspec import NODEFAULT

from tallystick.contracts.checkers import plain_value
from tallystick.contracts.label import Label
from tallystick.contracts.templates import describe, fill, parse_template
from tallystick.encoding import Value
from tallystick.errors import InvalidContract, Refused, error_classes

_CODE = re.compile(r"E_[A-Z]+(_[A-Z]+)*|[A-Z]{2,8}-[0-9]{1,5}")
_RESERVED = frozenset({"args", "expected", "field", "found", "hint", "message"})


@dataclass_transform(kw_only_default=True)
class Refusal(Refused):
    """A rule of a contract said no. Subclass it with a code and a docstring in two languages.

    ```python
    class OverSplit(Refusal, code="SCF-2107"):
        \"\"\"en: The amount {amount} is more than the remaining {remaining}.

        zh: 拆分金额 {amount} 超过剩余金额 {remaining}。
        \"\"\"

        amount: Amount
        remaining: Amount
    ```

    The code and the facts enter the ledger, the sentence does not. A code of `tallystick.errors`
    (`E_DUP`, `E_EARLY`, ...) may be used again where it means the same; one contract uses one code
    for one refusal.
    """

    template: ClassVar[Label] = Label(zh="合约规则拒绝", en="a rule of the contract refused this")

    def __init_subclass__(cls, *, code: str) -> None:
        """Take the code and the sentence of a new refusal.

        Raises:
            InvalidContract: the code has another form, or a sentence is missing.
        """
        super().__init_subclass__()
        if _CODE.fullmatch(code) is None:
            raise InvalidContract(
                f"{cls.__name__}: {code!r} is not a code",
                field=cls.__name__,
                expected="E_WORD or AREA-1234",
                found=code,
            )
        cls.code = code
        cls.template = parse_template(cls.__doc__, owner=cls.__name__)
        for name in refusal_fields(cls):
            if name in _RESERVED or hasattr(Refusal, name):
                raise InvalidContract(
                    f"{cls.__name__}: a fact cannot be called {name!r}",
                    field=cls.__name__,
                    expected="another name",
                    found=name,
                )
        shared = error_classes().get(code)
        titles = Label(zh=shared.title_zh, en=shared.title_en) if shared else describe(cls.__doc__)
        cls.title_zh, cls.title_en = titles.zh, titles.en

    def __init__(self, **facts: object) -> None:
        """Keep the facts as attributes, and the sentence filled with them as the message."""
        known = refusal_fields(type(self)) | facts
        missing = [name for name, value in known.items() if value is NODEFAULT]
        unknown = known.keys() - refusal_fields(type(self)).keys()
        if unknown or missing:
            raise TypeError(f"{type(self).__name__}: unknown {sorted(unknown)}, missing {missing}")
        super().__init__(fill(self.template.en, lambda name: _text(known.get(name))))
        for name, value in known.items():
            setattr(self, name, value)

    def in_words(self) -> Label:
        """Return the sentence with its facts, where no ledger has said it: for who asked here."""
        facts = self.values()
        zh, en = (
            fill(text, lambda name: _text(facts.get(name)))
            for text in (self.template.zh, self.template.en)
        )
        return Label(zh=zh, en=en)

    def values(self) -> dict[str, Value]:
        """Return the facts as plain data: what the ledger records beside the code."""
        return {name: plain_value(getattr(self, name)) for name in refusal_fields(type(self))}

    def facts(self) -> dict[str, str]:
        """Return the facts as text, for APIs and consoles."""
        return {name: str(value) for name, value in self.values().items() if value is not None}


def refusal_fields(refusal: type[Refusal]) -> dict[str, object]:
    """Return the fields of a refusal class with their defaults (`NODEFAULT`: required)."""
    return {
        name: getattr(refusal, name, NODEFAULT)
        for owner in reversed(refusal.__mro__)
        if issubclass(owner, Refusal) and owner is not Refusal
        for name in owner.__annotations__
    }


def _text(fact: object) -> str:
    return "—" if fact is None else str(fact)
