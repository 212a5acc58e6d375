# SPDX-License-Identifier: Apache-2.0
"""What anybody may ask: whether a letter is genuine, and how a case stands."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    BoundedText,
    Identifier,
    Label,
    Meta,
    Name,
    Record,
    ValueDigest,
    asdict,
    query,
    replace,
)
from tallystick.contracts.parts import DocumentFile
from tallystick.industries.preservation.letter_records import Letter, LetterState, LetterTerms
from tallystick.industries.preservation.letter_text import differences, letter_fields, read_letter
from tallystick.industries.preservation.measure_records import Measure, Release
from tallystick.industries.preservation.records import Application
from tallystick.industries.preservation.refusals import DoesNotFit
from tallystick.industries.preservation.rules import letter_digest, presentable
from tallystick.industries.preservation.tables import PreservationTables

FILE_BYTES_MAX: Final = 1_000_000


class FieldDifference(Record):
    """A field of a presented letter that is not what the guarantor signed."""

    field_name: Name
    presented: BoundedText
    kept: BoundedText


class LetterAnswer(Record):
    """What a counter needs to know of a letter that somebody shows."""

    number: BoundedText
    is_known: bool
    """Whether a guarantor has issued a letter of this number."""
    is_unaltered: bool
    state: LetterState | None
    differs: tuple[FieldDifference, ...]


class CaseAnswer(Record):
    """A case with its letters, measures and release."""

    application: Application
    letters: tuple[Letter, ...]
    measures: tuple[Measure, ...]
    release: Release | None


class Queries(PreservationTables):
    """Questions about letters and cases."""

    @query(label=Label(zh="核验保函", en="Check a letter"))
    def check_letter(
        self,
        text: Annotated[BoundedText, Label(zh="二维码文字", en="Text of the QR code")] = "",
        file: Annotated[
            Annotated[bytes, Meta(max_length=FILE_BYTES_MAX)],
            Label(zh="文件（文字或 JSON）", en="File (text or JSON)"),
        ] = b"",
    ) -> LetterAnswer:
        """en: Compares a letter, as shown, field by field with the ledger; names what differs.

        zh: 将出示的保函逐项与链上内容比对，指出不符的字段。
        """
        try:
            content = text or file.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DoesNotFit(subject="letter", what="not text in UTF-8") from error
        presented = read_letter(content)
        number = presented["number"]
        found = self.letters.get(number) if len(number) <= _NUMBER_MAX else None
        if found is None or found.terms is None:
            return LetterAnswer(
                number=number[:_NUMBER_MAX],
                is_known=False,
                is_unaltered=False,
                state=None,
                differs=(),
            )
        kept = letter_fields(presentable(found, self.applications.require(found.application)))
        names = differences(presented, kept)
        return LetterAnswer(
            number=found.id,
            is_known=True,
            is_unaltered=not names,
            state=found.state,
            differs=tuple(
                FieldDifference(field_name=one, presented=presented[one][:2000], kept=kept[one])
                for one in names
            ),
        )

    @query(label=Label(zh="保函签章摘要", en="Letter, to seal"))
    def letter_to_sign(
        self, letter: Identifier, terms: LetterTerms, file: DocumentFile
    ) -> ValueDigest:
        """en: Returns what a guarantor's seal signs: every field of the letter on these terms.

        zh: 返回担保人签章所签的摘要：按这些条款的保函的每个字段。
        """
        kept = self.letters.require(letter)
        asked = replace(kept, terms=terms, file=file, signature=_UNSIGNED)
        application = self.applications.require(kept.application)
        return letter_digest(asdict(presentable(asked, application)))

    @query(label=Label(zh="查看案件", en="Show a case"))
    def show_case(self, application: Identifier) -> CaseAnswer:
        """en: Returns an application with its accepted letters, its measures and its release.

        zh: 返回保全申请及其已采纳保函、措施与解除情况。
        """
        kept = self.applications.require(application)
        return CaseAnswer(
            application=kept,
            letters=tuple(self.letters.require(one) for one in kept.letters),
            measures=tuple(self.measures.require(one) for one in kept.measures),
            release=self.releases.get(kept.id),
        )


_UNSIGNED: Final = "00" * 64
"""Stands where the signature will: it signs everything but itself."""
_NUMBER_MAX: Final = 64
