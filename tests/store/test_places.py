"""Where an organisation is, by its name."""

from __future__ import annotations

import pytest

from crawler.judge.knowledge import load_knowledge
from crawler.reading.catalogue import catalogue_rows
from store.places import province_of, provinces


@pytest.mark.parametrize(
    ("name", "province"),
    [
        ("湖州市第三人民医院", "zhejiang"),
        ("北京大学深圳医院", "guangdong"),
        ("上海南方软件公司", "shanghai"),
        ("中国中医科学院广安门医院", None),
        ("复旦大学附属中山医院", "shanghai"),
        ("臺北市立醫院", "taiwan"),
        ("Suzhou Lakeside Hospital", "jiangsu"),
        ("Suzhouer Ltd", None),
        ("某医院", None),
        ("", None),
    ],
)
def test_the_last_place_of_a_name_tells(name: str, province: str | None) -> None:
    assert province_of(name) == province


def test_each_place_is_in_one_province_and_the_catalogue_knows_where_hospitals_are() -> None:
    assert len(provinces()) == 34
    rows = {row["id"]: row for row in catalogue_rows(load_knowledge())["organisations"]}
    assert all(row["province"] in {None, *provinces()} for row in rows.values())
    hospitals = [row for row in rows.values() if row["kind"] == "hospital"]
    assert all(row["province"] for row in hospitals), [row["id"] for row in hospitals if not row["province"]]

    assert rows["winning"]["province"] == "shanghai" and rows["openai"]["province"] is None
