"""Three weeks of invented news, enough for pictures, tables, sections and an archive."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from store.models import Item, Organisation
from tests.store.rows import NOON, a_round, an_adoption, an_item, with_topics

WEEKS = ("2026-W45", "2026-W46", "2026-W47")


def filled(session: Session) -> None:
    """Put the news into a store that has topics and two sources; in the last week five adoptions, a round and four stories on imaging."""
    session.add(Organisation(id="lakeside", kind="hospital", name_zh="湖畔医院", name_en="Lakeside Hospital", province="zhejiang"))
    for number in range(5):
        _adopts(session, number, 0)
    for weeks_ago in (1, 2):
        _adopts(session, 10 + weeks_ago, weeks_ago)
        item = _told(session, f"影像公司{weeks_ago}完成融资", weeks_ago, "funding")
        a_round(session, item, company=f"影像公司{weeks_ago}")
    for number in range(4):
        _told(
            session,
            f"影像新闻第{number}条",
            0,
            "imaging",
            text=f"第{number}家研究所今天介绍了一套读片系统，它在三家机构的试验里读得和医生一样准。",
        )
    a_round(session, _told(session, "某影像公司完成融资", 0, "funding"))


def _adopts(session: Session, number: int, weeks_ago: int) -> None:
    item = _told(session, f"湖畔医院第{number}次采用模型", weeks_ago, "model_adoption")
    an_adoption(session, item, adopter="湖畔医院", adopter_id="lakeside", department=f"第{number}科", confidence=0.9)


def _told(session: Session, title: str, weeks_ago: int, *topics: str, **values: str) -> Item:
    at = NOON - timedelta(days=7 * weeks_ago)
    item = an_item(session, title=title, identity=title, published_at=at, first_seen_at=at, **values)
    with_topics(session, item, *topics)
    return item
