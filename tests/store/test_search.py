"""Search: what it finds is what a look through the folded text finds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, select

from store.errors import UsageError
from store.models import AiModel, Item, Mention, Organisation
from store.query_language import read_query, runs, tokens
from store.schema import DRAWER, RUNS_ENCODING, SEARCH_VECTOR
from store.search import index_items, index_missing, kept_under, matching, search, unknown
from store.text import fold
from tests.store.rows import NOON, a_round, a_source, a_story, an_item, with_topics

_WORDS = ["医院", "部署", "院部", "影像", "AI", "DeepSeek", "R1", "，", "。", " ", "医", "院", "大模型", "診斷", "诊断", "\n"]


def filled(session: Session, texts: dict[str, str]) -> dict[int, str]:
    """One item a text; returns what each of them says."""
    a_source(session)
    items = [an_item(session, title=title, text=body) for title, body in texts.items()]
    index_items(session, [item.id for item in items if item.id])
    return {item.id: f"{item.title}\x00{item.text}" for item in items if item.id}


def test_a_two_character_word_is_found_where_it_stands_and_nowhere_else(session: Session) -> None:
    chance = random.Random(5)
    texts = {f"{number}号{chance.choice(_WORDS)}": "".join(chance.choices(_WORDS, k=chance.randint(3, 40))) for number in range(150)}
    said = filled(session, texts)
    for word in ["医院", "院部", "部署", "署影", "影像医院", "院", "诊断", "断大", "像院部署"]:
        expected = {item_id for item_id, written in said.items() if word in fold(written)}
        found = {hit.item.id for hit in search(session, word, limit=1000)}
        assert found == expected, word
        assert word == "像院部署" or expected, word


def test_a_latin_word_glued_to_chinese_is_found_as_a_whole_word(session: Session) -> None:
    filled(
        session, {"a": "本院部署DeepSeek模型", "b": "本院部署 deepseek-r1 满血版", "c": "DeepSeeker 是另一家", "d": "ＤｅｅｐＳｅｅｋ全角"}
    )
    assert {hit.item.title for hit in search(session, '"DeepSeek"')} == {"a", "b", "d"}
    assert {hit.item.title for hit in search(session, "DeepSeek")} == {"a", "b", "c", "d"}
    assert {hit.item.title for hit in search(session, "部署DeepSeek")} == {"a", "b"}
    assert {hit.item.title for hit in search(session, "deepseek模")} == {"a"}
    assert {hit.item.title for hit in search(session, "seek")} == set()


def test_all_words_must_be_there_and_quotes_keep_them_together(session: Session) -> None:
    filled(session, {"a": "hospital in Wuhan adopts a large model", "b": "large hospital, small model", "c": "large model alone"})
    assert {hit.item.title for hit in search(session, "large model")} == {"a", "b", "c"}
    assert {hit.item.title for hit in search(session, '"large model"')} == {"a", "c"}
    assert {hit.item.title for hit in search(session, '"large model" hospital')} == {"a"}


def test_script_and_width_make_no_difference(session: Session) -> None:
    filled(session, {"a": "醫院引進人工智慧診斷", "b": "医院引进诊断"})
    assert {hit.item.title for hit in search(session, "诊断")} == {hit.item.title for hit in search(session, "診斷")} == {"a", "b"}


def test_no_phrase_reaches_from_title_or_summary_into_the_text(session: Session) -> None:
    a_source(session)
    item = an_item(session, title="某市医", summary="院内消息 部", text="署完成")
    index_items(session, [item.id or 0])
    assert [search(session, word) for word in ("医院", "部署", '"部 署"')] == [[], [], []]


def test_newest_first_kept_only_and_no_more_than_asked_for(session: Session) -> None:
    a_source(session)
    ids = [
        an_item(session, title=f"医院{n}", published_at=NOON + timedelta(hours=n) if n != 2 else None, first_seen_at=NOON).id or 0
        for n in range(4)
    ]
    ids.append(an_item(session, title="医院养生", status="turned_away", status_reason="no word on AI").id or 0)
    index_items(session, ids)
    assert [hit.item.title for hit in search(session, "医院", limit=3)] == ["医院3", "医院1", "医院2"]
    assert len(search(session, "医院", with_turned_away=True)) == 5


def test_an_edited_and_a_deleted_item_are_found_by_what_they_say_now(session: Session) -> None:
    filled(session, {"旧标题": "甲医院", "第二篇": "乙医院"})
    item = search(session, "旧标题")[0].item
    item.title = "新标题"
    session.add(item)
    index_items(session, [item.id or 0])
    assert not search(session, "旧标题")
    assert search(session, "新标题")
    session.delete(session.get_one(Item, item.id))
    session.flush()
    assert not search(session, "甲医院")
    left = session.connection().execute(text("SELECT count(*) FROM item_search")).scalar()
    assert left == 1
    assert index_missing(session) == 0


def test_items_that_the_index_lacks_are_found_without_reading_it_for_each(session: Session) -> None:
    asked = select(Item.id).where(unknown()).compile(session.connection(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if session.connection().dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    plan = "\n".join(str(row[-1]) for row in session.connection().exec_driver_sql(f"{explain} {asked}"))
    assert re.search(r"Anti Join|SEARCH item_search USING", plan), plan


def test_the_snippet_shows_the_words(session: Session) -> None:
    filled(session, {"a": "开头" * 60 + "本院部署DeepSeek模型" + "结尾" * 60})
    snippet = search(session, "deepseek")[0].snippet
    assert "部署【DeepSeek】模型" in snippet
    assert snippet.startswith("…") and snippet.endswith("…") and len(snippet) < 120


@pytest.mark.parametrize("query", ["", "  ", "，。", '""', "_"])
def test_a_query_without_a_word_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match="expected a word"):
        read_query(query)


@pytest.mark.parametrize("query", ["医院 OR", "NEAR(", "a* AND b", "x'; DROP TABLE item; --", "%", "医%院_", "^a", "title:医院", "\x00医"])
def test_what_a_database_would_take_for_syntax_is_just_words(session: Session, query: str) -> None:
    filled(session, {"a": "医院"})
    try:
        search(session, query)
    except UsageError as error:
        assert "brackets" in str(error)
    assert search(session, "医院")


def test_tokens() -> None:
    assert tokens("某院用DeepSeek-R1。") == ["某院", "院用", "用", "deepseek", "r1"]


def test_postgresql_makes_the_same_tokens(session: Session) -> None:
    """Of every letter there is, of words of several scripts, of words too long, and of none."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite is handed the tokens")
    letters = [letter for letter in map(chr, range(1, 0x110000)) if letter.isalnum()]
    random.Random(7).shuffle(letters)
    texts = ["".join(letters[start : start + 5000]) for start in range(0, len(letters), 5000)]
    texts += [" 。".join(letters[:2000]), "某院用DeepSeek-R1。", "x" * 100 + "字", "カルテAI한글字ー字", "ꀀ㐀鿿䷀Ω", "。，", ""]
    for written in texts:
        packed = " ".join(runs(written)).encode(RUNS_ENCODING)
        made = text("SELECT tsvector_to_array(item_search_tokens(:place, :packed))").bindparams(place=3 * DRAWER, packed=packed)
        assert set(session.connection().execute(made).scalar_one()) == {"#3", *map(kept_under, tokens(written))}


def test_postgresql_asks_the_index_for_a_word_that_all_texts_have(session: Session) -> None:
    """What it knows of the texts would have it make the tokens of one after the other, which takes it a millisecond each."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite's index gives the newest hits by itself")
    filled(session, {f"{number}": "医院部署大模型" for number in range(2000)})
    connection = session.connection()
    connection.execute(text("ANALYZE item_search"))
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    token = kept_under("医院")
    asked = f"SELECT place FROM item_search WHERE {SEARCH_VECTOR} @@ '{token}'::tsquery AND place > 1 ORDER BY place DESC LIMIT 1000"
    plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {asked}"))
    assert "Bitmap Index Scan on ix_item_search_words" in plan


def test_pairs_of_characters_that_share_a_token_are_told_apart(session: Session) -> None:
    other = next(
        pair for pair in map("医{}".format, map(chr, range(0x4E00, 0x9F00))) if kept_under(pair) == kept_under("医院") and pair != "医院"
    )
    said = filled(session, {"有": "医院", "无": f"{other}，学院", "都有": f"医院{other}"})
    assert titles(session, "医院") == {"有", "都有"}
    assert titles(session, f"{other} NOT 医院") == {"无"}
    assert titles(session, f"医院 OR {other}") == {"有", "无", "都有"}
    assert matching(session, "医院", said) == {item_id for item_id, written in said.items() if "医院" in written}


_OF_MANY: dict[str, Callable[[Item], bool]] = {
    **{word: lambda item, word=word: word in item.text for word in ("医院", "影像", "罕见", "院", "三甲医院", "AI")},  # type: ignore[misc]
    "医院 影像": lambda item: "医院" in item.text and "影像" in item.text,
    "医院 罕见": lambda item: "医院" in item.text and "罕见" in item.text,
    "医院 source:other": lambda item: "医院" in item.text and item.source_id == "other",
    "医院 topic:funding": lambda item: "医院" in item.text and "投" in item.title,
    "医院 after:2026-11-18": lambda item: "医院" in item.text and (item.published_at or NOON) >= NOON + timedelta(hours=12),
    "医院 before:2026-11-13": lambda item: "医院" in item.text and (item.published_at or NOON) < NOON - timedelta(days=4.5),
    "影像 lang:en": lambda item: "影像" in item.text and item.language == "en",
    "医院 NOT 影像": lambda item: "医院" in item.text and "影像" not in item.text,
    "NOT 影像": lambda item: "影像" not in item.text,
    "影像 OR 罕见": lambda item: "影像" in item.text or "罕见" in item.text,
    "医院 (影像 OR 罕见)": lambda item: "医院" in item.text and ("影像" in item.text or "罕见" in item.text),
}


def test_the_newest_hits_are_found_however_many_drawers_they_lie_in(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of hits that are common, rare, in all drawers, in few, and in none, with and without rules on items."""
    monkeypatch.setattr("store.search.RANKED", 20)
    chance = random.Random(3)
    items: list[Item] = []
    a_source(session)
    a_source(session, id="other")
    for number in range(200):
        words = [word for word, share in (("三甲医院", 0.7), ("影像", 0.3), ("罕见", 0.02), ("AI", 0.4)) if chance.random() < share]
        topics = ["funding"] if chance.random() < 0.2 else []
        item = an_item(
            session,
            title=f"{number}号{'投' * len(topics)}",
            text="，".join(["某地", *words]),
            published_at=NOON + timedelta(hours=number - 150),
            source_id=chance.choice(["other", *["hospital-daily"] * 5]),
            language=chance.choice(["zh", "zh", "en"]),
        )
        with_topics(session, item, *topics)
        items.append(item)
    index_items(session, [item.id or 0 for item in items])
    hits = {query: [item.title for item in items if is_hit(item)] for query, is_hit in _OF_MANY.items()}
    assert len({len(titles) for titles in hits.values()}) > 12 and min(map(len, hits.values())) > 1
    for apart in (DRAWER // 40, DRAWER // 7, DRAWER) if session.get_bind().dialect.name == "postgresql" else (1,):
        spread(session, apart)
        for query, expected in hits.items():
            assert titles(session, query) == set(expected[-20:]), (query, apart)


def test_postgresql_asks_for_as_many_drawers_as_a_word_needs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite's index gives the newest hits by itself")
    monkeypatch.setattr("store.search.RANKED", 20)
    filled(session, {f"{number}": "医院" + "影像" * (number % 4 == 0) + "罕见" * (number % 40 == 0) for number in range(200)})
    spread(session, DRAWER // 16)
    asked: list[int] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, _context: object, _many: bool) -> None:
        if "json_agg" in statement:
            asked.append(str(parameters).count("'#"))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    for word in ("医院", "影像", "罕见"):
        search(session, word)
        asked.append(-1)
    assert asked == [3, -1, 3, 8, -1, 3, 0, -1]


def spread(session: Session, apart: int) -> None:
    """Put so much between the places of items that few are in a drawer of PostgreSQL's index."""
    for place in (f"-item_id * {apart}", "-place"):
        session.connection().execute(text(f"UPDATE item_search SET place = {place}"))


def titles(session: Session, query: str) -> set[str]:
    return {hit.item.title for hit in search(session, query, limit=1000)}


def test_words_brackets_and_fields_are_put_together(session: Session) -> None:
    filled(session, {"a": "联影医疗发布医疗大模型", "b": "三甲医院接入DeepSeek", "c": "DeepSeek接入三甲医院影像科", "d": "融资新闻"})
    assert titles(session, "DeepSeek医院") == {"b", "c"}
    assert titles(session, "deep 医院") == {"b", "c"}
    assert titles(session, "联影 OR 融资") == {"a", "d"}
    assert titles(session, "（联影 OR 三甲）NOT 影像") == {"a", "b"}
    assert titles(session, "NOT DeepSeek") == {"a", "d"}
    assert titles(session, "“接入DeepSeek”") == {"b"}
    assert titles(session, "影") == {"a", "c"}
    assert titles(session, "三甲 AND 医院 source：hospital-daily") == {"b", "c"}
    assert titles(session, "三甲 source:elsewhere") == set()
    assert titles(session, "(医院 lang:zh after:2026-11-17) OR 融资") == {"b", "c", "d"}
    assert titles(session, "医院 before:2026-11-17") == set()


def test_names_are_found_under_all_their_aliases(session: Session) -> None:
    filled(session, {"a": "英矽智能公布管线", "b": "Insilico raised money", "c": "另一家公司"})
    session.add(Organisation(id="insilico", kind="company", name_zh="英矽智能", name_en="Insilico Medicine", aliases=["Insilico"]))
    session.add(AiModel(id="deepseek_r1", family="deepseek", name="DeepSeek-R1", aliases=["满血版"]))
    for title, target, target_id in (("a", "organisation", "insilico"), ("b", "organisation", "insilico"), ("c", "model", "deepseek_r1")):
        item = session.exec(select(Item).where(Item.title == title)).one()
        session.add(
            Mention(
                item_id=item.id or 0, target=target, target_id=target_id, as_written=title, kind="x", found_by="catalogue", start=0, end=1
            )
        )
        with_topics(session, item, "funding")
        a_round(session, item)
    session.flush()
    assert titles(session, "org:英矽智能") == titles(session, 'org:"insilico medicine"') == {"a", "b"}
    assert titles(session, "org:insilico 管线 topic:funding") == {"a"}
    assert titles(session, "model:满血版") == titles(session, "model:deepseek") == {"c"}
    assert titles(session, "type:funding") == {"a", "b", "c"}


def test_one_hit_a_story_the_fitting_title_first(session: Session) -> None:
    filled(session, {"甲医院上线模型": "全文", "转载": "甲医院上线模型的全文", "旁及": "医院一词而已"})
    first, copy = (session.exec(select(Item).where(Item.title == title)).one() for title in ("甲医院上线模型", "转载"))
    copy.story_id = a_story(session, first).id
    session.add(copy)
    session.flush()
    assert [(hit.item.title, hit.items) for hit in search(session, "医院")] == [("甲医院上线模型", 2), ("旁及", 1)]


def test_an_old_hit_is_found_behind_more_items_than_are_ranked_that_only_seem_to_be_hits(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.search.RANKED", 3)
    filled(session, {"旧": "大模型上线"} | {f"新{n}": "大模 模型 上线" for n in range(9)})
    assert titles(session, "大模型") == {"旧"}
    assert titles(session, "大模型 上线") == {"旧"}


def test_what_only_seems_to_be_the_newest_hit_makes_no_other_older(session: Session) -> None:
    a_source(session)
    told = {"上线了": ("大模型上线接入", 200), "今日要闻": ("大模型上线接入", 0), "误": ("大模 模型 上线接入", -2000)}
    for title, (body, days) in told.items():
        item = an_item(session, title=title, text=body, published_at=NOON - timedelta(days=days))
        index_items(session, [item.id or 0])
    # A third of the words in a title is worth less than the freshness of today, and more than that of 2,000 days ago.
    for now, first in ((None, "今日要闻"), (NOON, "今日要闻"), (NOON + timedelta(days=2000), "上线了")):
        assert next(hit.item.title for hit in search(session, "大模型 上线 接入", now=now)) == first


@pytest.mark.parametrize(
    "query", ["(医院", "医院)", '"医院', "医院 AND", "AND 医院", "OR", "after:yesterday", "org:", "colour:red", "NOT", "", "，"]
)
def test_what_cannot_be_meant_gets_a_hint(query: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_query(query)
    assert "brackets" in str(raised.value)


def test_phrases_over_several_runs_keep_their_order_and_the_ends_of_runs(session: Session) -> None:
    chance = random.Random(11)
    pieces = ["支部", "部署", "部", "署", "deepseek", "r1", "。", " ", "，"]
    said = filled(session, {f"t{number}": "".join(chance.choices(pieces, k=9)) for number in range(120)})
    for phrase in ["支部 部署", "部署 deepseek", "deepseek r1", "r1 部", "部 部署", "支部署", "部 署"]:
        wanted = list(read_query(f'"{phrase}"').tokens)  # type: ignore[union-attr]
        expected = {item_id for item_id, written in said.items() if _follow(tokens(written.partition("\x00")[2]), wanted)}
        assert {hit.item.id for hit in search(session, f'"{phrase}"', limit=1000)} == expected, phrase
        assert {hit.item.id for hit in search(session, f'(支部 OR 署) NOT "{phrase}"', limit=1000)}.isdisjoint(expected)


def _follow(told: list[str], wanted: list[str]) -> bool:
    last = wanted[-1]
    ends = (lambda token: token.startswith(last)) if len(last) == 1 else (lambda token: token == last)
    runs = (told[at : at + len(wanted)] for at in range(len(told) - len(wanted) + 1))
    return any(run[:-1] == wanted[:-1] and ends(run[-1]) for run in runs)
