"""What robots.txt says, however its lines end and whatever stands before them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.fetching.robots import read_robots


@pytest.mark.parametrize(
    "written",
    [
        "\ufeffUser-agent: *\nDisallow: /private/\n",
        "User-agent:*\rDisallow:/private/\r",
        "# \ufffd\ufffd\ufffd\nUser-agent: *\nDisallow: /private/",
        "User-Agent: *\r\n\r\nDISALLOW : /private/ # not for machines\r\n",
    ],
)
def test_rules_are_read_whatever_their_lines_look_like(written: str) -> None:
    policy = read_robots(written, "yixun", believed_until=datetime(2026, 11, 23, tzinfo=UTC))
    assert not policy.allows("https://ward.example/private/1.html", "yixun")
    assert policy.allows("https://ward.example/news/1.html", "yixun")


def test_a_web_page_in_its_place_forbids_nothing() -> None:
    page = "<!DOCTYPE html><html><body><p>User-agent: *<br/>\nDisallow: /\n</p></body></html>"
    policy = read_robots(page, "yixun", believed_until=datetime(2026, 11, 23, tzinfo=UTC))
    assert policy.allows("https://ward.example/news/1.html", "yixun")
