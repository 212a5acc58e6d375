# SPDX-License-Identifier: Apache-2.0
"""Evidence packages: originals with what proves them, as BagIt bags or ASiC-E containers."""

from tallystick.interchange.packages.bags import Bag, BagFile, check_bag, read_bag
from tallystick.interchange.packages.containers import (
    SIGNATURE,
    Container,
    Sealed,
    container_manifest,
    read_container,
    write_container,
)
from tallystick.interchange.packages.writing import (
    EVIDENCE_FOLDER,
    INDEX,
    INDEX_FORMAT,
    PROOF_BYTES_MAX,
    SIGNATURES,
    Exhibit,
    PackageFacts,
    make_package,
    write_package,
)

__all__ = [
    "EVIDENCE_FOLDER",
    "INDEX",
    "INDEX_FORMAT",
    "PROOF_BYTES_MAX",
    "SIGNATURE",
    "SIGNATURES",
    "Bag",
    "BagFile",
    "Container",
    "Exhibit",
    "PackageFacts",
    "Sealed",
    "check_bag",
    "container_manifest",
    "make_package",
    "read_bag",
    "read_container",
    "write_container",
    "write_package",
]
