"""The set of events with invented names (`events.txt`), and what machines make of a text when they copy it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

KINDS = {"F": "first", "R": "rewrite", "T": "translation", "U": "follow_up", "L": "look_alike"}
_SYNONYMS = {
    "宣布": "对外宣布", "完成": "已完成", "公司": "企业", "用于": "主要用于", "发布": "推出", "获得": "取得", "由": "系由", "将": "将会",
    "said": "stated", "company": "firm", "raised": "secured", "which": "that", "completed": "finalised",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One text about event number `event`; `kind` is one of the values of KINDS, or reprint."""

    event: int
    kind: str
    day: str
    title: str
    text: str

    @property
    def id(self) -> str:
        """Unique in the set."""
        return f"{self.event:02}-{self.kind}"


def read_events() -> list[Text]:
    """All texts of the set, in the order of the file."""
    texts, event, day = [], 0, ""
    for line in (Path(__file__).parent / "events.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            event, day = event + 1, line.split()[1]
        elif line[:2].rstrip() in KINDS:
            kind, rest = KINDS[line[0]], line[2:]
            own_day, rest = rest.split(" ", 1) if line[0] in "UL" else (day, rest)
            title, text = rest.split(" | ")
            texts.append(Text(event, kind, own_day, title, text))
    return texts


def reprint(of: Text) -> Text:
    """A copy as other sites make it: by the event's number with another frame, shuffled, with synonyms or with sounds left behind."""
    seed = random.Random(of.event)
    ways = (_framed, _shuffled, _spun, _with_sounds)
    return Text(of.event, "reprint", of.day, of.title, ways[of.event % len(ways)](of.text, seed))


def _framed(text: str, seed: random.Random) -> str:
    outlet = seed.choice(["海岬日报", "健康观察网", "新岸财经"])
    return f"来源：{outlet} 编辑：小禾\n{text}\n本文转载自{outlet}，版权归原作者所有。"


def _shuffled(text: str, seed: random.Random) -> str:
    parts = re.findall(r"[^。，,.]+[。，,.]?", text)
    seed.shuffle(parts)
    return "".join(parts)


def _spun(text: str, _seed: random.Random) -> str:
    for word, other in _SYNONYMS.items():
        text = text.replace(word, other)
    return text


def _with_sounds(text: str, seed: random.Random) -> str:
    return "".join(f"{char}(jì)" if "\u4e00" <= char <= "\u9fff" and seed.random() < 0.12 else char for char in text)
