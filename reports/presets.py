"""What mail providers ask of those who send through them: server, port, security, and how many mails they bear.

The figures are cautious ones of our own: providers change theirs without notice, and block who goes beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Preset = Literal["qq", "163", "exmail", "aliyun", "gmail", "outlook", "ses", "relay"]

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "qq": {"host": "smtp.qq.com", "port": 465, "security": "ssl", "per_minute": 10, "per_day": 400, "batch": 40, "batch_pause": 60},
    "163": {"host": "smtp.163.com", "port": 465, "security": "ssl", "per_minute": 10, "per_day": 180, "batch": 10, "batch_pause": 60},
    "exmail": {
        "host": "smtp.exmail.qq.com",
        "port": 465,
        "security": "ssl",
        "per_minute": 30,
        "per_day": 800,
        "batch": 50,
        "batch_pause": 30,
    },
    "aliyun": {"host": "smtpdm.aliyun.com", "port": 465, "security": "ssl", "per_minute": 100, "per_day": 1900, "batch": 100},
    "gmail": {"host": "smtp.gmail.com", "port": 587, "security": "starttls", "per_minute": 20, "per_day": 450, "batch": 50},
    "outlook": {"host": "smtp.office365.com", "port": 587, "security": "starttls", "per_minute": 25, "per_day": 9000, "batch": 100},
    "ses": {"host": "email-smtp.us-east-1.amazonaws.com", "port": 587, "security": "starttls", "per_minute": 600},
    "relay": {"host": "localhost", "port": 25, "security": "none"},
}
# They take no other sender than the one who logs in.
_SENDER_IS_LOGIN = ("qq", "163", "exmail", "gmail", "outlook")


def with_preset(values: dict[str, Any]) -> dict[str, Any]:
    """The settings of mail with what their preset says where they say nothing."""
    name = values.get("preset")
    known = dict(PRESETS.get(str(name), {}))
    login = values.get("username")
    if name in _SENDER_IS_LOGIN and isinstance(login, str) and "@" in login:
        known["sender"] = login
    return {**known, **values}
