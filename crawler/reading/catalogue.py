"""The catalogue that judging works with, as rows for the store (`store.catalogue.sync_catalogue`)."""

from __future__ import annotations

from typing import Any

from crawler.judge.knowledge import Knowledge
from crawler.judge.topics import load_topics
from store.places import province_of

Rows = list[dict[str, Any]]


def catalogue_rows(knowledge: Knowledge) -> dict[str, Rows]:
    """Rows of organisations, models and topics, the topics in the order of digest sections."""
    organisations: Rows = [
        {
            "id": o.id,
            "kind": o.kind,
            "name_zh": o.zh,
            "name_en": o.en,
            "ticker": o.ticker,
            "province": o.province or next(filter(None, map(province_of, o.main_names())), None),
            "aliases": list(o.aliases),
        }
        for o in knowledge.organisations.values()
    ]
    models: Rows = [
        {
            "id": m.id,
            "family": m.family,
            "name": m.name,
            "aliases": list(dict.fromkeys([*([m.zh] if m.zh else []), *m.aliases])),
        }
        for m in knowledge.models.values()
    ]
    topics: Rows = [
        {"id": topic.id, "position": position, "name_en": topic.en, "name_zh": topic.zh}
        for position, topic in enumerate(load_topics(knowledge))
    ]
    return {"organisations": organisations, "models": models, "topics": topics}
