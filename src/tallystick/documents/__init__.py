# SPDX-License-Identifier: Apache-2.0
"""Keeps sealed bytes off the chain, for one organisation, and destroys them when it must."""

from tallystick.documents.car_files import root_of, take_car, write_car
from tallystick.documents.car_reader import CarReader
from tallystick.documents.depot import Depot, DepotLimits, SliceProof
from tallystick.documents.folder_store import FolderStore
from tallystick.documents.holdings import Holding, Holdings, Place
from tallystick.documents.kubo_store import KuboStore
from tallystick.documents.object_store import BucketPlace, ObjectStore, open_bucket
from tallystick.documents.ports import Store
from tallystick.documents.wraps import Wraps

__all__ = [
    "BucketPlace",
    "CarReader",
    "Depot",
    "DepotLimits",
    "FolderStore",
    "Holding",
    "Holdings",
    "KuboStore",
    "ObjectStore",
    "Place",
    "SliceProof",
    "Store",
    "Wraps",
    "open_bucket",
    "root_of",
    "take_car",
    "write_car",
]
