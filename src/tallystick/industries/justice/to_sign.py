# SPDX-License-Identifier: Apache-2.0
"""What a person signs, said before anything is sent: a query for each act with a signature."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Identifier,
    Label,
    OrganizationCode,
    Timestamp,
    ValueDigest,
    query,
)
from tallystick.industries.justice.queries import Queries
from tallystick.industries.justice.records import Key, Obligations
from tallystick.industries.justice.rules import (
    authorization_digest,
    owed_to,
    signing_digest,
)
from tallystick.industries.justice.tables import party_of


class ToSign(Queries):
    """Digests over which an agreement's parties sign; each is that of one party alone."""

    @query(label=Label(zh="合同签署摘要", en="Agreement, to sign"))
    def agreement_to_sign(self, agreement: Identifier, role: Key) -> ValueDigest:
        """en: Returns what a party signs to enter an agreement: text, code, parties, parameters.

        zh: 返回一方签署合同时所签的摘要：文本、代码、当事人与参数。
        """
        kept = self.agreements.require(agreement)
        return signing_digest(kept.digest, party_of(kept, role).role)

    @query(label=Label(zh="变更签署摘要", en="Amendment, to sign"))
    def amendment_to_sign(self, amendment: Identifier, role: Key) -> ValueDigest:
        """en: Returns what a party signs to amend an agreement.

        zh: 返回一方签署变更时所签的摘要。
        """
        kept = self.amendments.require(amendment)
        party = party_of(self.agreements.require(kept.agreement), role)
        return signing_digest(kept.digest, party.role)

    @query(label=Label(zh="扣款授权签署摘要", en="Leave to debit, to sign"))
    def debit_to_sign(
        self,
        agreement: Identifier,
        role: Key,
        account: ValueDigest,
        cap: Annotated[Amount, Label(zh="扣款总额上限", en="Cap")],
        valid_until: Timestamp,
    ) -> ValueDigest:
        """en: Returns what a debtor signs to let its account be debited up to a cap.

        zh: 返回债务人授权在上限内扣款时所签的摘要。
        """
        party = party_of(self.agreements.require(agreement), role)
        document = authorization_digest(agreement, party.role, account, cap, valid_until)
        return signing_digest(document, party.role)

    @query(label=Label(zh="立案确认摘要", en="Filing, to sign"))
    def filing_to_sign(
        self,
        agreement: Identifier,
        court: OrganizationCode,
        creditor: Key,
        obligations: Obligations,
    ) -> ValueDigest:
        """en: Returns what a creditor signs to file these obligations at a court (JUD-7).

        zh: 返回债权人就这些义务向法院立案时所签的摘要。
        """
        kept = self.agreements.require(agreement)
        bundle = self.bundle_to_confirm(agreement, court, obligations)
        return signing_digest(bundle, party_of(kept, creditor).role)

    @query(label=Label(zh="执行申请摘要", en="Enforcement, to sign"))
    def enforcement_to_sign(self, agreement: Identifier, creditor: Key) -> ValueDigest:
        """en: Returns what a creditor signs to have enforced what is owed to it and overdue.

        zh: 返回债权人就到期未履行义务申请执行时所签的摘要。
        """
        kept = self.agreements.require(agreement)
        owed = tuple(one.id for one in owed_to(creditor, self.obligations_of(kept)))
        document = self.enforcement_to_confirm(agreement, owed)
        return signing_digest(document, party_of(kept, creditor).role)
