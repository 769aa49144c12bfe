"""Which entry is which item, within one answer of a source and from one answer to the next, and what an edit leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from store.entries import Entry
from store.identity import Known, KnownItems, content_hash, link_key, tell_apart
from store.items import MAX_VERSIONS, SavedEntries, pending_items, save_entries
from store.models import Item, ItemVersion
from tests.store.rows import NOON, a_source

PAGE = "https://clinic.example/bulletin/"
FEED = "https://clinic.example/feed.xml"
DAY = timedelta(days=1)


@pytest.fixture
def session(session: Session) -> Session:
    a_source(session)
    a_source(session, id="mirror")
    return session


def entry(title: str, link: str | None = PAGE, guid: str | None = None, **values: object) -> Entry:
    fragment = (link or "").partition("#")[2]
    bare = link.partition("#")[0] if link else None
    made = Entry(title=title, link=bare, fetch_link=link if fragment else None, guid=guid, published_at=NOON, published_precision="second")
    return replace(made, **values)  # type: ignore[arg-type]


def look(session: Session, *entries: Entry, source: str = "hospital-daily", now: datetime = NOON) -> SavedEntries:
    saved = save_entries(session, source, entries, found_at=FEED, now=now, backlog=False)
    session.flush()
    return saved


def counts(saved: SavedEntries) -> tuple[int, int, int, int]:
    return saved.new, saved.changed, saved.known, saved.repeated


def titles(session: Session) -> list[str]:
    return list(session.exec(select(Item.title).order_by(col(Item.id))))


def test_several_guids_on_one_address_are_several_items(session: Session) -> None:
    three = [entry(f"简报{n}：药房来了新帮手", guid=f"urn:{n}") for n in "甲乙丙"]
    assert counts(look(session, *three)) == (3, 0, 0, 0)
    assert counts(look(session, *three)) == (0, 0, 3, 0)
    # A fourth comes alone: its guid is new, though the address is not.
    assert counts(look(session, entry("简报丁：药房来了新帮手", guid="urn:丁"))) == (1, 0, 0, 0)
    # One of them is edited: the guid says which.
    assert counts(look(session, replace(three[1], title="简报乙（订正）"), *three[2:])) == (0, 1, 1, 0)


def test_several_titles_on_one_address_are_several_items_inside_one_answer(session: Session) -> None:
    three = [entry(f"{n}科室试用读片软件") for n in ("放射", "病理", "超声")]
    assert counts(look(session, *three)) == (3, 0, 0, 0)
    assert counts(look(session, *three)) == (0, 0, 3, 0)
    assert counts(look(session, three[0], entry("内镜科室试用读片软件"))) == (1, 0, 1, 0)


def test_one_entry_for_an_address_whose_title_changes_is_edited(session: Session) -> None:
    assert counts(look(session, entry("县医院上线问诊助手", "https://clinic.example/a/1.html"))) == (1, 0, 0, 0)
    assert counts(look(session, entry("县医院上线问诊助手（更新）", "https://clinic.example/a/1.html"))) == (0, 1, 0, 0)
    assert titles(session) == ["县医院上线问诊助手（更新）"]
    assert [version.title for version in session.exec(select(ItemVersion))] == ["县医院上线问诊助手"]


def test_fragments_of_one_page_are_several_items_with_addresses_of_their_own(session: Session) -> None:
    both = [entry("短讯", f"{PAGE}#{n}") for n in ("n1", "n2")]
    assert counts(look(session, *both)) == (2, 0, 0, 0)
    assert counts(look(session, both[1])) == (0, 0, 1, 0)
    assert counts(look(session, entry("短讯", f"{PAGE}#n3"))) == (1, 0, 0, 0)
    links = session.exec(select(Item.link).order_by(col(Item.id))).all()
    assert links == [f"{PAGE}#n1", f"{PAGE}#n2", PAGE]


def test_a_path_in_the_fragment_belongs_to_the_address(session: Session) -> None:
    look(session, entry("一", "https://clinic.example/#/news/1"))
    look(session, entry("二", "https://clinic.example/#/news/2"))
    assert session.exec(select(Item.link_key).order_by(col(Item.id))).all() == ["clinic.example/#/news/1", "clinic.example/#/news/2"]


def test_a_guid_whose_address_moves_is_one_item(session: Session) -> None:
    guid = "https://clinic.example/?p=31"
    look(session, entry("影像平台开通", "https://clinic.example/yingxiang.html", guid))
    moved = entry("影像平台正式开通", "https://clinic.example/yingxiang-pingtai.html", guid)
    assert counts(look(session, moved)) == (0, 1, 0, 0)
    item = session.exec(select(Item)).one()
    assert (item.title, item.link) == ("影像平台正式开通", "https://clinic.example/yingxiang-pingtai.html")
    version = session.exec(select(ItemVersion)).one()
    assert (version.title, version.link) == ("影像平台开通", "https://clinic.example/yingxiang.html")
    assert counts(look(session, replace(moved, guid="http://clinic.example/?p=31"))) == (0, 0, 1, 0)


def test_a_guid_used_for_something_else_the_next_day_is_no_guid(session: Session) -> None:
    look(session, entry("晨间简报：药监新规解读", "https://clinic.example/d/1.html", "daily"))
    other = entry("Robots assist in theatre", "https://clinic.example/d/2.html", "daily", published_at=NOON + DAY)
    assert counts(look(session, other)) == (1, 0, 0, 0)


def test_one_guid_for_all_names_nothing(session: Session) -> None:
    several = [entry(f"第{n}条", f"https://clinic.example/s/{n}.html", "https://clinic.example/") for n in range(3)]
    assert counts(look(session, *several)) == (3, 0, 0, 0)
    assert counts(look(session, *several)) == (0, 0, 3, 0)
    assert session.exec(select(Item.guid_key)).all() == [None] * 3


def test_a_guid_made_anew_at_each_look_does_not_make_an_item_anew(session: Session) -> None:
    one = entry("护士站的语音录入", "https://clinic.example/a/2.html", "build-1")
    look(session, one)
    assert counts(look(session, replace(one, guid="build-2"))) == (0, 0, 1, 0)
    assert counts(look(session, one, replace(one, guid="build-3"))) == (0, 0, 1, 1)


def test_http_and_https_are_one(session: Session) -> None:
    look(session, entry("省级平台招标", "http://clinic.example/a/3.html"))
    assert counts(look(session, entry("省级平台招标", "https://clinic.example/a/3.html"))) == (0, 0, 1, 0)
    assert counts(look(session, entry("平台招标", "https://clinic.example/a/3.html"), source="mirror")) == (0, 0, 1, 0)


def test_without_address_title_and_day_decide(session: Session) -> None:
    three = [entry(f"无网址{n}", None) for n in range(3)]
    assert counts(look(session, *three, three[0])) == (3, 0, 0, 1)
    assert counts(look(session, *three)) == (0, 0, 3, 0)
    assert counts(look(session, replace(three[0], published_at=NOON + DAY))) == (1, 0, 0, 0)


def test_a_cut_title_on_the_same_address_repeats_the_whole_one(session: Session) -> None:
    whole, cut = entry("市中心医院影像科上线辅助判读系统"), entry("市中心医院影像科上线…")
    assert counts(look(session, whole, cut, entry(""))) == (1, 0, 0, 2)


def test_a_page_that_lists_its_items_is_no_article_of_theirs(session: Session) -> None:
    saved = look(session, entry("甲", guid="1"), entry("乙", guid="2"), entry("丙", "https://clinic.example/c.html", "3"))
    assert [item.link for item in saved.to_read] == [None, None, "https://clinic.example/c.html"]
    assert [item.link for item in pending_items(session, ["hospital-daily"])] == [None, None, "https://clinic.example/c.html"]


def test_a_text_that_grows_changes_its_item_and_what_was_is_kept(session: Session) -> None:
    stub = entry("长文", "https://clinic.example/a/4.html", "g4", summary="开头", text="开头")
    whole = replace(stub, text="开头，以及后来补上的全文。")
    look(session, stub)
    assert counts(look(session, whole, now=NOON + DAY)) == (0, 1, 0, 0)
    assert counts(look(session, whole)) == (0, 0, 1, 0)
    item = session.exec(select(Item)).one()
    assert (item.text, item.status, item.changed_at) == (whole.text, "pending", NOON + DAY)
    assert [(version.text, version.replaced_at) for version in session.exec(select(ItemVersion))] == [("开头", NOON + DAY)]


def test_only_where_an_item_was_found_it_is_edited(session: Session) -> None:
    look(session, entry("通稿", "https://clinic.example/a/5.html", summary="一"))
    assert counts(look(session, entry("通稿改题", "https://clinic.example/a/5.html", summary="二"), source="mirror")) == (0, 0, 1, 0)


def test_a_counter_in_the_text_is_followed_so_often_and_no_more(session: Session) -> None:
    one = entry("计数", "https://clinic.example/a/6.html")
    changed = [look(session, replace(one, summary=f"{n} 人读过")).changed for n in range(MAX_VERSIONS + 5)]
    assert changed == [0] + [1] * MAX_VERSIONS + [0] * 4
    assert len(session.exec(select(ItemVersion)).all()) == MAX_VERSIONS
    # A new title counts even then.
    assert look(session, replace(one, title="计数之二")).changed == 1


def test_an_edit_does_not_take_the_pages_longer_text_away(session: Session) -> None:
    one = entry("正文", "https://clinic.example/a/7.html", text="摘要")
    look(session, one)
    item = session.exec(select(Item)).one()
    item.text, item.method, item.status = "页面上的全文，比摘要长得多", "body", "kept"
    session.add(item)
    assert look(session, replace(one, text="摘要改")).changed == 1
    assert item.text == "页面上的全文，比摘要长得多"


@pytest.mark.parametrize(
    ("link", "key"),
    [
        (None, None),
        ("https://clinic.example/", None),
        ("https://clinic.example", None),
        ("https://clinic.example/?id=3", "clinic.example/?id=3"),
        ("http://clinic.example/a", "clinic.example/a"),
    ],
)
def test_keys_of_addresses(link: str | None, key: str | None) -> None:
    assert link_key(link) == key
    assert link_key("https://clinic.example/" + "长" * 900) != link_key("https://clinic.example/" + "长" * 901)


_ANY = st.builds(
    Entry,
    title=st.sampled_from(["甲", "乙", "甲乙丙丁戊己…", "甲乙丙丁戊己庚", ""]),
    link=st.sampled_from([None, PAGE, "https://clinic.example/x"]),
    guid=st.sampled_from([None, "1", "2"]),
    published_at=st.sampled_from(
        [None, datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 1, 14, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC)]
    ),
)


@given(st.lists(_ANY, max_size=12))
def test_an_answer_that_is_read_twice_brings_nothing_new(entries: list[Entry]) -> None:
    told, repeated = tell_apart("s", entries)
    assert len(told) + repeated == len(entries)
    rows: list[Known] = []
    nothing_known = KnownItems([])
    for number, one in enumerate(told):
        if name := nothing_known.name(one, "s"):
            given_title, published = one.entry.title, one.entry.published_at
            rows.append(Known(number, "s", FEED, name, one.guid, one.link, one.fragment, given_title, content_hash(one.entry), published))
    known = KnownItems(rows)
    taken = [known.take(one, "s") for one in told]
    assert sorted(row.id for row in taken if row) == [row.id for row in rows]
    assert len({row.identity for row in rows}) == len(rows)
