"""From events as told to typed facts: names of the catalogue, sums of money, versions of models, whole words, evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pytest

from crawler.judge.document import Document, Reading
from crawler.judge.facts import Adoption, Approval, Fact, Figure, Funding, Launch, Partnership, Policy, Results
from crawler.judge.knowledge import load_knowledge
from crawler.judge.names import Names
from crawler.judge.reader.assembly import facts_of
from crawler.judge.reader.events import events_of
from tests.crawler.judge.readouts import Script

DAY = datetime(2026, 3, 10, 4, tzinfo=UTC)


@cache
def names() -> Names:
    return Names(load_knowledge())


def facts(script: Script, *, title: str = "") -> tuple[Fact, ...]:
    """The facts of a text whose title, where it has one, begins `script.full`."""
    text = script.full[len(title) + 1 :] if title else script.full
    reading = Reading(Document("x", title, text, published=DAY), names())
    return facts_of(events_of([script.readout()], script.full, {}), reading, lambda kind, likely: likely)


def only(script: Script, *, title: str = "") -> Fact:
    (fact,) = facts(script, title=title)
    assert script.full[fact.evidence.start : fact.evidence.end] == fact.evidence.text
    return fact


def a_round(full: str, company: str, **roles: str) -> Funding:
    script = Script(full)
    anchor = script.mention("funding", "company", company)
    for role, words in roles.items():
        script.tie("funding", anchor, role, script.mention("funding", role, words))
    fact = only(script)
    assert isinstance(fact, Funding)
    return fact


def test_a_round_with_all_its_roles() -> None:
    full = "近日，云桥医疗完成近2亿元B轮融资，由松谷资本领投，红杉中国跟投。"
    script = Script(full)
    company = script.mention("funding", "company", "云桥医疗", chosen={"stage": "done", "kind": "venture"})
    for role, words, flags in (
        ("amount", "近2亿元", {}),
        ("round", "B轮", {}),
        ("investors", "松谷资本", {"lead": 0.9}),
        ("investors", "红杉中国", {}),
    ):
        script.tie("funding", company, role, script.mention("funding", role, words, **flags))
    fact = only(script)
    assert isinstance(fact, Funding)
    assert (fact.company.id, fact.company.as_written, fact.round, fact.stage, fact.kind) == (None, "云桥医疗", "B轮", "done", "venture")
    assert fact.amount is not None
    assert (fact.amount.low, fact.amount.currency, fact.amount.hedge) == (Decimal(200_000_000), "CNY", "under")
    assert [(i.name, i.lead) for i in fact.investors] == [("松谷资本", True), ("红杉中国", False)]
    assert [i.id for i in fact.investors] == [None, "hongshan"]
    assert fact.announced_on == date(2026, 3, 10)
    assert fact.evidence.text == full


def test_names_of_the_catalogue_have_their_id_and_their_whole_name() -> None:
    script = Script("北京协和医院已接入DeepSeek-R1。")
    anchor = script.mention("adoption", "adopter", "协和医院", chosen={"stage": "live", "hosting": "local"})
    script.tie("adoption", anchor, "model", script.mention("adoption", "model", "DeepSeek"))
    fact = only(script)
    assert isinstance(fact, Adoption)
    assert (fact.adopter.id, fact.adopter.as_written) == ("pumch", "北京协和医院")
    assert (fact.model.family, fact.model.as_written, fact.model.version) == ("deepseek", "DeepSeek-R1", "R1")
    assert (fact.stage, fact.hosting) == ("live", "local")


def test_an_adoption_of_two_models_is_two_facts() -> None:
    script = Script("青禾市人民医院上线了DeepSeek-V3和Qwen2.5-72B。")
    anchor = script.mention("adoption", "adopter", "青禾市人民医院")
    for model in ("DeepSeek-V3", "Qwen2.5-72B"):
        script.tie("adoption", anchor, "model", script.mention("adoption", "model", model))
    found = [fact.model for fact in facts(script) if isinstance(fact, Adoption)]
    assert [(model.family, model.version) for model in found] == [("deepseek", "V3"), ("qwen", "2.5-72B")]


def test_a_model_outside_the_catalogue_is_kept_as_written() -> None:
    script = Script("青禾市人民医院用上了自研的“青禾知医”大模型。")
    anchor = script.mention("adoption", "adopter", "青禾市人民医院")
    script.tie("adoption", anchor, "model", script.mention("adoption", "model", "“青禾知医”"))
    fact = only(script)
    assert isinstance(fact, Adoption)
    assert (fact.model.id, fact.model.family, fact.model.as_written) == (None, "other", "青禾知医")


def test_where_no_model_is_tied_the_sentence_may_name_it() -> None:
    script = Script("DeepSeek落地青禾市人民医院。文心一言没有。")
    script.mention("adoption", "adopter", "青禾市人民医院")
    fact = only(script)
    assert isinstance(fact, Adoption)
    assert fact.model.family == "deepseek"


@pytest.mark.parametrize(
    ("full", "tagged", "low", "currency"),
    [
        ("云桥医疗完成壹仟贰佰万元融资。", "壹仟贰佰万元", 12_000_000, "CNY"),
        ("云桥医疗获1.1亿美元融资。", "1.1亿", 110_000_000, "USD"),
        ("云桥医疗拿到天使轮融资2000万。", "2000万", 20_000_000, None),
        ("Yunqiao Medical raised 50 MUSD in March.", "50 MUSD", 50_000_000, "USD"),
    ],
)
def test_amounts_are_read_by_the_grammar_of_money(full: str, tagged: str, low: int, currency: str | None) -> None:
    amount = a_round(full, "云桥医疗" if "云桥" in full else "Yunqiao Medical", amount=tagged).amount
    assert amount is not None
    assert (amount.low, amount.currency) == (low, currency)
    assert full[amount.start : amount.end] == amount.as_written


def test_a_valuation_is_no_amount() -> None:
    fact = a_round("云桥医疗完成B轮融资，投后估值达20亿元。", "云桥医疗", amount="20亿元")
    assert fact.amount is None
    assert fact.valuation is not None
    assert fact.valuation.low == 2_000_000_000


def test_beside_a_valuation_the_amount_is_kept() -> None:
    full = "云桥医疗以20亿元的价格被收购后估值升至30亿元。"
    script = Script(full)
    anchor = script.mention("acquisition", "company", "云桥医疗")
    for amount in ("30亿元", "20亿元"):
        script.tie("acquisition", anchor, "amount", script.mention("acquisition", "amount", amount))
    fact = only(script)
    assert isinstance(fact, Funding)
    assert (fact.type, fact.amount and fact.amount.low, fact.valuation and fact.valuation.low) == ("acquisition", 2 * 10**9, 3 * 10**9)


def test_the_sum_of_one_round_is_not_lent_to_another_of_the_sentence() -> None:
    full = "云桥医疗完成1亿元A轮融资，海石生物完成B轮融资。"
    script = Script(full)
    first = script.mention("funding", "company", "云桥医疗")
    script.tie("funding", first, "amount", script.mention("funding", "amount", "1亿元"))
    script.mention("funding", "company", "海石生物")
    assert _sums(script) == {"云桥医疗": "1亿元", "海石生物": None}


def test_a_sum_tied_past_the_next_company_is_that_ones() -> None:
    full = "云桥医疗完成A轮融资，海石生物完成1亿元融资。"
    script = Script(full)
    first = script.mention("funding", "company", "云桥医疗")
    script.tie("funding", first, "amount", script.mention("funding", "amount", "1亿元"))
    script.mention("funding", "company", "海石生物")
    assert _sums(script) == {"云桥医疗": None, "海石生物": "1亿元"}


def test_a_sum_that_two_companies_share_is_both_ones() -> None:
    full = "云桥医疗，海石生物共同获得1亿元融资。"
    script = Script(full)
    amount = script.mention("funding", "amount", "1亿元")
    for company in ("云桥医疗", "海石生物"):
        script.tie("funding", script.mention("funding", "company", company), "amount", amount)
    assert _sums(script) == {"云桥医疗": "1亿元", "海石生物": "1亿元"}


def _sums(script: Script) -> dict[str, str | None]:
    rounds = [fact for fact in facts(script) if isinstance(fact, Funding)]
    return {fact.company.as_written: fact.amount.as_written if fact.amount else None for fact in rounds}


def test_spans_are_widened_to_whole_latin_words_and_lose_quotes() -> None:
    fact = a_round("“Lakeside Biosciences” raised $30m from Northbank Capital.", "“Lakeside Bio", investors="bank Capital.")
    assert fact.company.as_written == "Lakeside Biosciences"
    assert [i.name for i in fact.investors] == ["Northbank Capital"]


def test_what_is_no_name_makes_no_fact() -> None:
    script = Script("“”完成融资，青说。")
    script.mention("funding", "company", "“”")
    script.mention("funding", "company", "青")
    assert facts(script) == ()


def test_a_company_does_not_invest_in_itself() -> None:
    fact = a_round("云桥医疗科技完成融资，云桥医疗、松谷资本参与。", "云桥医疗科技", investors="云桥医疗、")
    assert fact.investors == ()


def test_a_title_goes_on_to_the_name_of_the_document() -> None:
    script = Script("青禾省卫健委关于建立影像共享机制的函")
    title = script.mention("policy", "title", "关于建立影像共享机制")
    script.tie("policy", title, "issuer", script.mention("policy", "issuer", "青禾省卫健委"))
    fact = only(script)
    assert isinstance(fact, Policy)
    assert fact.title == "关于建立影像共享机制的函"


def test_what_a_headline_leaves_open_of_a_step_the_text_says() -> None:
    title = "青禾医院儿科引入DeepSeek"
    script = Script(f"{title}\n青禾医院儿科引入DeepSeek，先在夜间急诊试点。")
    for nth in (0, 1):
        anchor = script.mention("adoption", "adopter", "青禾医院", nth=nth)
        script.tie("adoption", anchor, "model", script.mention("adoption", "model", "DeepSeek", nth=nth))
    fact = only(script, title=title)
    assert isinstance(fact, Adoption)
    assert fact.stage == "pilot"


def launched(full: str, words: str) -> str | None:
    script = Script(full)
    script.mention("launch", "product", words)
    fact = only(script)
    assert isinstance(fact, Launch)
    return fact.product


@pytest.mark.parametrize(
    ("full", "words", "product"),
    [
        ("云桥医疗发布智能体产品“小桥医生”。", "小", "小桥医生"),
        ("云桥医疗推出「影像通用平台（IGP）」。", "通用平台", "影像通用平台（IGP）"),
        ('云桥医疗的"病房康护应用"上线，另推出"小桥医生"。', "病房", "病房康护应用"),
        ('云桥医疗的"康护"推出小桥医生用于"查房"。', "小桥医生", "小桥医生"),  # between two quotations
        ("云桥医疗称：“我们推出了小桥医生，很快就来。”", "小桥医生", "小桥医生"),  # speech, not a name
        ("云桥医疗昨天推出的小桥医生很受欢迎。", "的小桥医生", "小桥医生"),
        ("云桥医疗推出小桥医生（BDR）。", "BDR）", "BDR"),
    ],
)
def test_names_are_whole_within_quotation_marks_and_without_what_stands_around_them(full: str, words: str, product: str) -> None:
    assert launched(full, words) == product


def test_evidence_of_the_title_and_of_the_body_counts_from_the_start_of_the_title() -> None:
    title = "青禾医院上线DeepSeek"
    script = Script(f"{title}\n昨日，松湖医院也接入了通义千问。")
    for adopter, model in (("青禾医院", "DeepSeek"), ("松湖医院", "通义千问")):
        anchor = script.mention("adoption", "adopter", adopter)
        script.tie("adoption", anchor, "model", script.mention("adoption", "model", model))
    first, second = facts(script, title=title)
    assert (first.evidence.text, first.evidence.start) == (title, 0)
    assert script.full[second.evidence.start : second.evidence.end] == "昨日，松湖医院也接入了通义千问。"


def test_background_is_told_and_dated_by_its_own_sentence_alone() -> None:
    script = Script("云桥医疗曾于2024年5月完成A轮融资。")
    script.mention("funding", "company", "云桥医疗", background=0.9)
    fact = only(script)
    assert (fact.background, fact.announced_on) == (True, date(2024, 5, 1))
    undated = Script("云桥医疗早前完成A轮融资。")
    undated.mention("funding", "company", "云桥医疗", background=0.9)
    assert only(undated).announced_on is None


def test_deals_are_stated_of_every_industry_other_kinds_of_health_alone() -> None:
    script = Script("星野汽车完成融资。星野汽车发布新车极光。")
    script.mention("funding", "company", "星野汽车", health=0.1)
    script.mention("launch", "product", "极光", health=0.1)
    fact = only(script)
    assert (fact.type, fact.health) == ("funding", False)


def test_an_approval() -> None:
    script = Script("国家药监局批准云桥医疗的肺结节辅助检测软件上市，属第三类医疗器械。")
    anchor = script.mention("approval", "product", "肺结节辅助检测软件", chosen={"decision": "approved"})
    for role, words in (("holder", "云桥医疗"), ("authority", "国家药监局"), ("class", "第三类")):
        script.tie("approval", anchor, role, script.mention("approval", role, words))
    fact = only(script)
    assert isinstance(fact, Approval)
    assert (fact.holder and fact.holder.as_written, fact.product) == ("云桥医疗", "肺结节辅助检测软件")
    assert (fact.authority, fact.device_class, fact.decision) == ("国家药监局", "第三类", "approved")


def test_a_partnership_names_each_party_once() -> None:
    script = Script("腾讯健康与青禾医院签约，腾讯健康出资3000万元共建专病库。")
    parties = [script.mention("partnership", "parties", *words) for words in (("腾讯健康",), ("青禾医院",))]
    parties.append(script.mention("partnership", "parties", "腾讯健康", nth=1))
    script.group("partnership", parties)
    for party in parties:
        script.tie("partnership", party, "amount", script.mention("partnership", "amount", "3000万元"))
    fact = only(script)
    assert isinstance(fact, Partnership)
    assert [(p.id, p.as_written) for p in fact.parties] == [("tencent_health", "腾讯健康"), (None, "青禾医院")]
    assert fact.amount is not None
    assert fact.amount.low == 30_000_000


def test_a_party_told_in_short_and_in_full_is_named_in_full() -> None:
    script = Script("云桥医疗与瑞金医院共建病理平台。云桥医疗与上海交通大学医学院附属瑞金医院签约。")
    names_of_both = (("云桥医疗", 0), ("瑞金医院", 0), ("云桥医疗", 1), ("上海交通大学医学院附属瑞金医院", 0))
    script.group("partnership", [script.mention("partnership", "parties", name, nth=nth) for name, nth in names_of_both])
    fact = only(script)
    assert isinstance(fact, Partnership)
    assert [party.as_written for party in fact.parties] == ["云桥医疗", "上海交通大学医学院附属瑞金医院"]


def test_an_adopter_has_the_fullest_name_that_the_text_has() -> None:
    script = Script("瑞金医院用上DeepSeek。上海交通大学医学院附属瑞金医院称，全院都可使用。")
    adopter = script.mention("adoption", "adopter", "瑞金医院")
    script.tie("adoption", adopter, "model", script.mention("adoption", "model", "DeepSeek"))
    fact = only(script)
    assert isinstance(fact, Adoption)
    assert fact.adopter.as_written == "上海交通大学医学院附属瑞金医院"


@pytest.mark.parametrize(
    ("full", "tagged", "title"),
    [
        ("国务院印发《全民护理计划（2026—2030年）》。", "全民", "全民护理计划（2026—2030年）"),
        ("国务院印发《全民护理计划》，《照护条例》同日施行。", "照护条例", "照护条例"),
        ("国务院《计划》之后，新版护理标准于三月施行。", "新版护理标准", "新版护理标准"),
    ],
)
def test_a_title_in_its_marks_is_taken_whole(full: str, tagged: str, title: str) -> None:
    script = Script(full)
    script.tie("policy", script.mention("policy", "title", tagged), "issuer", script.mention("policy", "issuer", "国务院"))
    fact = only(script)
    assert isinstance(fact, Policy)
    assert fact.title == title


@pytest.mark.parametrize(
    ("full", "tagged", "value"),
    [
        ("全球市场规模为489 亿元。", "48", "489 亿"),
        ("The market was worth US$16.02 billion last year.", "US$16", "US$16.02 billion"),
        ("渗透率升至35.5%。", "35", "35.5%"),
        ("约有三成医院使用。", "三成", "三成"),
        ("It grows from RMB 14.2 trillion in 2023 to RMB 15.6 trillion in 2025.", "to RMB", "RMB 15.6 trillion"),
        ("The city put RMB 100 million on the table.", "RMB", "RMB 100 million"),
        ("Among the old it was around 22% of all.", "around", "around 22%"),
        ("More than 100 devices have one.", "More than 100 ", "More than 100"),
        ("It should be worth ¥44.2 billion ($6.1 billion) by then.", "¥44.2 billion ($6.1 billion)", "¥44.2 billion"),
    ],
)
def test_a_figure_is_taken_with_all_its_digits_and_its_scale(full: str, tagged: str, value: str) -> None:
    script = Script(full)
    script.mention("figure", "value", tagged)
    fact = only(script)
    assert isinstance(fact, Figure)
    assert fact.value == value


@pytest.mark.parametrize(
    ("full", "sum_", "conversion"),
    [
        ("The health industry was worth ¥14.2 trillion ($1.95 trillion) in 2023.", "¥14.2 trillion", "$1.95 trillion"),
        ("整个市场规模将达442亿元（约合61亿美元）。", "442亿元", "61亿美元"),
    ],
)
def test_what_a_figure_comes_to_in_another_currency_is_no_second_one(full: str, sum_: str, conversion: str) -> None:
    script = Script(full)
    script.mention("figure", "value", sum_)
    script.mention("figure", "value", conversion)
    fact = only(script)
    assert isinstance(fact, Figure)
    assert fact.value == sum_


def test_a_second_figure_in_brackets_stays() -> None:
    script = Script("Hospitals spend ¥44.2 billion (11% of it on AI) a year.")
    script.mention("figure", "value", "¥44.2 billion")
    script.mention("figure", "value", "11%")
    assert [fact.value for fact in facts(script) if isinstance(fact, Figure)] == ["¥44.2 billion", "11%"]


def test_small_english_words_do_not_begin_or_end_what_plays_a_role() -> None:
    script = Script("Up to $5 million in subsidies for new drugs with AI.")
    value = script.mention("figure", "value", "Up to $5 million in")
    script.tie("figure", value, "subject", script.mention("figure", "subject", "in subsidies for"))
    fact = only(script)
    assert isinstance(fact, Figure)
    assert (fact.value, fact.subject) == ("Up to $5 million", "subsidies")


@pytest.mark.parametrize(
    ("full", "name", "stage"),
    [
        ("Kestra rang the Nasdaq bell on Friday.", "Kestra", "listed"),
        ("云桥医疗今日登陆港交所。", "云桥医疗", "listed"),
        ("云桥医疗公开招股说明书，准备登陆纳斯达克。", "云桥医疗", "filed"),
        ("云桥医疗通过上市预审，最快九月挂牌。", "云桥医疗", "filed"),
        ("Kestra sets terms for its Nasdaq debut.", "Kestra", "filed"),
        ("Kestra pulls in $410M as it prices its shares.", "Kestra", "done"),
        ("Kestra pulls its offering.", "Kestra", "terminated"),
    ],
)
def test_the_step_of_a_listing_by_the_words_of_its_sentence(full: str, name: str, stage: str) -> None:
    script = Script(full)
    script.mention("ipo", "company", name)
    fact = only(script)
    assert isinstance(fact, Funding)
    assert fact.stage == stage


@pytest.mark.parametrize(
    ("full", "decision"),
    [
        ("FDA clears Novarra's Zenta for children.", "cleared"),
        ("Novarra's Zenta was cleared last week by the FDA.", "cleared"),
        ("EMA clears Novarra's Zenta.", "approved"),
        ("A nod for Zenta could pull in $900 million, and has pulled in some.", "approved"),
        ("Novarra pulled Zenta from the European market.", "withdrawn"),
        ("Novarra is to pull Zenta from the European market.", "withdrawn"),
    ],
)
def test_only_the_fda_clears_and_what_pulls_in_money_is_not_withdrawn(full: str, decision: str) -> None:
    script = Script(full)
    script.mention("approval", "product", "Zenta")
    fact = only(script)
    assert isinstance(fact, Approval)
    assert fact.decision == decision


def test_a_part_of_a_partys_name_is_no_party_of_its_own() -> None:
    script = Script("In Washington a paper came out by Peking University and the University of Washington.")
    names = ("Peking University", "University of Washington", "Washington")
    script.group("partnership", [script.mention("partnership", "parties", name) for name in names])
    fact = only(script)
    assert isinstance(fact, Partnership)
    assert [party.as_written for party in fact.parties] == ["Peking University", "University of Washington"]


def test_a_school_and_its_hospital_are_two_parties() -> None:
    script = Script("浙江大学与浙江大学医学院附属第一医院共建实验室。")
    parties = [script.mention("partnership", "parties", "浙江大学"), script.mention("partnership", "parties", "浙江大学医学院附属第一医院")]
    script.group("partnership", parties)
    fact = only(script)
    assert isinstance(fact, Partnership)
    assert len(fact.parties) == 2


@pytest.mark.parametrize(
    ("full", "measure", "amount"),
    [
        ("云桥医疗实现营业收入11.3亿元，净利润6571.48万元。", "营业收入", "11.3亿元"),
        ("云桥医疗实现营业收入11.3亿元，净利润6571.48万元。", "净利润", "6571.48万元"),
        ("云桥医疗净利润约为2.7亿元。", "净利润", "约为2.7亿元"),
        ("云桥医疗 booked revenue of $1.2 billion.", "revenue", "$1.2 billion"),
        ("云桥医疗 booked $1.2 billion in revenue.", "revenue", "$1.2 billion"),
        ("云桥医疗净利润大增，市值200亿元。", "净利润", None),
    ],
)
def test_results_take_the_sum_beside_their_measure(full: str, measure: str, amount: str | None) -> None:
    script = Script(full)
    told = script.mention("results", "measure", measure)
    script.tie("results", told, "organisation", script.mention("results", "organisation", "云桥医疗"))
    fact = only(script)
    assert isinstance(fact, Results)
    assert (fact.amount.as_written if fact.amount else None) == amount


def test_some_model_is_what_stands_behind_the_adopter() -> None:
    script = Script("标杆案例：云桥医院通用AI平台、青禾医院AI问诊平台。")
    for name in ("云桥医院", "青禾医院"):
        script.mention("adoption", "adopter", name, chosen={"stage": "live"})
    assert [fact.model.as_written for fact in facts(script) if isinstance(fact, Adoption)] == ["AI平台", "AI问诊平台"]


@pytest.mark.parametrize(
    ("full", "companies"),
    [
        ("Kestra and Lumo file for IPOs this week.", ["Kestra", "Lumo"]),
        ("Harbor and Hill files for an IPO this week.", ["Harbor and Hill"]),
    ],
)
def test_two_companies_named_in_one_breath_are_two_listings(full: str, companies: list[str]) -> None:
    script = Script(full)
    script.mention("ipo", "company", companies[0] if len(companies) == 1 else " and ".join(companies))
    assert [fact.company.as_written for fact in facts(script) if isinstance(fact, Funding)] == companies


def test_no_product_is_a_part_of_its_adopters_name() -> None:
    script = Script("DeepSeek is at the heart of services run by Ping An Health.")
    adopter = script.mention("adoption", "adopter", "Ping An Health", chosen={"stage": "live"})
    script.tie("adoption", adopter, "product", script.mention("adoption", "product", "Ping An"))
    script.tie("adoption", adopter, "model", script.mention("adoption", "model", "DeepSeek"))
    fact = only(script)
    assert isinstance(fact, Adoption)
    assert (fact.adopter.as_written, fact.product, fact.model.family) == ("Ping An Health", None, "deepseek")


def test_a_policy_a_launch_results_and_a_figure() -> None:
    script = Script("国家卫健委印发《智慧护理指南》（国卫函〔2026〕7号）。云桥发布云桥智诊。云桥营收3亿元。市场规模达500亿元。")
    title = script.mention("policy", "title", "《智慧护理指南》")
    script.tie("policy", title, "issuer", script.mention("policy", "issuer", "国家卫健委"))
    script.tie("policy", title, "number", script.mention("policy", "number", "国卫函〔2026〕7号"))
    product = script.mention("launch", "product", "云桥智诊")
    script.tie("launch", product, "organisation", script.mention("launch", "organisation", "云桥"))
    measure = script.mention("results", "measure", "营收")
    script.tie("results", measure, "organisation", script.mention("results", "organisation", "云桥", nth=2))
    script.tie("results", measure, "amount", script.mention("results", "amount", "3亿元"))
    value = script.mention("figure", "value", "500亿元")
    script.tie("figure", value, "subject", script.mention("figure", "subject", "市场规模"))
    policy, launch, results, figure = facts(script)
    assert isinstance(policy, Policy)
    assert (policy.title, policy.number, policy.issuer and policy.issuer.id) == ("智慧护理指南", "国卫函〔2026〕7号", "nhc")
    assert isinstance(launch, Launch)
    assert (launch.product, launch.organisation and launch.organisation.as_written) == ("云桥智诊", "云桥")
    assert isinstance(results, Results)
    assert (results.measure, results.amount and results.amount.low) == ("营收", 300_000_000)
    assert isinstance(figure, Figure)
    assert (figure.value, figure.subject) == ("500亿元", "市场规模")


def test_a_document_without_issuer_and_number_needs_a_title_that_names_it() -> None:
    script = Script("指引草案预计明年公开征求意见，《护理机器人安全使用指引》已在审议。")
    for title in ("指引", "《护理机器人安全使用指引》"):
        script.mention("policy", "title", title)
    assert [fact.title for fact in facts(script) if isinstance(fact, Policy)] == ["护理机器人安全使用指引"]
