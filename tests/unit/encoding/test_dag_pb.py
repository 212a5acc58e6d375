# SPDX-License-Identifier: Apache-2.0
"""Nodes of content trees: their links are bounded before anybody walks them."""

from __future__ import annotations

import pytest

from tallystick.crypto import sha256
from tallystick.encoding import CODEC_RAW, Cid, FileLink, decode_links, encode_file_node
from tallystick.encoding.dag_pb import LINKS_MAX
from tallystick.errors import Malformed

LINK = FileLink(Cid(CODEC_RAW, sha256(b"chunk")), 5, 5)


def test_a_node_may_have_so_many_links_and_no_more() -> None:
    """The last one that may is read; one more is refused (docs/spec/document.md)."""
    assert len(decode_links(encode_file_node([LINK] * LINKS_MAX))) == LINKS_MAX
    with pytest.raises(Malformed):
        decode_links(encode_file_node([LINK] * (LINKS_MAX + 1)))
