# SPDX-License-Identifier: Apache-2.0
"""A contract with private records; in a file of its own, which is all that its digest covers."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Label,
    Name,
    OrganizationCode,
    action,
)
from tallystick.contracts.parts import PrivateRecords, SealedData


class Vault(Contract, name="vault", version=1, label=Label(zh="保险库", en="Vault")):
    """en: Private records of any member.

    zh: 成员的非公开记录。
    """

    secrets = PrivateRecords(label=Label(zh="机密", en="Secrets"))

    @action(role=ANY_MEMBER, label=Label(zh="登记", en="Declare"))
    def declare(
        self, ctx: Context, record: Name, sealed: SealedData, recipients: list[OrganizationCode]
    ) -> None:
        """en: Declares a private record.

        zh: 登记非公开记录。
        """
        self.secrets.declare(ctx, record, sealed, recipients=recipients)

    @action(role=ANY_MEMBER, label=Label(zh="增加接收方", en="Add a recipient"))
    def add(self, ctx: Context, record: Name, recipient: OrganizationCode) -> None:
        """en: Lets one more organisation read.

        zh: 增加一个接收方。
        """
        self.secrets.add_recipient(ctx, record, recipient)

    @action(role=ANY_MEMBER, label=Label(zh="删除", en="Erase"))
    def erase(self, ctx: Context, record: Name) -> None:
        """en: Erases a private record.

        zh: 删除非公开记录。
        """
        self.secrets.erase(ctx, record)
