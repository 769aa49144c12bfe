"""The error tree. Every error names its subject, says what was expected, and chains its cause."""

from __future__ import annotations


class YixunError(Exception):
    """Base of all errors a user may see.

    `subject` is what the error is about (a source id, a file, a URL, a recipient); `message` says what was
    found and what was expected; `hint` says what to do. `str()` gives one line.
    """

    def __init__(self, message: str, *, subject: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.hint = hint

    def __str__(self) -> str:
        line = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{line} ({self.hint})" if self.hint else line


class ConfigError(YixunError):
    """A configuration file or variable is wrong; subject is `file: key.path`."""


class UsageError(YixunError):
    """What was asked for cannot be meant: a week that does not exist, a name that nothing has; subject is what was asked."""


class KnowledgeError(YixunError):
    """A knowledge file is wrong; subject is `file:line: entry`."""


class StoreError(YixunError):
    """The store cannot be opened, read or written; subject is its URL without password."""


class StoreNewerError(StoreError):
    """The store was made by a newer version of Yixun."""


class StoreLockedError(StoreError):
    """Another process wrote to the store, or locked what was wanted, for longer than `store.lock_seconds`."""


class StoreConflictError(StoreError):
    """Two transactions stood in each other's way and this one was given up: nothing of it was written, and it may begin anew."""


class StoreFullError(StoreError):
    """Nothing more can be written: the disk of the store is full."""


class StoreBusyError(StoreError):
    """Another process holds the store for the same work; the message says who and since when."""


class SourceError(YixunError):
    """A source definition is wrong; subject is `file: source id`."""


class FetchError(YixunError):
    """A page, feed or list could not be fetched; subject is the source id or URL."""


class ParseError(YixunError):
    """A fetched document could not be read as what it should be; subject is the source id or URL."""


class SelectorMissingError(ParseError):
    """A list page answered but a selector found nothing: the page was probably redesigned."""


class DigestError(YixunError):
    """A digest cannot be built; subject is its name."""


class SecondReaderError(YixunError):
    """The second reader could not be asked, or answered what is no answer; subject is its address without path."""


class DeliveryError(YixunError):
    """A mail was not accepted; subject is the recipient."""
