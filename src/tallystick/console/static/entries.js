// SPDX-License-Identifier: Apache-2.0
// What stands beside controls while somebody fills them in: amounts in capitals, days to come, and
// what a chosen key is called. Without it the page shows the same when the form comes back.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const STEPS = [[10n ** 8n, "亿"], [10n ** 4n, "万"], [1000n, "仟"], [100n, "佰"], [10n, "拾"]];
const WRITTEN_BELOW = 10n ** 18n;
const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;

function whole(number) {
  for (const [size, word] of STEPS) {
    if (number < size) continue;
    const low = number % size;
    const zero = low > 0n && low < size / 10n ? DIGITS[0] : "";
    return whole(number / size) + word + zero + (low ? whole(low) : "");
  }
  return DIGITS[Number(number)];
}

// An entered amount in capital numerals, as console/amounts.py writes it; nothing if it is none.
export function inCapitals(text) {
  const bare = text.normalize("NFKC").replace(/[,\s]/g, "").replace(/^¥/, "");
  const found = /^\+?(?=\.?\d)(\d*)(?:\.(\d*))?$/.exec(bare);
  if (!found) return "";
  const fraction = (found[2] ?? "").replace(/0+$/, "").padEnd(2, "0");
  const minor = BigInt(found[1] + fraction);
  if (fraction.length > 2 || minor === 0n || minor >= WRITTEN_BELOW) return "";
  const yuan = minor / 100n;
  const [tenths, hundredths] = Array.from(fraction, Number);
  if (!tenths && !hundredths) return `人民币${whole(yuan)}元整`;
  const said = (tenths ? `${DIGITS[tenths]}角` : yuan ? DIGITS[0] : "") + (hundredths ? `${DIGITS[hundredths]}分` : "");
  return yuan ? `人民币${whole(yuan)}元${said}` : `人民币${said}`;
}

for (const line of document.querySelectorAll("[data-capitals]")) {
  const control = document.getElementById(line.dataset.capitals);
  control.addEventListener("input", () => {
    const written = inCapitals(control.value);
    line.querySelector("span").textContent = written;
    line.hidden = !written;
  });
}

for (const button of document.querySelectorAll("button[name=in-days]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const [widget, days, ...path] = button.value.split(":");
    const control = document.getElementById(path.join(":"));
    const moment = new Date(Date.now() + BEIJING_MS + Number(days) * DAY_MS).toISOString();
    control.value = moment.slice(0, widget === "date" ? 10 : 16);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

for (const line of document.querySelectorAll("[data-chosen]")) {
  const control = document.getElementById(line.dataset.chosen);
  const list = document.getElementById(line.dataset.list);
  const show = () => {
    const option = Array.from(list.options).find((one) => one.value === control.value);
    line.textContent = option?.textContent ?? "";
    line.hidden = !line.textContent;
  };
  control.addEventListener("input", show);
  list.addEventListener("htmx:after:swap", show);
}
