"""All tables. Importing this module registers them with `SQLModel.metadata`."""

from .digests import Delivery, DigestIssue, IssueEntry, Ledger, StoreLock
from .facts import AdoptionFact, FundingFact, OtherFact
from .items import AiModel, Item, ItemTitle, ItemTopic, Mention, Organisation, Story, Topic
from .sources import Fetch, HostDay, HostState, Run, SourceRow, SourceState, SourceUrlState

__all__ = [
    "AdoptionFact",
    "AiModel",
    "Delivery",
    "DigestIssue",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "IssueEntry",
    "Item",
    "ItemTitle",
    "ItemTopic",
    "Ledger",
    "Mention",
    "Organisation",
    "OtherFact",
    "Run",
    "SourceRow",
    "SourceState",
    "SourceUrlState",
    "StoreLock",
    "Story",
    "Topic",
]
