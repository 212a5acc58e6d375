# SPDX-License-Identifier: Apache-2.0
"""What several threads read is known to msgspec before the first of them meets it."""

from __future__ import annotations

import subprocess
import sys

# Working a type out runs a function of msgspec's in Python, which a profiler sees.
_COUNT = """
import sys, msgspec
worked_out = []
def see(frame, event, _):
    if event == "call" and frame.f_code.co_name == "get_class_annotations":
        worked_out.append(frame.f_locals["obj"].__name__)
sys.setprofile(see)
from tallystick.api.routes_submit import ROUTES
from tallystick.views import shapes
bodies = [one.body.schema for one in ROUTES if one.body and one.body.schema]
kinds = [*bodies, shapes.Organization, shapes.Member, shapes.MemberKey]
assert bodies and {one.__name__ for one in kinds} <= set(worked_out), worked_out
worked_out.clear()
for kind in kinds:
    try:
        msgspec.convert({}, kind)
    except msgspec.ValidationError:
        pass
assert not worked_out, worked_out
"""


def test_bodies_and_members_are_learnt_when_they_are_defined() -> None:
    """In a process that has served nothing yet, reading one works nothing out any more."""
    subprocess.run([sys.executable, "-c", _COUNT], check=True, timeout=120)
