"""All tables. Importing this module registers them with `SQLModel.metadata`."""

from .digests import Delivery, DeliveryColumns, DigestIssue, IssueEdit, IssueEntry, Ledger, StoreLock, WatchDelivery, Watched
from .facts import FACT_TABLES, AdoptionFact, FactColumns, FactHistory, FactReview, FundingFact, InvestorRow, fact_id, fact_table, kind_of
from .items import AiModel, CatalogueDigest, Item, ItemTopic, ItemVersion, Mention, Organisation, PlacedName, Topic
from .judging import Judging, JudgingFault
from .recipients import Doubt, MailboxPlace, Recipient, ReturnedMail, SigningKey
from .second import SecondReading
from .sources import Fetch, HostDay, HostState, HostTurn, Run, SourceRow, SourceState, SourceUrlState
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
    "DeliveryColumns",
    "DigestIssue",
    "Doubt",
    "FactColumns",
    "FactHistory",
    "FactReview",
    "Fetch",
    "FundingFact",
    "HostDay",
    "HostState",
    "HostTurn",
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
    "MailboxPlace",
    "Mention",
    "Organisation",
    "PlacedName",
    "Recipient",
    "ReturnedMail",
    "Run",
    "SecondReading",
    "SigningKey",
    "SourceRow",
    "SourceState",
    "SourceUrlState",
    "StoreLock",
    "Story",
    "StoryChange",
    "StoryFact",
    "Topic",
    "WatchDelivery",
    "Watched",
    "fact_id",
    "fact_table",
    "kind_of",
]
