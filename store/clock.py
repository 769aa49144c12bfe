"""The zone at the edges of the product: days, weeks and slots are those of Shanghai."""

from __future__ import annotations

from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
