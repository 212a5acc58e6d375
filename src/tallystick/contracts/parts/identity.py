# SPDX-License-Identifier: Apache-2.0
"""Who acts: four eyes, the party a call counts for, and codes of organisations.

Roles are not here: a method names the roles it needs, a contract the roles that exclude each
other (`exclusive_roles`), and who holds which role is a matter of membership, where keys are also
revoked and expire.
"""

from __future__ import annotations

from enum import StrEnum

from tallystick.contracts.context import Context
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.values import Name, OrganizationCode
from tallystick.errors import Malformed
from tallystick.model import check_organization_id


class FourEyes(Refusal, code="E_CONFLICT"):
    """en: {person} has had a part in this matter already; another person must do it.

    zh: {person} 已参与该事项，须由另一人办理。
    """

    person: Name
    earlier: tuple[Name, ...]
    """Everybody who may not do it."""


class SameOrganization(Refusal, code="E_CONFLICT"):
    """en: {organization} has had a part in this matter already; another organisation must do it.

    zh: {organization} 已参与该事项，须由另一机构办理。
    """

    organization: OrganizationCode
    earlier: tuple[OrganizationCode, ...]


class InvalidOrganization(Refusal, code="E_FORMAT"):
    """en: {code_given} is not a unified social credit code, or its check character is wrong.

    zh: {code_given} 不是统一社会信用代码，或校验码有误。
    """

    code_given: str


class Acting(StrEnum):
    """For whom a call counts, where each may do a thing once: a part's constructor says which."""

    ORGANIZATION = "organization"
    PERSON = "person"

    def party(self, ctx: Context) -> str:
        """Return the signer's organisation, or the person as `organization/member`."""
        return ctx.person if self is Acting.PERSON else ctx.signer.organization


def require_other(ctx: Context, *earlier: str) -> None:
    """Go on only if the signer is none of these persons (`ctx.person` as it was kept).

    Raises:
        FourEyes: the signer is one of them.
    """
    if ctx.person in earlier:
        raise FourEyes(person=ctx.person, earlier=earlier)


def require_other_organization(ctx: Context, *earlier: str) -> None:
    """Go on only if the signer's organisation is none of these.

    Raises:
        SameOrganization: it is one of them.
    """
    if ctx.signer.organization in earlier:
        raise SameOrganization(organization=ctx.signer.organization, earlier=earlier)


def check_organization(code: str) -> str:
    """Return a code whose check character is right: for codes that are not arguments themselves.

    Arguments and their fields of type `OrganizationCode` are checked before the method runs.

    Raises:
        InvalidOrganization: it is not a unified social credit code (GB 32100).
    """
    try:
        return check_organization_id(code)
    except Malformed as error:
        raise InvalidOrganization(code_given=code[:40]) from error
