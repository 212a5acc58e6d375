# SPDX-License-Identifier: Apache-2.0
"""Whether the goods are there: counts, random inspections, sensors, and alerts."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    CLOCK_AHEAD_MS,
    Context,
    Count,
    Digest,
    Identifier,
    Label,
    Signature,
    Timestamp,
    action,
    digest_of,
    replace,
)
from tallystick.contracts.parts import Deadline, TooLate
from tallystick.industries.inventory.events import (
    AlertChanged,
    Counted,
    InspectionDrawn,
    InspectionEnded,
    SensorsReported,
)
from tallystick.industries.inventory.records import (
    Inspection,
    InspectionState,
    Receipt,
    ReceiptState,
    SomeSerials,
    Warehouse,
)
from tallystick.industries.inventory.refusals import (
    Backdated,
    DoesNotFit,
    ForgedCount,
    NotYours,
    SerialTwice,
    StepMissing,
    Unlicensed,
)
from tallystick.industries.inventory.rules import drawn_indices, list_root, normalised_serials
from tallystick.industries.inventory.tables import InventoryTables, alert_changed, require_party
from tallystick.industries.inventory.workflows import AUDITOR, KEEPER, MONITOR, OFFICER, RISK

COUNT_ALERT = "count"
INSPECTION_ALERT = "inspection"
CLEARED = "cleared"
_DUE = "inspection"
_LIVE = frozenset(
    {
        ReceiptState.ISSUED,
        ReceiptState.PLEDGED,
        ReceiptState.PART_RELEASED,
        ReceiptState.DISCHARGED,
        ReceiptState.FROZEN,
    }
)


class Counting(InventoryTables):
    """What is counted and inspected; devices sign with keys of their own."""

    @action(
        role=(KEEPER, MONITOR),
        label=Label(zh="报送盘点", en="Report a count"),
        emits=(Counted, AlertChanged),
        refuses=(ForgedCount, Backdated, StepMissing),
    )
    def count_stock(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        counted: Annotated[Count, Label(zh="实存箱数", en="Cases found")],
        scanned_at: Annotated[Timestamp, Label(zh="扫描时间", en="Scanned at")],
        signature: Annotated[Signature, Label(zh="设备签名", en="Signature of the scanner")],
    ) -> Receipt:
        """en: Reports what the warehouse's scanner counted; what differs from the books is alerted.

        zh: 报送仓库设备的盘点结果；与账面不符即触发警示。
        """
        kept = self.receipts.require(receipt)
        warehouse = self.warehouses.require(kept.warehouse)
        signed = count_digest(kept.id, counted, scanned_at)
        self._check_scan(ctx, warehouse, signed, signature)
        _check_scan_time(ctx, scanned_at, earliest=kept.counted_at or scanned_at)
        if kept.state not in _LIVE:
            raise StepMissing(subject=kept.id, missing="issue_receipt")
        found = replace(kept, counted=counted, counted_at=scanned_at)
        ctx.emit(
            Counted(
                receipt=kept.id,
                warehouse=kept.warehouse,
                dealer=kept.holder,
                expected=kept.count,
                counted=counted,
                at=scanned_at,
            )
        )
        if counted != kept.count and kept.alert is None:
            found = replace(found, alert=COUNT_ALERT)
            ctx.emit(alert_changed(kept, COUNT_ALERT))
        elif counted == kept.count and kept.alert == COUNT_ALERT:
            found = replace(found, alert=None)
            ctx.emit(alert_changed(kept, CLEARED))
        return self.receipts.replace(found)

    @action(
        role=AUDITOR,
        label=Label(zh="解除警示", en="Clear an alert"),
        emits=(AlertChanged,),
        refuses=(StepMissing,),
    )
    def clear_alert(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: Ends an alert after an audit; one of a count ends only by a count that fits.

        zh: 审计后解除警示；盘点不符须以相符的盘点解除。
        """
        kept = self.receipts.require(receipt)
        if kept.alert is None or kept.counted != kept.count:
            raise StepMissing(subject=kept.id, missing="count_stock")
        ctx.emit(alert_changed(kept, CLEARED))
        return self.receipts.replace(replace(kept, alert=None))

    @action(
        role=(OFFICER, RISK, AUDITOR),
        label=Label(zh="随机抽查", en="Draw an inspection"),
        emits=(InspectionDrawn,),
        refuses=(StepMissing,),
    )
    def draw_inspection(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Inspection:
        """en: Draws cases by this transaction's digest; the keeper scans them within the time.

        zh: 以本交易摘要随机抽取箱货，保管人须在时限内扫描。
        """
        kept = self.receipts.require(receipt)
        if kept.state not in _LIVE or kept.count == 0:
            raise StepMissing(subject=kept.id, missing="issue_receipt")
        parameters = self.parameters.now()
        inspection = Inspection(
            id=ctx.next_id("IN"),
            receipt=kept.id,
            warehouse=kept.warehouse,
            serials=self._drawn(kept, ctx.transaction_id.hex(), parameters.inspection_serials),
            seed=ctx.transaction_id.hex(),
            drawn_at=ctx.block_time_ms,
            due=ctx.block_time_ms + parameters.inspection_s * 1_000,
            state=InspectionState.DRAWN,
        )
        self.deadlines.set(inspection.id, _DUE, due=inspection.due, on_expiry="inspection")
        ctx.emit(
            InspectionDrawn(
                inspection=inspection.id,
                receipt=kept.id,
                warehouse=kept.warehouse,
                count=len(inspection.serials),
                due=inspection.due,
            )
        )
        return self.inspections.add(inspection)

    @action(
        role=KEEPER,
        label=Label(zh="报送抽查", en="Report an inspection"),
        emits=(InspectionEnded, AlertChanged),
        refuses=(Unlicensed, ForgedCount, Backdated, DoesNotFit, SerialTwice),
    )
    def report_inspection(
        self,
        ctx: Context,
        inspection: Annotated[Identifier, Label(zh="抽查", en="Inspection")],
        found: Annotated[SomeSerials, Label(zh="已找到箱码", en="Serials found")],
        scanned_at: Annotated[Timestamp, Label(zh="扫描时间", en="Scanned at")],
        signature: Annotated[Signature, Label(zh="设备签名", en="Signature of the scanner")],
    ) -> Inspection:
        """en: Reports which of the drawn cases were scanned, in time and signed by the scanner.

        zh: 在时限内报送由设备签名的抽查扫描结果。
        """
        drawn = self.inspections.require(inspection)
        warehouse = self.kept_warehouse(ctx, drawn.warehouse)
        plain = normalised_serials(found)
        signed = inspection_digest(drawn.id, plain, scanned_at)
        self._check_scan(ctx, warehouse, signed, signature)
        if ctx.block_time_ms > drawn.due:
            raise TooLate(case=drawn.id, name=_DUE, due=drawn.due)
        _check_scan_time(ctx, scanned_at, earliest=drawn.drawn_at)
        strange = set(plain) - set(drawn.serials)
        if strange:
            raise DoesNotFit(subject=min(strange), what=drawn.id)
        self.deadlines.clear(drawn.id, _DUE)
        missing = len(drawn.serials) - len(plain)
        return self._end(ctx, drawn, "fail" if missing else "pass", missing=missing)

    @action(
        role=MONITOR,
        label=Label(zh="报送监控状态", en="Report sensors"),
        emits=(SensorsReported,),
        refuses=(NotYours,),
    )
    def report_sensors(
        self,
        ctx: Context,
        warehouse: Annotated[Identifier, Label(zh="仓库", en="Warehouse")],
        cameras: Annotated[Count, Label(zh="正常摄像头", en="Cameras that work")],
        sensors: Annotated[Count, Label(zh="正常传感器", en="Sensors that work")],
        evidence: Annotated[Digest | None, Label(zh="记录哈希", en="Hash of the record")] = None,
    ) -> Warehouse:
        """en: The monitor tells that cameras and sensors of a warehouse work.

        zh: 监管方报送仓库摄像头与传感器的状态。
        """
        kept = self.warehouses.require(warehouse)
        require_party(ctx, kept.id, kept.monitor)
        ctx.emit(
            SensorsReported(
                warehouse=kept.id,
                cameras=cameras,
                sensors=sensors,
                silent_s=(ctx.block_time_ms - kept.heard_at) // 1_000,
                evidence=evidence,
                at=ctx.block_time_ms,
            )
        )
        return self.warehouses.replace(replace(kept, heard_at=ctx.block_time_ms))

    def on_inspection(self, ctx: Context, deadline: Deadline) -> None:
        """Note that the keeper has not shown the cases in time."""
        drawn = self.inspections.require(deadline.case)
        self._end(ctx, drawn, "miss", missing=len(drawn.serials))

    def _end(self, ctx: Context, drawn: Inspection, result: str, *, missing: int) -> Inspection:
        """Move an inspection to its end; what is missing is alerted until somebody has looked."""
        ended = self.inspection_flow.move(ctx, self.inspections, drawn, result, missing=missing)
        receipt = self.receipts.require(drawn.receipt)
        if missing and receipt.alert is None:
            ctx.emit(self.raise_alert(receipt, INSPECTION_ALERT))
        ctx.emit(
            InspectionEnded(
                inspection=ended.id,
                receipt=ended.receipt,
                warehouse=ended.warehouse,
                result=ended.state,
                missing=missing,
                took_s=(ctx.block_time_ms - ended.drawn_at) // 1_000,
            )
        )
        return ended

    def _drawn(self, receipt: Receipt, seed: str, sample: int) -> tuple[str, ...]:
        """Return the serials at the drawn places of a receipt, from the lots they lie in."""
        indices = drawn_indices(
            digest_of("receipt", seed, list_root(receipt.lots)), receipt.count, sample
        )
        found: list[str] = []
        first = 0
        for share in receipt.lots:
            here = [index - first for index in indices if first <= index < first + share.count]
            if here:
                serials = self.lots.require(share.lot).serials
                found += [serials[index] for index in here]
            first += share.count
        return tuple(found)

    def _check_scan(self, ctx: Context, warehouse: Warehouse, signed: str, signature: str) -> None:
        """Raise `ForgedCount` if the warehouse's scanner has not signed a scan."""
        if not ctx.has_signed(warehouse.scanner_key, signed, signature):
            raise ForgedCount(warehouse=warehouse.id)


def count_digest(receipt: str, counted: int, scanned_at: int) -> str:
    """Return the digest that a scanner signs for a count."""
    return digest_of("inventory-count", receipt, counted, scanned_at)


def inspection_digest(inspection: str, serials: list[str], scanned_at: int) -> str:
    """Return the digest that a scanner signs for an inspection; serials without separators."""
    return digest_of("inventory-inspection", inspection, *serials, scanned_at)


def _check_scan_time(ctx: Context, scanned_at: int, *, earliest: int) -> None:
    """Raise `Backdated` if a scan says a time before what it answers, or after now."""
    latest = ctx.block_time_ms + CLOCK_AHEAD_MS
    if not earliest <= scanned_at <= latest:
        raise Backdated(scanned_at=scanned_at, earliest=earliest, latest=latest)
