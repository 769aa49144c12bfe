"""What a text marks as a name of its own."""

from __future__ import annotations

import pytest

from crawler.group.marks import document_numbers, quoted
from crawler.group.words import plain


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('officially known as the "Agent Hospital," it', {"agent hospital"}),
        ("发布影像智能体“云瞳”。", {"云瞳"}),
        ("發布影像智能體「雲瞳」。", {"云瞳"}),
        ("印发《人工智能医疗器械变更注册优化措施》", {"人工智能医疗器械变更注册优化措施"}),
        ("微医控股有限公司（下称“微医控股”）", set()),
        ("所谓“AI”时代", set()),
    ],
)
def test_names_in_quotes(text: str, names: set[str]) -> None:
    assert quoted(plain(text)) == names


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("国家药监局2025年第63号公告", {"63"}),
        ("国办发〔2025〕63号", {"63"}),
        ("Announcement of the NMPA (No. 63, 2025)", {"63"}),
        ("NMPA Announcement No. 63", {"63"}),
        ("The No. 3 People's Hospital, 第三人民医院", set()),
    ],
)
def test_numbers_of_documents(text: str, numbers: set[str]) -> None:
    assert document_numbers(plain(text)) == numbers
