"""The signature by which a receiving server knows that a mail is ours (DKIM, RFC 6376)."""

from __future__ import annotations

from pathlib import Path

from store.errors import ConfigError

from .settings import MailSettings

# RFC 8058 asks for a signature over the two headers of one-click unsubscribing.
_SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"mime-version",
    b"content-type",
)


class Signature:
    """Signs mails with the key of `mail.dkim_key_file`; without one it signs nothing."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._key: bytes | None = None

    def of(self, written: bytes) -> bytes:
        """The header to be put before a mail, empty without a key. Raises ConfigError for a key that cannot be read or is none."""
        path = self._settings.dkim_key_file
        if path is None:
            return b""
        # Loaded only where it is used.
        import dkim

        key = self._key = self._key or _read(path)
        domain = self._settings.dkim_domain or self._settings.address.rpartition("@")[2]
        selector = self._settings.dkim_selector.encode()
        try:
            header: bytes = dkim.sign(written, selector, domain.encode(), key, include_headers=list(_SIGNED))
        except (dkim.DKIMException, ValueError) as error:
            raise ConfigError(f"is no private key in PEM (RSA): {error}", subject=f"mail.dkim_key_file {path}") from error
        return header


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", subject=f"mail.dkim_key_file {path}") from error
