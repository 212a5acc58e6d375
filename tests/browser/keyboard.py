# SPDX-License-Identifier: Apache-2.0
"""A person without a mouse: goes from control to control by Tab, and must see where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page

STEPS_MAX: Final = 120
# A control, its labels or the zone it stands in must look other with the focus than without it; how
# they look without it is remembered at each stop for all that have it not.
_STOP: Final = """
(wanted) => {
  const looks = (window.looksWithoutFocus ??= new WeakMap());
  const look = (one) =>
    JSON.stringify([one, ...(one.labels ?? []), one.closest(".drop-zone")].filter(Boolean).map(
      (place) => {
        const style = getComputedStyle(place);
        return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor];
      }));
  const now = document.activeElement;
  for (const one of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (one !== now && !looks.has(one)) looks.set(one, look(one));
  }
  // The parts of a date have the focus one by one, and the browser marks them itself.
  const isSeen = now.type === "datetime-local" || looks.get(now) !== look(now);
  return {isThere: now === wanted, unseen: isSeen ? "" : now.outerHTML.slice(0, 120)};
}
"""


def skip_menu(page: Page) -> None:
    """Take the first link of a page, which leads over its menu to what it is about."""
    press(page, page.locator(".skip-link"))


def walk_to(page: Page, wanted: Locator) -> None:
    """Press Tab until a control has the focus, which must be visible at each stop.

    Raises:
        AssertionError: the control is never reached, or a stop on the way cannot be seen.
    """
    wanted.wait_for(state="attached")
    for _ in range(STEPS_MAX):
        page.keyboard.press("Tab")
        stop = wanted.evaluate(_STOP)
        assert not stop["unseen"], f"the focus is not visible: {stop['unseen']}"
        if stop["isThere"]:
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Walk to a control and press a key on it."""
    walk_to(page, wanted)
    page.keyboard.press(key)


def choose_file(page: Page, wanted: Locator, path: Path) -> None:
    """Walk to a control that asks for a file, and give it one.

    The chooser that a key opens there is the browser's own, and not always there without a screen.
    """
    walk_to(page, wanted)
    wanted.set_input_files(path)
