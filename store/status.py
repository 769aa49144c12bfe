"""The words for how things stand, one enumeration each; the tables take no others. Loads no database library."""

from __future__ import annotations

from enum import StrEnum


class ItemStatus(StrEnum):
    """How far an item is: its article read, not asked for, still to be read, or given up as unreadable."""

    kept = "kept"
    turned_away = "turned_away"
    pending = "pending"
    unread = "unread"


class FetchStatus(StrEnum):
    """What came of one request for a feed, list, API answer or sitemap; `refused` is our own decision."""

    ok = "ok"
    unchanged = "unchanged"
    empty = "empty"
    failed = "failed"
    refused = "refused"


class RunStatus(StrEnum):
    """How a crawl stands: under way, or ended whole, in part, in vain, or by force."""

    running = "running"
    done = "done"
    partly = "partly"
    failed = "failed"
    killed = "killed"


class SourceStatus(StrEnum):
    """How a source is doing."""

    new = "new"
    ok = "ok"
    quiet = "quiet"
    stale = "stale"
    failing = "failing"
    blocked = "blocked"
    challenge = "challenge"
    changed = "changed"
    disabled = "disabled"


class DeliveryState(StrEnum):
    """How far one issue is on its way to one recipient.

    `failed` is tried again. Final are `refused` (the server takes no mail for this recipient), `rejected` (it turned the text down)
    and `unknown`, which waits for a person's word.
    """

    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    refused = "refused"
    rejected = "rejected"
    unknown = "unknown"


class RecipientState(StrEnum):
    """Whether a reader gets a digest: not before confirming, yes, not any more."""

    waiting = "waiting"
    active = "active"
    unsubscribed = "unsubscribed"


class ReturnedKind(StrEnum):
    """What a mail that came back is: the address takes none, or none just now; a wish to leave; a complaint of spam; none of these."""

    hard = "hard"
    soft = "soft"
    unsubscribe = "unsubscribe"
    complaint = "complaint"
    other = "other"


class EditKind(StrEnum):
    """What was done to an issue before it was sent: shown to an editor, let go or held by one, a story dropped or taken back, a note."""

    presented = "presented"
    approved = "approved"
    held = "held"
    dropped = "dropped"
    restored = "restored"
    noted = "noted"


class ReadingOutcome(StrEnum):
    """What became of an answer of the second reader: used, dropped for want of evidence, or never had."""

    used = "used"
    dropped = "dropped"
    failed = "failed"


class LedgerStatus(StrEnum):
    """How the work of one slot of the scheduler stands; `skipped` by a person's word."""

    waiting = "waiting"
    running = "running"
    done = "done"
    partly = "partly"
    failed = "failed"
    missed = "missed"
    skipped = "skipped"


class AlertKind(StrEnum):
    """What may need a person: a digest, its recipients, a source, the sources of a tier, the crawl, our own reading, a disk, the
    daemon, its settings, the backup."""

    digest = "digest"
    recipients = "recipients"
    source = "source"
    tier = "tier"
    crawl = "crawl"
    reading = "reading"
    disk = "disk"
    daemon = "daemon"
    settings = "settings"
    backup = "backup"
