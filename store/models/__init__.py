"""All tables. Importing this module registers them with `SQLModel.metadata`."""

from .digests import Delivery, DigestIssue, IssueEntry, Ledger, StoreLock
from .facts import (
    AdoptionFact,
    ApprovalFact,
    FundingFact,
    InvestorRow,
    LaunchFact,
    PartnershipFact,
    PolicyFact,
    ResultsFact,
)
from .items import AiModel, CatalogueDigest, Item, ItemTopic, ItemVersion, Mention, Organisation, Story, Topic
from .sources import Fetch, HostDay, HostState, Run, SourceRow, SourceState, SourceUrlState
from .watch import Alert, DaemonRow

__all__ = [
    "AdoptionFact",
    "AiModel",
    "Alert",
    "ApprovalFact",
    "CatalogueDigest",
    "DaemonRow",
    "Delivery",
    "DigestIssue",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "InvestorRow",
    "IssueEntry",
    "Item",
    "ItemTopic",
    "ItemVersion",
    "LaunchFact",
    "Ledger",
    "Mention",
    "Organisation",
    "PartnershipFact",
    "PolicyFact",
    "ResultsFact",
    "Run",
    "SourceRow",
    "SourceState",
    "SourceUrlState",
    "StoreLock",
    "Story",
    "Topic",
]
