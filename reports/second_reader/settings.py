"""Settings of the second reader."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class SecondReaderSettings(BaseModel):
    """A large language model that checks doubtful facts and translates headlines. Off by default; never needed."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = Field(False, description="Ask the second reader when an issue is built; texts of the news are sent to it")
    url: str = Field(
        "https://api.deepseek.com/v1", pattern=r"^https?://\S+$", description="Address of an endpoint that speaks the protocol of OpenAI"
    )
    model: str = Field("deepseek-chat", min_length=1, description="Name of the model")
    key: SecretStr | None = Field(None, description="Key of the endpoint; only from the environment or a file, never from yixun.toml")
    facts: bool = Field(True, description="Let it check facts whose confidence lies between `check_from` and `check_below`")
    check_from: float = Field(0.3, ge=0, le=1, description="Least confidence of a fact that is worth a check")
    check_below: float = Field(0.85, ge=0, le=1, description="Facts at least this sure are not checked")
    headlines: bool = Field(True, description="Let it translate headlines that stand in no language of the digest")
    opening: bool = Field(False, description="Let it write the opening sentences in place of the built-in ones")
    tokens_per_day: int = Field(200_000, ge=0, description="Most tokens, sent and received, in a day (UTC); beyond it nothing is asked")
    price_in: float = Field(0, ge=0, description="Price of a million tokens sent, in your currency")
    price_out: float = Field(0, ge=0, description="Price of a million tokens received, in your currency")
    spend_per_day: float = Field(0, ge=0, description="Most money in a day (UTC), by these prices; 0: bounded by tokens alone")
    timeout: float = Field(30, gt=0, le=300, description="Seconds one answer may take from the first to the last byte")
    max_seconds: float = Field(300, gt=0, le=3600, description="Seconds it may take for one issue; then the issue goes on without it")

    @field_validator("key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        # What cannot be sent would be told by the library that refuses it, key and all.
        if value is not None and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("expected a key of plain characters without spaces")
        return value
