# SPDX-License-Identifier: Apache-2.0
"""Names of files: what a person sees is what it is, and it leads into no other folder."""

from __future__ import annotations

import pytest

from tallystick.errors import Malformed
from tallystick.model import check_file_name
from tallystick.model.documents import FILE_NAME_CHARACTERS_MAX


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "a\\b", "/etc/passwd", "x" * (FILE_NAME_CHARACTERS_MAX + 1)),
        *("bell\a", "line\nbreak", "nul\0", "escape\x1b[2J", "c1\x9b31m"),
        *("gpj.\u202etxt", "a\u2066b", "a\u200fb", "zero\u200bwidth", "line\u2028", "\ufeffa"),
    ],
    ids=range(18),
)
def test_what_is_no_name_of_a_file_is_refused(name: str) -> None:
    """Paths, control characters, characters that turn or hide text; the error repeats none."""
    with pytest.raises(Malformed) as caught:
        check_file_name(name)
    assert (caught.value.field, caught.value.found) == ("name", None)
    assert not name or len(name) < 3 or name not in str(caught.value)


@pytest.mark.parametrize("name", ["合同.pdf", "a", "...", "Ünïcode (1).txt", "x" * 255])
def test_names_of_files_are_taken(name: str) -> None:
    """In every script."""
    assert check_file_name(name) == name
