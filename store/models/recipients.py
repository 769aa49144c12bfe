"""Tables about readers: who gets which digest, what their mail servers sent back, what they doubt, and what signs their links."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from store.status import RecipientState, ReturnedKind

from .base import long_text, moment, only, owned_by, word


class Recipient(SQLModel, table=True):
    """One reader of one digest. Readers whom yixun.toml names get a row when an issue is first sent to them."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("digest", "address"), only("state", RecipientState))

    id: int | None = Field(default=None, primary_key=True)
    digest: str  # name of the definition, or `watch:NAME`
    address: str = long_text(index=True)  # one a reader, however it is written
    written: str = long_text()  # as it was given: `Name <address>`
    language: str | None = None  # of the issues; NULL: that of the digest
    kept_here: bool = True  # False: yixun.toml names them, not this table
    state: RecipientState = word(RecipientState, default=RecipientState.active)
    added_at: datetime = moment()
    confirmed_at: datetime | None = moment(nullable=True)
    left_at: datetime | None = moment(nullable=True)
    left_by: str | None = None  # page, mail, complaint


class ReturnedMail(SQLModel, table=True):
    """One mail that came back to us, read once: a bounce, a wish to leave, a complaint, or none of these."""

    __tablename__ = "returned_mail"
    __table_args__ = (only("kind", ReturnedKind),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # of its bytes
    kind: ReturnedKind = word(ReturnedKind)
    recipient: str | None = long_text(default=None)
    digest: str | None = None
    said: str = long_text(default="")
    read_at: datetime = moment()


class MailboxPlace(SQLModel, table=True):
    """How far a mailbox was read: its UIDVALIDITY and the last UID."""

    __tablename__ = "mailbox_place"

    name: str = Field(primary_key=True)
    validity: str
    last_uid: int
    read_at: datetime = moment()


class Doubt(SQLModel, table=True):
    """A reader says that a line of an issue is wrong. `about` is the kind of table that the line stood in, else empty."""

    __tablename__ = "doubt"
    __table_args__ = (UniqueConstraint("item_id", "about", "issue_id", "recipient_id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = owned_by("item.id")
    about: str = ""  # funding, adoption, …: what fact ids begin with
    issue_id: int = owned_by("digest_issue.id")
    recipient_id: int = owned_by("recipient.id")
    words: str = long_text(default="")
    said_at: datetime = moment()


class SigningKey(SQLModel, table=True):
    """What signs the links of mails: made at first need, and never changed, or no link that was ever mailed would work."""

    __tablename__ = "signing_key"

    name: str = Field(primary_key=True)
    secret: str = long_text()
    made_at: datetime = moment()
