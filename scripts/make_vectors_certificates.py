# SPDX-License-Identifier: Apache-2.0
"""Write tests/vectors/certificates/chains.json: chains with our verdict and that of openssl.

New keys each time, so run it only when a case is added. `openssl verify` judges every case where
its rules and ours mean the same; where we are stricter on purpose, `openssl` is null and the
reason stands beside it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT_FOLDER = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT_FOLDER))

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: E402
from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: E402

from tallystick.crypto import check_chain  # noqa: E402
from tallystick.errors import InvalidCertificate  # noqa: E402
from tests.certificate_authority import (  # noqa: E402
    LEAF,
    LEAF_USAGE,
    MEMBER,
    MIDDLE,
    NOW_MS,
    ORGANIZATION,
    ROOT,
    Made,
    PrivateKey,
    make,
    name,
    new_ec,
    new_rsa,
)

TARGET = ROOT_FOLDER / "tests" / "vectors" / "certificates" / "chains.json"


class Case(NamedTuple):
    """A chain under authorities; `stricter` says why openssl may think otherwise."""

    title: str
    chain: list[bytes]
    authorities: list[bytes]
    expected: str
    """`ok`, or the field of the refusal."""
    stricter: str = ""


def unknown(number: str) -> x509.UnrecognizedExtension:
    """Return an extension that nobody knows."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(number), b"\x05\x00")


def altered(data: bytes, place: int) -> bytes:
    """Return bytes with one of them changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def cases() -> Iterator[Case]:
    """Yield every case."""
    root = make(ROOT)
    middle = make(MIDDLE, issuer=root)
    leaf = make(LEAF, issuer=middle)
    trusted = [root.der]
    yield Case("leaf below an issuing CA", [leaf.der, middle.der], trusted, "ok")
    yield Case("the root at the end of the chain", [leaf.der, middle.der, root.der], trusted, "ok")
    yield Case(
        "the issuing CA is the authority", [leaf.der], [middle.der], "ok", "needs -partial_chain"
    )
    direct = make(LEAF, issuer=root)
    yield Case("leaf directly below the root", [direct.der], trusted, "ok")
    yield from algorithms()
    yield from names(root)
    yield from broken_order(root, middle, leaf)
    yield from periods(root, middle)
    yield from powers(root, middle)
    yield from extensions(root, middle)
    yield from bytes_changed(root, middle, leaf)
    yield from weak()


def algorithms() -> Iterator[Case]:
    """Each kind of CA key."""
    kinds: dict[str, PrivateKey] = {
        "RSA 2048": new_rsa(2048),
        "RSA 4096": new_rsa(4096),
        "P-384": new_ec(ec.SECP384R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    for title, key in kinds.items():
        root = make(ROOT, key)
        yield Case(f"authority of {title}", [make(LEAF, issuer=root).der], [root.der], "ok")
    root = make(ROOT, new_rsa(2048))
    for digest in (hashes.SHA384(), hashes.SHA512()):
        leaf = make(LEAF, issuer=root, digest=digest)
        yield Case(f"RSA with {digest.name}", [leaf.der], [root.der], "ok")
    # The same name, another key: renewed authorities.
    renewed = make(ROOT)
    leaf = make(LEAF, issuer=renewed)
    yield Case("two authorities of one name", [leaf.der], [root.der, renewed.der], "ok")


def names(root: Made) -> Iterator[Case]:
    """How subjects name organisation and member; who is named is the ledger's rule."""
    good = {
        "organizationIdentifier": name(MEMBER, identifier=ORGANIZATION, organization="Bank"),
        "organizationIdentifier with its prefix": name(MEMBER, identifier=f"NTRCN-{ORGANIZATION}"),
        "serialNumber": name("王芳", number=MEMBER, organization=ORGANIZATION),
    }
    for title, subject in good.items():
        yield Case(title, [make(LEAF, issuer=root, subject=subject).der], [root.der], "ok")
    reason = "openssl does not read subjects"
    twice = x509.Name([*name(MEMBER, organization=ORGANIZATION), *name("other")])
    bad = {
        "no member in the subject": (name("", organization=ORGANIZATION), "chain.0.subject"),
        "no organisation in the subject": (name(MEMBER), "chain.0.subject"),
        "two common names": (twice, "chain.0.subject"),
    }
    for title, (subject, field) in bad.items():
        leaf = make(LEAF, issuer=root, subject=subject)
        yield Case(title, [leaf.der], [root.der], field, reason)


def broken_order(root: Made, middle: Made, leaf: Made) -> Iterator[Case]:
    """Chains that do not chain."""
    order = "openssl finds its own order"
    stranger = make(ROOT)
    yield Case("no certificate", [], [root.der], "chain.length", "nothing to verify")
    yield Case("no authority at all", [leaf.der, middle.der], [], "chain.1.authority")
    yield Case("the issuing CA is missing", [leaf.der], [root.der], "chain.0.authority")
    yield Case(
        "an authority of the same name", [leaf.der, middle.der], [stranger.der], "chain.1.signature"
    )
    other = make(ROOT, subject=name("Other Root"))
    yield Case(
        "an authority of another name", [leaf.der, middle.der], [other.der], "chain.1.authority"
    )
    yield Case("order swapped", [middle.der, leaf.der], [root.der], "chain.1.authority", order)
    yield Case(
        "a certificate twice",
        [leaf.der, middle.der, middle.der],
        [root.der],
        "chain.duplicate",
        order,
    )
    yield Case(
        "an unrelated certificate between",
        [leaf.der, stranger.der, middle.der],
        [root.der],
        "chain.0.issuer",
        order,
    )
    alone = make(LEAF)
    yield Case("leaf signed by itself", [alone.der], [root.der], "chain.0.authority")
    links = [root]
    for number in range(5):
        links.append(make(MIDDLE, issuer=links[-1], path_length=None, subject=name(f"CA {number}")))
    long = [make(LEAF, issuer=links[-1]).der, *(one.der for one in reversed(links[1:]))]
    yield Case("six certificates", long, [root.der], "chain.length", "openssl allows a hundred")
    four = [make(LEAF, issuer=links[4]).der, *(one.der for one in reversed(links[1:5]))]
    yield Case("five certificates", four, [root.der], "ok")


def periods(root: Made, middle: Made) -> Iterator[Case]:
    """Time."""
    expired = make(LEAF, issuer=middle, starts=-60, ends=-1)
    yield Case("leaf expired", [expired.der, middle.der], [root.der], "chain.0.validity")
    early = make(LEAF, issuer=middle, starts=1)
    yield Case("leaf not yet valid", [early.der, middle.der], [root.der], "chain.0.validity")
    old = make(MIDDLE, issuer=root, starts=-60, ends=-1)
    below = make(LEAF, issuer=old)
    yield Case("issuing CA expired", [below.der, old.der], [root.der], "chain.1.validity")
    gone = make(ROOT, starts=-60, ends=-1)
    yield Case("authority expired", [make(LEAF, issuer=gone).der], [gone.der], "authority.validity")
    last = make(LEAF, issuer=middle, starts=-1, ends=0)
    told = "openssl ends a second earlier; RFC 5280 4.1.2.5 counts the last second in"
    yield Case("the last moment", [last.der, middle.der], [root.der], "ok", told)
    first = make(LEAF, issuer=middle, starts=0)
    yield Case("the first moment", [first.der, middle.der], [root.der], "ok")


def powers(root: Made, middle: Made) -> Iterator[Case]:
    """What CAs and leaves may do."""
    no_ca = make(MIDDLE, issuer=root, is_ca=False, path_length=None)
    leaf = make(LEAF, issuer=no_ca)
    yield Case("issuer is not a CA", [leaf.der, no_ca.der], [root.der], "chain.1.basic_constraints")
    silent = make(MIDDLE, new_ec(), issuer=root, is_ca=None)
    leaf = make(LEAF, issuer=silent)
    yield Case(
        "issuer without basicConstraints",
        [leaf.der, silent.der],
        [root.der],
        "chain.1.basic_constraints",
    )
    member = make(LEAF, new_ec(), issuer=middle)
    leaf = make(LEAF, issuer=member)
    yield Case(
        "a member issues",
        [leaf.der, member.der, middle.der],
        [root.der],
        "chain.1.basic_constraints",
    )
    second = make(MIDDLE, issuer=middle, subject=name("Second CA"), path_length=None)
    leaf = make(LEAF, issuer=second)
    yield Case(
        "pathLen of an issuing CA exceeded",
        [leaf.der, second.der, middle.der],
        [root.der],
        "chain.2.path_length",
    )
    short = make(ROOT, path_length=0)
    below = make(MIDDLE, issuer=short)
    leaf = make(LEAF, issuer=below)
    yield Case(
        "pathLen of the authority exceeded",
        [leaf.der, below.der],
        [short.der],
        "authority.path_length",
    )
    self_issued = make(MIDDLE, issuer=short, subject=short.certificate.subject, path_length=None)
    leaf = make(LEAF, issuer=self_issued)
    yield Case("a self-issued CA does not count", [leaf.der, self_issued.der], [short.der], "ok")
    no_sign = make(MIDDLE, issuer=root, usage=frozenset({"crl_sign"}))
    leaf = make(LEAF, issuer=no_sign)
    yield Case(
        "issuer without keyCertSign", [leaf.der, no_sign.der], [root.der], "chain.1.key_usage"
    )
    silent = make(MIDDLE, issuer=root, usage=None)
    leaf = make(LEAF, issuer=silent)
    told = "RFC 5280 demands keyUsage of CAs, its validation only checks it if present"
    yield Case(
        "issuer without keyUsage", [leaf.der, silent.der], [root.der], "chain.1.key_usage", told
    )
    leaf = make(LEAF, issuer=middle, usage=None)
    yield Case(
        "leaf without keyUsage", [leaf.der, middle.der], [root.der], "chain.0.key_usage", told
    )
    leaf = make(LEAF, issuer=middle, usage=frozenset({"key_agreement"}))
    yield Case(
        "leaf without digitalSignature",
        [leaf.der, middle.der],
        [root.der],
        "chain.0.key_usage",
        "openssl asks only with a purpose",
    )
    ca = make(
        LEAF,
        ed25519.Ed25519PrivateKey.generate(),
        issuer=root,
        is_ca=True,
        usage=LEAF_USAGE | {"key_cert_sign"},
    )
    yield Case(
        "the leaf is a CA", [ca.der], [root.der], "chain.0.basic_constraints", "a rule of ours"
    )
    leaf = make(LEAF, new_ec(), issuer=middle)
    yield Case(
        "a leaf of another kind of key",
        [leaf.der, middle.der],
        [root.der],
        "chain.0.key",
        "a rule of ours",
    )


def extensions(root: Made, middle: Made) -> Iterator[Case]:
    """Critical and unknown ones."""
    odd = unknown("1.3.6.1.4.1.99999.1")
    leaf = make(LEAF, issuer=middle, extensions=((odd, True),))
    yield Case(
        "unknown critical extension", [leaf.der, middle.der], [root.der], "chain.0.extension"
    )
    leaf = make(LEAF, issuer=middle, extensions=((odd, False),))
    yield Case("unknown extension", [leaf.der, middle.der], [root.der], "ok")
    strange = make(MIDDLE, issuer=root, extensions=((odd, True),))
    leaf = make(LEAF, issuer=strange)
    yield Case(
        "unknown critical extension of a CA",
        [leaf.der, strange.der],
        [root.der],
        "chain.1.extension",
    )
    limits = x509.NameConstraints([x509.DNSName("example.com")], None)
    bound = make(MIDDLE, issuer=root, extensions=((limits, True),))
    leaf = make(LEAF, issuer=bound)
    told = "openssl honours them; here they are refused"
    yield Case("name constraints", [leaf.der, bound.der], [root.der], "chain.1.extension", told)
    policy = x509.PolicyConstraints(require_explicit_policy=5, inhibit_policy_mapping=None)
    bound = make(MIDDLE, issuer=root, extensions=((policy, True),))
    leaf = make(LEAF, issuer=bound)
    yield Case("policy constraints", [leaf.der, bound.der], [root.der], "chain.1.extension", told)
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    leaf = make(LEAF, issuer=middle, extensions=((server, False),))
    yield Case(
        "for servers only",
        [leaf.der, middle.der],
        [root.der],
        "chain.0.extended_key_usage",
        "needs -purpose",
    )
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    leaf = make(LEAF, issuer=middle, extensions=((client, True),))
    yield Case("for clients", [leaf.der, middle.der], [root.der], "ok")
    mail = x509.SubjectAlternativeName([x509.RFC822Name("wang@example.com")])
    leaf = make(LEAF, issuer=middle, extensions=((mail, False),))
    yield Case("with an e-mail address", [leaf.der, middle.der], [root.der], "ok")


def bytes_changed(root: Made, middle: Made, leaf: Made) -> Iterator[Case]:
    """Bytes that somebody changed."""
    trusted, above = [root.der], middle.der
    yield Case("signature altered", [altered(leaf.der, -3), above], trusted, "chain.0.signature")
    place = leaf.der.index(MEMBER.encode())
    yield Case("subject altered", [altered(leaf.der, place), above], trusted, "chain.0.signature")
    key = leaf.certificate.public_key()
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise TypeError(key)
    place = leaf.der.index(key.public_bytes_raw()) + 5
    yield Case(
        "public key altered", [altered(leaf.der, place), above], trusted, "chain.0.signature"
    )
    yield Case("issuing CA altered", [leaf.der, altered(above, -3)], trusted, "chain.1.signature")
    none = "nothing openssl can read"
    yield Case("cut off", [leaf.der[:-1], above], trusted, "chain.0.encoding", none)
    yield Case(
        "bytes behind",
        [leaf.der + b"\0", above],
        trusted,
        "chain.0.encoding",
        "openssl ignores them",
    )
    yield Case("empty", [b"", above], trusted, "chain.0.size", none)
    yield Case("not a certificate", [b"certificate", above], trusted, "chain.0.encoding", none)
    yield Case(
        "too large", [leaf.der.ljust(8 * 1024 + 1, b"\0"), above], trusted, "chain.0.size", none
    )
    twin = make(MIDDLE, issuer=root)
    yield Case("another CA of the same name", [leaf.der, twin.der], trusted, "chain.0.signature")


def weak() -> Iterator[Case]:
    """What was broken, or will be."""
    told = "openssl at its default security level says no for the same reason, or yes"
    small = make(ROOT, new_rsa(1024))
    yield Case("RSA 1024", [make(LEAF, issuer=small).der], [small.der], "authority.key", told)
    large = make(ROOT, new_rsa(8192))
    yield Case("RSA 8192", [make(LEAF, issuer=large).der], [large.der], "authority.key", told)
    root = make(ROOT, new_rsa(2048))
    sha256_oid, sha1_oid = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    old = make(LEAF, issuer=root).der.replace(sha256_oid, sha1_oid)
    yield Case("SHA-1", [old], [root.der], "chain.0.algorithm", told)
    leaf = make(LEAF, issuer=root, digest=hashes.SHA224())
    yield Case("SHA-224", [leaf.der], [root.der], "chain.0.algorithm", told)
    leaf = make(LEAF, issuer=root, pss=True)
    yield Case("RSA-PSS", [leaf.der], [root.der], "chain.0.algorithm", told)
    curve = make(ROOT, new_ec(ec.SECP521R1()))
    yield Case("P-521", [make(LEAF, issuer=curve).der], [curve.der], "authority.key", told)
    curve = make(ROOT, new_ec(ec.SECP256K1()))
    yield Case("secp256k1", [make(LEAF, issuer=curve).der], [curve.der], "authority.key", told)


def our_verdict(case: Case) -> str:
    """Return `ok`, or the field of our refusal."""
    try:
        check_chain(case.chain, case.authorities, NOW_MS)
    except InvalidCertificate as refusal:
        return refusal.field or "?"
    return "ok"


def openssl_says(chain: list[bytes], authorities: list[bytes]) -> bool:
    """Ask `openssl verify`: only the given authorities, at the given time."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for title, certificates in (
            ("leaf", chain[:1]),
            ("middle", chain[1:]),
            ("trusted", authorities),
        ):
            path = Path(folder) / f"{title}.pem"
            path.write_text("".join(pem(one) for one in certificates), encoding="ascii")
            files[title] = str(path)
        words = ["openssl", "verify", "-attime", str(NOW_MS // 1000)]
        words += ["-no-CApath", "-no-CAstore", "-CAfile", files["trusted"]]
        words += ["-untrusted", files["middle"]] if chain[1:] else []
        done = subprocess.run([*words, files["leaf"]], capture_output=True, check=False)
    return done.returncode == 0


def pem(data: bytes) -> str:
    """Return DER as PEM, whatever is in it."""
    text = base64.encodebytes(data).decode("ascii")
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def main() -> int:
    """Write the file; fail if a verdict is not the expected one or openssl disagrees."""
    rows, wrong = [], []
    for case in cases():
        found = our_verdict(case)
        judged = None if case.stricter else openssl_says(case.chain, case.authorities)
        if found != case.expected:
            wrong.append(f"{case.title}: {found}, expected {case.expected}")
        if judged is not None and judged != (found == "ok"):
            wrong.append(f"{case.title}: openssl says {judged}")
        rows.append(
            {
                "title": case.title,
                "chain": [base64.b64encode(one).decode() for one in case.chain],
                "authorities": [base64.b64encode(one).decode() for one in case.authorities],
                "verdict": case.expected,
                "openssl": judged,
                "why_not_openssl": case.stricter,
            }
        )
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    document = {"time_ms": NOW_MS, "cases": rows}
    TARGET.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(rows)} cases, {sum(row['openssl'] is not None for row in rows)} judged by openssl")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
