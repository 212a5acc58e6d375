# SPDX-License-Identifier: Apache-2.0
"""The SDK: talks to a node, and verifies what it says without believing it."""

from tallystick.client.active_files import (
    ACTIVE_WORDS,
    active_in,
    check_deposited,
    check_kept,
    with_active_note,
)
from tallystick.client.async_contract_desk import AsyncContractDesk, AsyncPendingAction
from tallystick.client.async_tables import AsyncTableQuery
from tallystick.client.batch_plan import (
    BatchItem,
    BatchPlan,
    BatchResult,
    BatchState,
    plan_csv,
    plan_folder,
)
from tallystick.client.calling import ActionResult, ContractEvent
from tallystick.client.case_files import CASE_BYTES_MAX, case_verification, is_case_page
from tallystick.client.certificate_checks import StampMeans, certificate_network, check_certificate
from tallystick.client.certificate_links import check_extract, check_link, link_of_extract
from tallystick.client.certificate_standing import (
    FactsMade,
    ask_about_certificate,
    ask_about_link,
    not_asked,
)
from tallystick.client.certificates import CertificateFacts, SealRecord
from tallystick.client.certified_files import (
    CERTIFICATE_SUFFIX,
    CertifiedFile,
    certified_check,
    certified_file,
    proven_seals,
)
from tallystick.client.connection import AsyncNet, Net, connect, connect_async
from tallystick.client.container_seals import SEAL_RECORD, seal_file, seal_key
from tallystick.client.contract_desk import ContractDesk, PendingAction
from tallystick.client.contract_errors import ContractErrors
from tallystick.client.deposited import Deposited, deposited_files
from tallystick.client.document_copies import Challenged
from tallystick.client.document_delivery import (
    Delivery,
    file_delivery,
    next_request,
    wrap_delivery,
)
from tallystick.client.document_facts import DocumentFacts
from tallystick.client.document_files import AsEvidence
from tallystick.client.document_grants import Revoked
from tallystick.client.document_uploads import PutDocument
from tallystick.client.documents import ExportedDocument, GotDocument, Use
from tallystick.client.event_stream import LiveEvent
from tallystick.client.evidence import DepositDetails, deposit_args
from tallystick.client.extracts import EXTRACT_BYTES_MAX, Extract, read_extract
from tallystick.client.files import (
    FileFacts,
    FileSource,
    Progress,
    digest_file,
    facts_of,
    file_chunks,
)
from tallystick.client.folder_members import FolderMembers
from tallystick.client.governance import Proposed
from tallystick.client.governance_records import ContractRecord, GovernanceRecord, ProposalRecord
from tallystick.client.home import read_file, tally_home, write_file
from tallystick.client.keystore import Asker, Identity, KeyDescription, KeyStore
from tallystick.client.membership_files import (
    APPLICATION_FORMAT,
    MEMBERSHIP_FILE_BYTES_MAX,
    PROOF_FORMAT,
    Application,
    FirstAdministrator,
    ProvenKey,
    ValidatorProof,
    parse_application,
    parse_validator_proof,
)
from tallystick.client.money import Money
from tallystick.client.pem import format_pem, parse_pem
from tallystick.client.previews import (
    FieldChange,
    FoundingChanges,
    Preview,
    PreviewError,
    RecordChange,
    TransactionChanges,
)
from tallystick.client.private_data import (
    PrivateFacts,
    SealedRecord,
    open_record,
    seal_record,
)
from tallystick.client.private_desk import AsyncPrivateDesk, PrivateDesk
from tallystick.client.problems import Placed, Problem, error_from_problem, problem_of
from tallystick.client.proof_kinds import PROOF_MARKS, kind_of
from tallystick.client.proof_marks import ProofKind
from tallystick.client.proven_record import ProvenRecord, key_text, read_proven_record
from tallystick.client.records import (
    BlockRecord,
    Committed,
    Deposit,
    Item,
    OrganizationRecord,
    Status,
    TransactionRecord,
    VerifiedReceipt,
)
from tallystick.client.schema import ContractSchema
from tallystick.client.seal_store import SealStore
from tallystick.client.sealing_store import SealingKeyStore
from tallystick.client.stubs import STUBS_PACKAGE, stub_package
from tallystick.client.tables import TableQuery
from tallystick.client.trust import Trust, open_trust
from tallystick.client.trust_state import TrustState
from tallystick.client.typed_values import TypedItem
from tallystick.client.verification import (
    Check,
    CheckResult,
    Result,
    Standing,
    Subject,
    Verification,
    Wording,
)
from tallystick.client.verify_any import certificate_in, verify
from tallystick.client.verify_custody import custody_verification
from tallystick.client.verify_log import verify_log_extension, verify_state
from tallystick.client.verify_offline import find_receipt, receipt_call
from tallystick.client.verify_packages import (
    PackageMeans,
    container_verification,
    package_verification,
)
from tallystick.client.verify_signatures import (
    SIGNATURE_SUFFIXES,
    SignatureMeans,
    SignatureStated,
    SignedOriginal,
    signature_checks,
    signature_missing,
    signature_stated,
    signature_verification,
)
from tallystick.client.verify_statements import (
    DETACHED_BYTES_MAX,
    StatementOriginal,
    receipt_verification,
    statement_verification,
)
from tallystick.client.verify_time_stamps import time_stamp_verification
from tallystick.interchange.certificates import Paper
from tallystick.model import PrivatePlace, network_proof

__all__ = [
    "ACTIVE_WORDS",
    "APPLICATION_FORMAT",
    "CASE_BYTES_MAX",
    "CERTIFICATE_SUFFIX",
    "DETACHED_BYTES_MAX",
    "EXTRACT_BYTES_MAX",
    "MEMBERSHIP_FILE_BYTES_MAX",
    "PROOF_FORMAT",
    "PROOF_MARKS",
    "SEAL_RECORD",
    "SIGNATURE_SUFFIXES",
    "STUBS_PACKAGE",
    "ActionResult",
    "Application",
    "AsEvidence",
    "Asker",
    "AsyncContractDesk",
    "AsyncNet",
    "AsyncPendingAction",
    "AsyncPrivateDesk",
    "AsyncTableQuery",
    "BatchItem",
    "BatchPlan",
    "BatchResult",
    "BatchState",
    "BlockRecord",
    "CertificateFacts",
    "CertifiedFile",
    "Challenged",
    "Check",
    "CheckResult",
    "Committed",
    "ContractDesk",
    "ContractErrors",
    "ContractEvent",
    "ContractRecord",
    "ContractSchema",
    "Delivery",
    "Deposit",
    "DepositDetails",
    "Deposited",
    "DocumentFacts",
    "ExportedDocument",
    "Extract",
    "FactsMade",
    "FieldChange",
    "FileFacts",
    "FileSource",
    "FirstAdministrator",
    "FolderMembers",
    "FoundingChanges",
    "GotDocument",
    "GovernanceRecord",
    "Identity",
    "Item",
    "KeyDescription",
    "KeyStore",
    "LiveEvent",
    "Money",
    "Net",
    "OrganizationRecord",
    "PackageMeans",
    "Paper",
    "PendingAction",
    "Placed",
    "Preview",
    "PreviewError",
    "PrivateDesk",
    "PrivateFacts",
    "PrivatePlace",
    "Problem",
    "Progress",
    "ProofKind",
    "ProposalRecord",
    "Proposed",
    "ProvenKey",
    "ProvenRecord",
    "PutDocument",
    "RecordChange",
    "Result",
    "Revoked",
    "SealRecord",
    "SealStore",
    "SealedRecord",
    "SealingKeyStore",
    "SignatureMeans",
    "SignatureStated",
    "SignedOriginal",
    "StampMeans",
    "Standing",
    "StatementOriginal",
    "Status",
    "Subject",
    "TableQuery",
    "TransactionChanges",
    "TransactionRecord",
    "Trust",
    "TrustState",
    "TypedItem",
    "Use",
    "ValidatorProof",
    "Verification",
    "VerifiedReceipt",
    "Wording",
    "active_in",
    "ask_about_certificate",
    "ask_about_link",
    "case_verification",
    "certificate_in",
    "certificate_network",
    "certified_check",
    "certified_file",
    "check_certificate",
    "check_deposited",
    "check_extract",
    "check_kept",
    "check_link",
    "connect",
    "connect_async",
    "container_verification",
    "custody_verification",
    "deposit_args",
    "deposited_files",
    "digest_file",
    "error_from_problem",
    "facts_of",
    "file_chunks",
    "file_delivery",
    "find_receipt",
    "format_pem",
    "is_case_page",
    "key_text",
    "kind_of",
    "link_of_extract",
    "network_proof",
    "next_request",
    "not_asked",
    "open_record",
    "open_trust",
    "package_verification",
    "parse_application",
    "parse_pem",
    "parse_validator_proof",
    "plan_csv",
    "plan_folder",
    "problem_of",
    "proven_seals",
    "read_extract",
    "read_file",
    "read_proven_record",
    "receipt_call",
    "receipt_verification",
    "seal_file",
    "seal_key",
    "seal_record",
    "signature_checks",
    "signature_missing",
    "signature_stated",
    "signature_verification",
    "statement_verification",
    "stub_package",
    "tally_home",
    "time_stamp_verification",
    "verify",
    "verify_log_extension",
    "verify_state",
    "with_active_note",
    "wrap_delivery",
    "write_file",
]
