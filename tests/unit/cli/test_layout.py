# SPDX-License-Identifier: Apache-2.0
"""Cells of a terminal: wide characters, wrapping, cutting, fitting columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tallystick.cli.layout import GAP, column_width, cut, fit_widths, hanging, pad, text_width, wrap

TEXTS = some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


def test_chinese_characters_take_two_cells_and_accents_none() -> None:
    """Columns of mixed text stay aligned."""
    assert text_width("ab") == 2
    assert text_width("案号") == 4
    assert text_width("e\u0301") == 1
    assert pad("案", 4) == "案  "
    assert column_width([]) == 0


def test_a_cut_text_ends_with_an_ellipsis() -> None:
    """What is missing is visible."""
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"
    assert cut("案号案号", 5) == "案号…"


@given(TEXTS, some.integers(2, 40))
def test_nothing_that_is_cut_or_wrapped_is_too_wide(text: str, width: int) -> None:
    """Lines fit, whatever the script."""
    assert text_width(cut(text, width)) <= width
    assert all(text_width(line) <= width + 1 for line in wrap(text, width))


@given(TEXTS, some.integers(2, 40))
def test_wrapping_loses_nothing_but_space_at_the_ends_of_lines(text: str, width: int) -> None:
    """Every visible character comes out, in order."""
    out = "".join(wrap(text, width))
    assert "".join(out.split()) == "".join(text.split())


def test_hanging_lines_start_in_one_column() -> None:
    """The text stands beside its head."""
    assert list(hanging("a", "one two", 4, 8)) == ["a   one two"]
    assert list(hanging("a", "one two three four", 4, 14)) == ["a   one two", "    three four"]


@given(some.lists(some.integers(1, 200), min_size=1, max_size=8), some.integers(20, 200))
def test_columns_fit_if_they_can(widths: list[int], total: int) -> None:
    """No column grows, and together they fit unless each is at its least."""
    fitted = fit_widths(widths, total)
    assert all(now <= before for now, before in zip(fitted, widths, strict=True))
    fits = sum(fitted) + GAP * (len(fitted) - 1) <= total
    assert fits or set(fitted) == {1}


def test_wide_columns_give_way_before_short_ones() -> None:
    """A time stays whole while a hash is cut."""
    assert fit_widths([19, 64], 50) == [19, 29]
