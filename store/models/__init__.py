"""All tables. Importing this module registers them with `SQLModel.metadata`."""

from .digests import Delivery, DigestIssue, IssueEdit, IssueEntry, Ledger, StoreLock
from .facts import FACT_TABLES, AdoptionFact, FactColumns, FactHistory, FactReview, FundingFact, InvestorRow, fact_id, fact_table, kind_of
from .items import AiModel, CatalogueDigest, Item, ItemTopic, ItemVersion, Mention, Organisation, PlacedName, Topic
from .judging import Judging, JudgingFault
from .second import SecondReading
from .sources import Fetch, HostDay, HostState, Run, SourceRow, SourceState, SourceUrlState
from .stories import ItemKey, ItemProfile, Story, StoryChange, StoryFact
from .watch import Alert, DaemonRow

__all__ = [
    "FACT_TABLES",
    "AdoptionFact",
    "AiModel",
    "Alert",
    "CatalogueDigest",
    "DaemonRow",
    "Delivery",
    "DigestIssue",
    "FactColumns",
    "FactHistory",
    "FactReview",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "InvestorRow",
    "IssueEdit",
    "IssueEntry",
    "Item",
    "ItemKey",
    "ItemProfile",
    "ItemTopic",
    "ItemVersion",
    "Judging",
    "JudgingFault",
    "Ledger",
    "Mention",
    "Organisation",
    "PlacedName",
    "Run",
    "SecondReading",
    "SourceRow",
    "SourceState",
    "SourceUrlState",
    "StoreLock",
    "Story",
    "StoryChange",
    "StoryFact",
    "Topic",
    "fact_id",
    "fact_table",
    "kind_of",
]
