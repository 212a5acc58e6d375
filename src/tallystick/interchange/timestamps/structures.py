# SPDX-License-Identifier: Apache-2.0
"""The reply of an authority as ASN.1: asn1crypto's own wants a token even where none is granted."""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import cms, core, tsp


class Reply(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp (RFC 3161 2.4.2)."""

    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]
