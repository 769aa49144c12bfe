"""Links that act for one reader: signed, without an address in them, and true for ever."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from .settings import ServeSettings

# `mail`: a reader and the issue that was mailed (0: none); `confirm`: a reader who was asked to confirm.
Purpose = Literal["mail", "confirm"]
_SIGNED = 22  # characters of base64: 132 bits
_MOST_DIGITS = 12


class Signer:
    """Makes and reads tokens with the key of a store (`store.recipients.signing_key`)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, purpose: Purpose, *numbers: int) -> str:
        """The token for these numbers: letters, digits, `-`, `_` and one `.`."""
        said = "-".join(map(str, numbers))
        return f"{said}.{self._signature(purpose, said)}"

    def read(self, purpose: Purpose, token: str) -> tuple[int, ...] | None:
        """The numbers of a token that was made for this purpose with this key; None for any other text."""
        said, _, signature = token.partition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(purpose, said)):
            return None
        parts = said.split("-")
        return tuple(map(int, parts)) if all(part.isdigit() and len(part) <= _MOST_DIGITS for part in parts) else None

    def _signature(self, purpose: Purpose, said: str) -> str:
        digest = hmac.new(self._key, f"{purpose}:{said}".encode(), sha256).digest()
        return urlsafe_b64encode(digest).decode()[:_SIGNED]


# Stands for the token of a reader in a text that is rendered once for all of them.
OF_THIS_READER = "TOKEN-OF-THIS-READER"


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the links of one mail lead that act for its reader."""

    serve: ServeSettings
    token: str = OF_THIS_READER

    @property
    def leave(self) -> str | None:
        """The page on which the reader leaves the digest."""
        return self.serve.link("leave", self.token)

    def wrong(self, item_id: int, about: str = "") -> str | None:
        """The page on which the reader says that a line is wrong: of an item, in the table `about` where it stood in one."""
        return self.serve.link("wrong", self.token, str(item_id), *filter(None, [about])) if self.serve.doubts else None
