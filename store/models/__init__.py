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
from .items import AiModel, CatalogueDigest, Item, ItemTopic, ItemVersion, Mention, Organisation, Topic
from .sources import Fetch, HostDay, HostState, Run, SourceRow, SourceState, SourceUrlState
from .stories import ItemKey, ItemProfile, Story, StoryChange, StoryFact

__all__ = [
    "AdoptionFact",
    "AiModel",
    "ApprovalFact",
    "CatalogueDigest",
    "Delivery",
    "DigestIssue",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "InvestorRow",
    "IssueEntry",
    "Item",
    "ItemKey",
    "ItemProfile",
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
    "StoryChange",
    "StoryFact",
    "Topic",
]
