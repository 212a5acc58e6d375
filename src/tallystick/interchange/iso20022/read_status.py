# SPDX-License-Identifier: Apache-2.0
"""What a bank says of payments, from the bytes of a pain.002."""

from __future__ import annotations

from tallystick.interchange.iso20022.documents import PAIN_002, Node, read_document
from tallystick.interchange.iso20022.records import (
    BatchStatus,
    PaymentStatus,
    StatusReport,
    Verdict,
)


def read_status(data: bytes) -> StatusReport:
    """Return the report in a pain.002.001.03, .10 or .11.

    Raises:
        HostileFile: it has what is never accepted.
        LimitExceeded: it is too large.
        InvalidPaymentFile: another message, or not valid by its schema (.10: not as far as read).
    """
    _, body = read_document(data, PAIN_002)
    group = body.need("OrgnlGrpInfAndSts")
    return StatusReport(
        message_id=body.need_text("GrpHdr/MsgId"),
        original_message_id=group.need_text("OrgnlMsgId"),
        verdict=_verdict(group, "GrpSts"),
        batches=tuple(_batch(one) for one in body.all("OrgnlPmtInfAndSts")),
    )


def _batch(node: Node) -> BatchStatus:
    return BatchStatus(
        batch_id=node.need_text("OrgnlPmtInfId"),
        verdict=_verdict(node, "PmtInfSts"),
        payments=tuple(
            PaymentStatus(
                order_id=one.text("OrgnlEndToEndId"),
                uetr=one.text("OrgnlUETR"),
                verdict=verdict,
                place=one.place,
            )
            for one in node.all("TxInfAndSts")
            if (verdict := _verdict(one, "TxSts")) is not None
        ),
        place=node.place,
    )


def _verdict(node: Node, status_name: str) -> Verdict | None:
    status = node.text(status_name)
    if status is None:
        return None
    words = [one.own_text for one in node.all("StsRsnInf/AddtlInf") if one.own_text]
    return Verdict(
        status=status,
        reason=node.text("StsRsnInf/Rsn/Cd") or node.text("StsRsnInf/Rsn/Prtry"),
        text=" ".join(words) or None,
    )
