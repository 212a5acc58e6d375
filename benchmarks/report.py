# SPDX-License-Identifier: Apache-2.0
"""Writes what was measured: `benchmarks/results.json`, and the tables in the documents."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGES = ("docs/operator/performance.md", "README.md", "README.zh-CN.md")
PERFORMANCE = ROOT / "docs" / "operator" / "performance.md"

Row = tuple[str, str, str, str]
"""What in English, what in Chinese, the aim, what was measured."""


def save(results: dict[str, Any], machine: dict[str, Any]) -> None:
    """Keep new results, each with its machine, beside older ones of other benchmarks."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept["machines"] = kept.get("machines", {}) | dict.fromkeys(results, machine)
    RESULTS.write_text(json.dumps(kept | results, indent=1, ensure_ascii=False) + "\n")


def rows(results: dict[str, Any]) -> list[Row]:
    """Return the table of docs: only what was measured."""
    found: list[Row] = []
    if one := results.get("pipeline"):
        found += [
            (
                f"signed transfers, {one['accounts']:,} accounts, durable, in process",
                f"签名转账，{one['accounts']:,} 个账户，落盘，进程内",
                "10,000 tx/s",
                f"{one['tx_s']:,} tx/s",
            ),
            (
                "lone transaction to durable receipt, in process, p50 / p99",
                "单笔交易至落盘回执，进程内，p50 / p99",
                "8 / 25 ms",
                f"{one['lone']['p50_ms']} / {one['lone']['p99_ms']} ms",
            ),
            (
                "memory of all node processes, without mapped store pages",
                "节点全部进程内存（不含存储映射页）",
                "< 1,024 MiB",
                f"{sum(m['anonymous'] for m in one['memory_mib'].values()):,.0f} MiB",
            ),
        ]
    if one := results.get("http"):
        found += [
            (
                "the same over HTTP, batches of 1,000",
                "同上，经 HTTP，每批 1,000 笔",
                "8,000 tx/s",
                f"{one['tx_s']:,} tx/s",
            ),
            (
                "lone transaction and receipt over HTTP, p50 / p99",
                "单笔交易与回执，经 HTTP，p50 / p99",
                "8 / 25 ms",
                f"{one['lone']['p50_ms']} / {one['lone']['p99_ms']} ms",
            ),
        ]
    if one := results.get("verification"):
        found.append(
            (
                "offline verification of a receipt",
                "离线核验一份回执",
                "2 ms",
                f"{one['median_ms']} ms",
            )
        )
    if one := results.get("call"):
        found.append(
            (
                "a contract call beside the author's own code: two reads, two writes, an event",
                "一次合约调用的平台开销：两读、两写、一个事件",
                "40 us",
                f"{one['platform_us']} us",
            )
        )
    if one := results.get("start_up"):
        aims = {"tally --version": "150 ms", "tally --help": "300 ms"}
        found += [(f"`{name}`", f"`{name}`", aims[name], f"{ms} ms") for name, ms in one.items()]
    return found


def write_docs() -> None:
    """Put the tables between the markers of each page."""
    results = json.loads(RESULTS.read_text())
    for name in PAGES:
        _put(ROOT / name, "performance", _table(results, chinese="zh" in name))
    _put(PERFORMANCE, "stages", _stages(results))
    _put(PERFORMANCE, "growth", _growth(results))
    _put(PERFORMANCE, "consortium", _consortium(results))
    _put(PERFORMANCE, "files", files_table(results))
    _put(PERFORMANCE, "console", console_table(results))


def _put(page: Path, marker: str, text: str) -> None:
    begin, end = f"<!-- {marker}:begin -->", f"<!-- {marker}:end -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}{end}{after}")


def _stages(results: dict[str, Any]) -> str:
    stages = results["stages"]["us_per_tx"]
    lines = [f"| {name} | {found} |\n" for name, found in stages.items()]
    cpu = results["pipeline"]["rounds"][-1]["cpu_us_per_tx"]
    others = [f"| the {name} process | {found} |\n" for name, found in cpu.items()]
    head = "| stage | us of CPU per transaction |\n| --- | --- |\n"
    whole = (
        "| whole processes, in the throughput run | us of CPU per transaction |\n| --- | --- |\n"
    )
    return f"{head}{''.join(lines)}\n{whole}{''.join(others)}"


def _consortium(results: dict[str, Any]) -> str:
    lines = [_CONSORTIUM_HEAD]
    budget = [_BUDGET_HEAD]
    for one in results["consortium"].values():
        for name in ("kvstore", "tallystick"):
            found = one[name]
            foreign = [round_["full"]["foreign_cores"] for round_ in one["rounds"][name]]
            lines.append(
                f"| {one['organizations']} | {name} | {found['tx_s']:,} "
                f"| {found.get('http_tx_s', '')} | {_pair(found['lone_ms'])} "
                f"| {_pair(found['half_load_ms'])} | {found['transactions_per_block']:,} "
                f"| {found['disk_bytes_per_tx']:,} | {min(foreign)} to {max(foreign)} |\n"
            )
            cpu = found["cpu_us_per_tx"]
            parts = " | ".join(str(cpu.get(role, "")) for role in _ROLES)
            budget.append(f"| {one['organizations']} | {name} | {parts} |\n")
        lines.append(f"| {one['organizations']} | ratio | {one['ratio']} | | | | | | |\n")
    back = results["catching_up"]
    rates = "".join(
        f"| {name} | {median(one[name]['seconds'] for one in back['rounds']):.1f} | {rate:,} |\n"
        for name, rate in back["tx_s"].items()
    )
    head = (
        f"| how a node comes back | s for {back['transactions']:,} tx, with its start "
        f"of {back['start_s']:.1f} | tx/s without |\n| --- | --- | --- |\n"
    )
    return f"{''.join(lines)}\n{''.join(budget)}\n{head}{rates}"


def files_table(results: dict[str, Any]) -> str:
    """Return what documents, deposits and certificates took; only what was measured."""
    lines = []
    if one := results.get("documents"):
        size = f"a file of {one['size_mib']:,} MiB"
        for what, ours, theirs, whose in _BESIDE:
            if theirs in one:
                beside = f"{whose} {one[theirs]:,} MiB/s, {one[theirs] / one[ours]:.2f} times"
            else:
                beside = f"{whose} was not installed"
            lines.append(f"| {what} {size} | {one[ours]:,} MiB/s | {beside} |\n")
    if one := results.get("deposits"):
        many = f"{one['files']:,} small files"
        lines.append(f"| deposit {many}, each with its receipt | {one['files_s']:,} files/s | |\n")
        lines.append(f"| hash {many} into one root | {one['root_files_s']:,} files/s | |\n")
    if one := results.get("bundles"):
        many = f"{one['bundles']} bundles, {one['items']:,} originals of {one['megabytes']:,} MB"
        packed, checked = (f"{one[name]} s, at most {one[f'{name}_max']}" for name in _BUNDLED)
        lines.append(f"| pack a court's {many} | {packed} a bundle | |\n")
        lines.append(f"| check them: hashes and every proof | {checked} a bundle | |\n")
    if one := results.get("certificates"):
        lines.append(f"| set and seal certificates | {one['made_per_second']} a second | |\n")
        lines.append(f"| check certificates | {one['checked_per_second']} a second | |\n")
    if not lines:
        return "No figures yet.\n"
    head = "| what | measured | beside it |\n| --- | --- | --- |\n"
    return f"{head}{''.join(lines)}\n{_measured_on(results, 'documents')}"


def console_table(results: dict[str, Any]) -> str:
    """Return how long the console's pages took under load."""
    one = results.get("console")
    if one is None:
        return "No figures yet.\n"
    head = "| page | p50 ms | p95 ms |\n| --- | --- | --- |\n"
    lines = [f"| {kind} | {ms['p50']} | {ms['p95']} |\n" for kind, ms in one["ms"].items()]
    errors = sum(one["errors"].values())
    whole = (
        f"{one['readers']} readers with their live lines and {one['writers']} writers: "
        f"{one['pages']:,} pages ({one['pages_s']} a second), {one['written']:,} deposits, "
        f"{errors} errors. Of all pages together half came within {one['all_ms']['p50']} ms, "
        f"95 of 100 within {one['all_ms']['p95']} ms.\n"
    )
    return f"{head}{''.join(lines)}\n{whole}{_measured_on(results, 'console')}"


def _measured_on(results: dict[str, Any], benchmark: str) -> str:
    machine = results["machines"][benchmark]
    return (
        f"{_where(machine)}; one signature was verified there in {machine['verify_us']:.0f} us.\n"
    )


_BUNDLED = ("pack_s", "check_s")
_BESIDE = (
    ("seal", "seal_mib_s", "age_seal_mib_s", "`age`"),
    ("seal and store", "seal_and_store_mib_s", "age_seal_mib_s", "`age`"),
    ("fetch and open", "fetch_and_open_mib_s", "age_open_mib_s", "`age`"),
    ("compute the address of", "address_mib_s", "kubo_address_mib_s", "Kubo"),
)
"""What it is, our figure, the figure and the name of the program that does it too."""
_ROLES = ("engine", "node", "verifier", "store writer", "views", "client")
_CONSORTIUM_HEAD = (
    "| organisations | application | tx/s | over HTTP | lone p50 / p99 ms "
    "| at half load p50 / p99 ms | tx in a block | disk bytes per tx, all nodes "
    "| cores used by others |\n" + "| --- " * 9 + "|\n"
)
_BUDGET_HEAD = (
    f"| organisations | application | {' | '.join(_ROLES)} |\n"
    + "| --- " * (len(_ROLES) + 2)
    + "|\n"
)


def _pair(both: list[float]) -> str:
    return f"{both[0]:,.0f} / {both[1]:,.0f}"


def _growth(results: dict[str, Any]) -> str:
    head = (
        "| accounts | tx/s | node us/tx | store writer us/tx | lone p50 / p99 ms "
        "| store MiB |\n| --- | --- | --- | --- | --- | --- |\n"
    )
    lines = [
        f"| {one['accounts']:,} | {one['tx_s']:,} | {one['cpu_us_per_tx']['node']} "
        f"| {one['cpu_us_per_tx']['store writer']} "
        f"| {one['lone']['p50_ms']} / {one['lone']['p99_ms']} | {one['store_mib']:,.0f} |\n"
        for one in results["growth"]
    ]
    log = [
        f"| {one['leaves']:,} | {one['append_us_per_leaf']} | {one['proof_ms']} |\n"
        for one in results["log_growth"]
    ]
    log_head = "| log leaves | append us per leaf | inclusion proof ms |\n| --- | --- | --- |\n"
    return f"{head}{''.join(lines)}\n{log_head}{''.join(log)}"


def _table(results: dict[str, Any], *, chinese: bool) -> str:
    head = ("| 项目 | 目标 | 实测 |" if chinese else "| what | aim | measured |") + "\n"
    lines = [
        f"| {zh if chinese else en} | {aim} | {found} |\n" for en, zh, aim, found in rows(results)
    ]
    machine = results["machines"]["pipeline"]
    # How fast the machine was: those of one name differ by half between days.
    speed = f"{machine['verify_us']:.0f}"
    yardstick = (
        f"在其上核验一次签名需 {speed} 微秒。"
        if chinese
        else f"One signature was verified there in {speed} us."
    )
    where = _where(machine)
    return f"{head}| --- | --- | --- |\n{''.join(lines)}\n{where}. `make bench`. {yardstick}\n"


def _where(machine: dict[str, Any]) -> str:
    return (
        f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
        f"Python {machine['python']}, {machine['date']}"
    )
