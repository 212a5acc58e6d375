# SPDX-License-Identifier: Apache-2.0
"""Makes the font of certificates: Noto Serif SC without hints and alternates, and its coverage.

Needs fontTools (`pip install fonttools`) and the regular weight of Noto Serif SC, as the npm
package @expo-google-fonts/noto-serif-sc 0.4.3 has it; the result is committed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "src/tallystick/interchange/certificates/fonts"
FONT = FOLDER / "NotoSerifSC-Regular.ttf"
RANGES = (
    "U+0020-007E,U+00A0-017F,U+2010-2027,U+2030-205E,U+20A0-20BF,U+2100-2122,U+2150-218F,"
    "U+2190-2193,U+2460-24FF,U+25A0-25CF,U+2713-2718,U+3000-303F,U+31C0-31E3,U+3220-3229,"
    "U+3400-4DBF,U+4E00-9FFF,U+F900-FAFF,U+FE30-FE4F,U+FF00-FFEF,U+20000-2FFFF"
)
"""Latin, punctuation, all of CJK up to extension A: names of people and companies use all of it."""


def main() -> None:
    """Write the font and the list of its characters."""
    if len(sys.argv) != 2:  # program and source
        sys.exit("usage: make_certificate_font.py NotoSerifSC_400Regular.ttf")
    subprocess.run(
        [
            *("pyftsubset", sys.argv[1], f"--unicodes={RANGES}", "--no-hinting"),
            *("--layout-features=kern,ccmp,locl", "--name-IDs=*", f"--output-file={FONT}"),
            "--drop-tables+=vhea,vmtx,STAT,BASE,GDEF,prep,gasp",
        ],
        check=True,
    )
    from fontTools.ttLib import TTFont  # noqa: PLC0415  # no dependency of the project

    runs: list[list[int]] = []
    for code in sorted(TTFont(FONT).getBestCmap()):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    lines = [f"{first:X}-{last:X}" if last > first else f"{first:X}" for first, last in runs]
    (FOLDER / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
