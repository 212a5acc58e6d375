# SPDX-License-Identifier: Apache-2.0
"""Who is who: relations, certificates, identifications, signatures, time authorities."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Arguments,
    Digest,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    PublicKey,
    Record,
    Signature,
    Timestamp,
    ValueDigest,
)


class Relation(Record):
    """Two organisations that are not independent of each other; `first` sorts before `second`."""

    first: OrganizationCode
    second: OrganizationCode
    kind: Name
    declared_by: OrganizationCode


class NewCertificate(Arguments):
    """A certificate authority's word that a key is a person's alone."""

    subject: Annotated[
        ValueDigest,
        Label(zh="身份摘要", en="Person"),
        Help(
            zh="证件号码的 HMAC，不是号码本身", en="HMAC of the person's number, never the number"
        ),
    ]
    public_key: Annotated[PublicKey, Label(zh="签名公钥", en="Key")]
    valid_from: Annotated[Timestamp, Label(zh="生效时间", en="Valid from")]
    valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")]


class Certificate(NewCertificate):
    """A certificate on record; a revoked one proves nothing after that."""

    id: Identifier
    authority: OrganizationCode
    revoked_at: Timestamp | None = None


class NewAssertion(Arguments):
    """An identity provider's word that a person has just shown who they are, with this key."""

    id: Annotated[Identifier, Label(zh="断言编号", en="Assertion")]
    subject: Annotated[ValueDigest, Label(zh="身份摘要", en="Person")]
    public_key: Annotated[PublicKey, Label(zh="签名公钥", en="Key")]
    level: Annotated[int, Meta(ge=1, le=4), Label(zh="认证等级", en="Level")]
    issued_at: Annotated[Timestamp, Label(zh="认证时间", en="Issued")]


class Assertion(NewAssertion):
    """The same on record; each is used once."""

    provider: OrganizationCode
    used_at: Timestamp | None = None
    used_for: ValueDigest | None = None


class Signed(Record):
    """A signature, with the certificate of its key and the assertion of who held it."""

    certificate: Identifier
    assertion: Identifier
    signature: Signature


class TimeAuthority(Record):
    """A time-stamp authority whose tokens the court takes."""

    certificate: Digest
    """SHA-256 of its X.509 certificate in DER."""
    name: Name
    valid_from: Timestamp
    valid_until: Timestamp
    published_by: OrganizationCode
