"""All tables. Importing this module registers them with `SQLModel.metadata`."""

from .digests import Delivery, DigestIssue, IssueEntry, Ledger, StoreLock
from .facts import FACT_TABLES, AdoptionFact, FactColumns, FactReview, FundingFact, InvestorRow, fact_id, fact_table, kind_of
from .items import AiModel, CatalogueDigest, Item, ItemTopic, ItemVersion, Mention, Organisation, Story, Topic
from .judging import Judging, JudgingFault
from .sources import Fetch, HostDay, HostState, Run, SourceRow, SourceState, SourceUrlState

__all__ = [
    "FACT_TABLES",
    "AdoptionFact",
    "AiModel",
    "CatalogueDigest",
    "Delivery",
    "DigestIssue",
    "FactColumns",
    "FactReview",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "InvestorRow",
    "IssueEntry",
    "Item",
    "ItemTopic",
    "ItemVersion",
    "Judging",
    "JudgingFault",
    "Ledger",
    "Mention",
    "Organisation",
    "Run",
    "SourceRow",
    "SourceState",
    "SourceUrlState",
    "StoreLock",
    "Story",
    "Topic",
    "fact_id",
    "fact_table",
    "kind_of",
]
