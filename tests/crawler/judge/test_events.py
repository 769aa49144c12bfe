"""From mentions and ties to events: which belong together, what is one event told twice, what stands alone."""

from __future__ import annotations

from crawler.judge.reader.events import Told, events_of, same
from crawler.judge.reader.spans import Readout
from tests.crawler.judge.readouts import Script

LEAST = {"partnership": 0.5, "funding": 0.5}


def told(full: str, *readouts: Readout) -> list[Told]:
    return events_of(readouts, full, LEAST)


def test_roles_go_to_the_anchor_they_are_tied_to() -> None:
    full = "云桥医疗完成A轮融资，松谷资本投了。青禾生物完成B轮融资，远山资本投了。"
    script = Script(full)
    for company, round_, investor in (("云桥医疗", "A轮", "松谷资本"), ("青禾生物", "B轮", "远山资本")):
        anchor = script.mention("funding", "company", company)
        script.tie("funding", anchor, "round", script.mention("funding", "round", round_))
        script.tie("funding", anchor, "investors", script.mention("funding", "investors", investor))
    first, second = told(full, script.readout())
    assert [first.words(full, role) for role in ("company", "round", "investors")] == [["云桥医疗"], ["A轮"], ["松谷资本"]]
    assert [second.words(full, role) for role in ("company", "round", "investors")] == [["青禾生物"], ["B轮"], ["远山资本"]]


def test_unlikely_anchors_unlikely_ties_and_unlikely_roles_are_left_out() -> None:
    full = "云桥医疗完成A轮融资，松谷资本和远山资本在列。青禾生物未融资。"
    script = Script(full)
    anchor = script.mention("funding", "company", "云桥医疗")
    script.tie("funding", anchor, "investors", script.mention("funding", "investors", "松谷资本"), 0.3)
    script.tie("funding", anchor, "investors", script.mention("funding", "investors", "远山资本", likely=0.3))
    script.mention("funding", "company", "青禾生物", likely=0.4)
    (event,) = told(full, script.readout())
    assert event.words(full, "company") == ["云桥医疗"]
    assert event.words(full, "investors") == []


def test_a_tie_over_whole_sentences_must_be_likelier() -> None:
    full = "云桥医疗完成A轮融资。松谷资本在列。云桥医疗做影像。远山资本、青禾资本也投。"
    script = Script(full)
    anchor = script.mention("funding", "company", "云桥医疗")
    for investor, likely in (("松谷资本", 0.6), ("远山资本", 0.6), ("青禾资本", 0.8)):
        script.tie("funding", anchor, "investors", script.mention("funding", "investors", investor), likely)
    (event,) = told(full, script.readout())
    assert sorted(event.words(full, "investors")) == ["松谷资本", "青禾资本"]


def test_pairs_of_neighbouring_sentences_are_two_partnerships() -> None:
    full = "云桥医疗与青禾医院合作。松湖大学与海澜药业也有协议。"
    script = Script(full)
    cloud, green, lake, sea = (script.mention("partnership", "parties", name) for name in ("云桥医疗", "青禾医院", "松湖大学", "海澜药业"))
    script.group("partnership", (cloud, green))
    script.group("partnership", (lake, sea))
    for one in (cloud, green):
        for other in (lake, sea):
            script.tie("partnership", one, "parties", other, 0.7)
            script.tie("partnership", other, "parties", one, 0.7)
    first, second = told(full, script.readout())
    assert [first.words(full, "parties"), second.words(full, "parties")] == [["云桥医疗", "青禾医院"], ["松湖大学", "海澜药业"]]


def test_how_likely_an_anchor_must_be_is_given_by_kind() -> None:
    script = Script("云桥医疗完成融资。")
    script.mention("funding", "company", "云桥医疗", likely=0.6)
    assert len(events_of([script.readout()], script.full, {"funding": 0.5})) == 1
    assert events_of([script.readout()], script.full, {"funding": 0.7}) == []


def test_values_of_choices_are_the_likeliest() -> None:
    script = Script("云桥医疗拟融资。")
    script.mention("funding", "company", "云桥医疗", chosen={"stage": "talks", "kind": "strategic"}, background=0.8, health=0.1)
    (event,) = told(script.full, script.readout())
    assert (event.choices["stage"], event.choices["kind"]) == (("talks", 0.9), ("strategic", 0.9))
    assert (event.background, event.health) == (0.8, 0.1)


def test_partners_are_the_groups_that_all_belong_together() -> None:
    full = "云桥医疗与青禾医院合作，松湖大学与海澜药业合作，青禾医院又与松湖大学合作。"
    script = Script(full)
    cloud, green, lake, sea = (script.mention("partnership", "parties", name) for name in ("云桥医疗", "青禾医院", "松湖大学", "海澜药业"))
    for pair in ((cloud, green), (lake, sea), (green, lake)):
        script.group("partnership", pair)
    found = [set(event.words(full, "parties")) for event in told(full, script.readout())]
    assert sorted(map(sorted, found)) == sorted(map(sorted, [{"云桥医疗", "青禾医院"}, {"松湖大学", "海澜药业"}, {"青禾医院", "松湖大学"}]))


def test_three_partners_who_all_belong_together_are_one_event() -> None:
    full = "云桥医疗、青禾医院与松湖大学共建实验室。"
    script = Script(full)
    script.group("partnership", [script.mention("partnership", "parties", name) for name in ("云桥医疗", "青禾医院", "松湖大学")])
    (event,) = told(full, script.readout())
    assert event.words(full, "parties") == ["云桥医疗", "青禾医院", "松湖大学"]


def test_one_partner_alone_is_no_partnership() -> None:
    script = Script("云桥医疗寻求合作。")
    script.mention("partnership", "parties", "云桥医疗")
    assert told(script.full, script.readout()) == []


def test_title_and_body_tell_one_event() -> None:
    full = "云桥医疗完成亿元融资\n云桥医疗科技有限公司宣布完成亿元B轮融资，由松谷资本领投。"
    script = Script(full)
    title = script.mention("funding", "company", "云桥医疗")
    script.tie("funding", title, "amount", script.mention("funding", "amount", "亿元"))
    body = script.mention("funding", "company", "云桥医疗科技有限公司")
    script.tie("funding", body, "amount", script.mention("funding", "amount", "亿元", nth=1))
    script.tie("funding", body, "round", script.mention("funding", "round", "B轮"))
    script.tie("funding", body, "investors", script.mention("funding", "investors", "松谷资本"))
    (event,) = told(full, script.readout())
    assert event.words(full, "round") == ["B轮"]
    assert event.words(full, "investors") == ["松谷资本"]


def test_an_event_told_in_english_and_again_in_chinese_is_one() -> None:
    full = "Larkspur wins approval for its migraine patch in Europe. 云雀医疗的偏头痛贴片在欧洲获批，由分公司申报。"
    script = Script(full)
    for product, holder in (("migraine patch", "Larkspur"), ("偏头痛贴片", "云雀医疗")):
        anchor = script.mention("approval", "product", product)
        script.tie("approval", anchor, "holder", script.mention("approval", "holder", holder))
    (event,) = told(full, script.readout())
    assert event.words(full, "product") == ["migraine patch", "偏头痛贴片"]


def test_items_of_a_numbered_list_are_no_translations_of_each_other() -> None:
    full = "1. Larkspur wins approval for its migraine patch in Europe\n2. 云雀医疗的三价流感疫苗在国内获批，年底供货。"
    script = Script(full)
    for product in ("migraine patch", "三价流感疫苗"):
        script.mention("approval", "product", product)
    assert len(told(full, script.readout())) == 2


def test_latin_names_in_chinese_text_are_no_translation() -> None:
    full = "云雀医疗的Patch-1获批，另有偏头痛贴片获批。"
    script = Script(full)
    for product in ("Patch-1", "偏头痛贴片"):
        script.mention("approval", "product", product)
    assert len(told(full, script.readout())) == 2


def test_windows_of_a_long_text_tell_one_event() -> None:
    full = "青禾医院接入DeepSeek。后文再说青禾医院接入DeepSeek。"
    windows = []
    for nth in (0, 1):
        script = Script(full)
        anchor = script.mention("adoption", "adopter", "青禾医院", nth=nth)
        script.tie("adoption", anchor, "model", script.mention("adoption", "model", "DeepSeek", nth=nth))
        windows.append(script.readout())
    assert len(told(full, *windows)) == 1


def test_other_amounts_of_one_company_are_other_events() -> None:
    full = "云桥医疗完成2亿元融资。云桥医疗去年完成5000万元融资。"
    script = Script(full)
    for nth, amount in enumerate(("2亿元", "5000万元")):
        anchor = script.mention("funding", "company", "云桥医疗", nth=nth, background=0.9 * nth)
        script.tie("funding", anchor, "amount", script.mention("funding", "amount", amount))
    now, then = told(full, script.readout())
    assert (now.background, then.background) == (0.0, 0.9)
    assert [event.words(full, "amount") for event in (now, then)] == [["2亿元"], ["5000万元"]]


def test_history_and_news_of_one_company_without_amounts_are_one_unless_sums_tell_them_apart() -> None:
    full = "云桥医疗完成B轮融资。此前云桥医疗完成A轮融资。"
    script = Script(full)
    for nth, round_ in enumerate(("B轮", "A轮")):
        anchor = script.mention("funding", "company", "云桥医疗", nth=nth, background=0.9 * nth)
        script.tie("funding", anchor, "round", script.mention("funding", "round", round_))
    assert [event.words(full, "round") for event in told(full, script.readout())] == [["B轮"], ["A轮"]]


def test_two_rounds_told_of_one_mention_are_two_events() -> None:
    full = "云桥医疗连续完成5000万元A轮和2亿元B轮融资。"
    script = Script(full)
    anchor = script.mention("funding", "company", "云桥医疗")
    for role, words in (("amount", "5000万元"), ("round", "A轮"), ("amount", "2亿元"), ("round", "B轮")):
        script.tie("funding", anchor, role, script.mention("funding", role, words))
    found = {(*event.words(full, "amount"), *event.words(full, "round")) for event in told(full, script.readout())}
    assert found == {("5000万元", "A轮"), ("2亿元", "B轮")}


def test_investors_of_two_rounds_go_with_the_round_of_their_sentence() -> None:
    full = "云桥医疗完成2亿元B轮融资，松谷资本投了。2021年完成5000万元A轮融资，远山资本投了。"
    script = Script(full)
    anchor = script.mention("funding", "company", "云桥医疗")
    first = [("amount", "2亿元"), ("round", "B轮"), ("investors", "松谷资本")]
    second = [("amount", "5000万元"), ("round", "A轮"), ("investors", "远山资本")]
    for role, words in first + second:
        script.tie("funding", anchor, role, script.mention("funding", role, words))
    found = {(*event.words(full, "round"), *event.words(full, "investors")) for event in told(full, script.readout())}
    assert found == {("B轮", "松谷资本"), ("A轮", "远山资本")}


def test_a_role_that_can_stand_alone_makes_an_event_where_no_anchor_is_told() -> None:
    full = "国家药监局印发通知。青禾生物获批。"
    script = Script(full)
    script.mention("policy", "issuer", "国家药监局", alone=0.9)
    script.mention("approval", "holder", "青禾生物", alone=0.2)
    (event,) = told(full, script.readout())
    assert (event.kind, event.words(full, "issuer"), event.words(full, "title")) == ("policy", ["国家药监局"], [])


def test_a_role_tied_to_an_anchor_does_not_stand_alone_too() -> None:
    full = "国家药监局印发《指导原则》。"
    script = Script(full)
    title = script.mention("policy", "title", "指导原则")
    script.tie("policy", title, "issuer", script.mention("policy", "issuer", "国家药监局", alone=0.9))
    (event,) = told(full, script.readout())
    assert (event.words(full, "title"), event.words(full, "issuer")) == (["指导原则"], ["国家药监局"])


def test_names_are_one_without_legal_form_quotes_width_and_case() -> None:
    assert same("「云桥医疗」", "云桥医疗有限公司")
    assert same("ＡＢＣ Bio, Inc.", "abc bio")
    assert not same("云桥", "云桥智慧健康管理咨询")
    assert not same("", "云桥")
