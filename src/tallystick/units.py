# SPDX-License-Identifier: Apache-2.0
"""Heights, hashes, times, units of money and the limits that all rooms share.

Limits that bytes must meet are checked before decoding (reliability of parsers); relations
between limits are asserted in `tests/unit/test_units.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NewType

Height = NewType("Height", int)
"""Position of a block; genesis is 0, the first block 1."""

Hash32 = NewType("Hash32", bytes)
"""A SHA-256 digest, exactly 32 bytes."""

TransactionId = NewType("TransactionId", bytes)
"""SHA-256 of the exact bytes of a transaction, 32 bytes."""

PublicKey = NewType("PublicKey", bytes)
"""A raw Ed25519 public key, 32 bytes; it is also the key id."""

TimeMs = NewType("TimeMs", int)
"""Unix time in milliseconds, UTC."""

OrganizationId = NewType("OrganizationId", str)
"""Unified social credit code (GB 32100), 18 characters."""

VERSION: Final = "0.1.0"
"""Of this software; protocol versions are in the structures they belong to."""

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that only this machine reaches."""

DAY_MS: Final = 86_400_000
"""A day of 24 hours in milliseconds."""
HASH_SIZE: Final = 32
INTEGER_MAX: Final = 2**63 - 1
"""Largest integer in ledger data: signed 64 bit, so that every language can hold it."""

TRANSACTION_BYTES_MAX: Final = 64 * 1024
"""Whole signed transaction."""
HEADER_BYTES_MAX: Final = 1024
"""Protected header of a transaction."""
VALUE_DEPTH_MAX: Final = 16
"""Nesting of maps and lists in canonical bytes."""
ENTRY_BYTES_MAX: Final = 65_535
"""One log entry: the C2SP bundle length field is 16 bits."""
OUTCOME_BYTES_MAX: Final = 48 * 1024
"""Return value and events of one transaction together."""
STATE_KEY_BYTES_MAX: Final = 400
"""LMDB takes keys up to 511 bytes; the rest is for the store's own prefix."""
STATE_VALUE_BYTES_MAX: Final = 64 * 1024
BLOCK_TRANSACTIONS_MAX: Final = 5_000
BLOCK_BYTES_MAX: Final = 8 * 1024 * 1024
BATCH_TRANSACTIONS_MAX: Final = 5_000
"""Transactions in one batch submission over HTTP."""
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
DOCUMENT_BYTES_MAX: Final = 5_000_000_000
"""One document, as it is stored: sealed."""
NAME_CHARACTERS_MAX: Final = 200
MEMBER_ROLES_MAX: Final = 32
TEXT_CHARACTERS_MAX: Final = 2_000
VALIDATORS_MAX: Final = 100
"""Validators of one network: one an organisation. The engine's own limit is 10,000."""
TOTAL_POWER_MAX: Final = 2**60 - 1
"""Voting power of all validators together; the engine refuses more."""
CERTIFICATES_MAX: Final = 1_000
"""Changes of validators in one history."""

_TWO_PLACES: Final = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NO_PLACES: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_PLACES: Final = "BHD IQD JOD KWD LYD OMR TND"

CURRENCY_DIGITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(_TWO_PLACES.split(), 2),
        **dict.fromkeys(_NO_PLACES.split(), 0),
        **dict.fromkeys(_THREE_PLACES.split(), 3),
    }
)
"""Currency -> digits after the point. One that is not here is refused: a guess moves money."""
