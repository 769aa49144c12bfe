"""Registered names: what belongs to one owner, by the list of public suffixes."""

from __future__ import annotations

import pytest

from store.domains import registered_domain
from store.stories import independent
from store.story_facts import Member
from tests.store.rows import NOON


def a_member(homepage: str) -> Member:
    return Member(1, 1, "source", "标题", "zh", None, "first", NOON, NOON, "media", homepage)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("news.example.com.cn", "example.com.cn"),
        ("wsjkw.example.gov.cn", "example.gov.cn"),
        ("www.yiyuan.sh.cn", "yiyuan.sh.cn"),
        ("health.example.edu.tw", "example.edu.tw"),
        ("blog.example.co.jp", "example.co.jp"),
        ("news.example.公司.cn", "example.公司.cn"),
        ("news.example.xn--55qx5d.cn", "example.xn--55qx5d.cn"),
        ("a.b.example.test", "example.test"),
        ("gov.cn", "gov.cn"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_the_registered_name_of_a_host(host: str, expected: str) -> None:
    assert registered_domain(host) == expected


def test_hospitals_below_one_province_are_houses_of_their_own() -> None:
    members = [a_member("http://www.yiyuan.sh.cn/"), a_member("http://www.jiankang.sh.cn/"), a_member("http://news.jiankang.sh.cn/")]
    assert independent(members) == {"yiyuan.sh.cn", "jiankang.sh.cn"}
