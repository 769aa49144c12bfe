"""What replicas are made of: answers, invented rows, article pages, refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

NEWEST = date(2026, 9, 18)  # the day replicas pretend to be read on is the day after


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. The content type is sent as it is: leave the charset out to imitate a site that does."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # A field the form must hold with this value, and what is answered without it.
    needs: tuple[str, str] | None = None
    otherwise: bytes = b""


Site = dict[str, Answer]  # "GET /path?query" → answer


@dataclass(frozen=True)
class Row:
    """One invented piece of news."""

    number: int
    title: str
    day: date
    summary: str

    @property
    def compact(self) -> str:
        return self.day.strftime("%Y%m%d")

    @property
    def month(self) -> str:
        return self.day.strftime("%Y%m")


_ZH = (
    ("青禾县医院影像科试用肺结节辅助判读", "这家县医院的放射科用三个月比较了人机两种读片方式。"),
    ("云岭省启动人工智能辅助诊断收费试点", "试点地区先从眼底和病理两类项目开始。"),
    ("东湾市发布医疗数据可信流通办法", "办法要求脱敏后的病历在专区内使用。"),
    ("海岳医药用大模型筛选罕见病候选分子", "首批两个分子将进入动物试验。"),
    ("南屏大学附属医院上线门诊病历生成系统", "系统把问诊录音转成结构化病历。"),
    ("基层慢病随访机器人完成第一阶段评估", "评估覆盖四个乡镇的两千名患者。"),
)
_EN = (
    (
        "Riverside county hospital tests AI triage for chest scans",
        "The hospital compared readings by radiologists with and without the tool.",
    ),
    ("Provincial insurer opens pilot for AI-assisted eye screening", "Two cities will reimburse the screening from October."),
    ("Language model writes discharge letters at a teaching hospital", "Doctors sign every letter before it is sent."),
    ("Start-up trains model on pathology slides from five provinces", "The company plans a trial with three hospitals."),
)


def rows(count: int = 4, *, language: str = "zh", first: int = 6100) -> list[Row]:
    """`count` invented rows, newest first, a day or two apart."""
    pool = _ZH if language == "zh" else _EN
    return [Row(first - n, *_row(pool[n % len(pool)], NEWEST - timedelta(days=n + n // 2))) for n in range(count)]


def _row(text: tuple[str, str], day: date) -> tuple[str, date, str]:
    return text[0], day, text[1]


def page(body: str, *, head: str = "", charset: str | None = "utf-8", encoding: str = "utf-8", title: str = "栏目") -> Answer:
    """An HTML page; `charset` is what the header says (None: nothing), `encoding` what the bytes are."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return Answer(html.encode(encoding), "text/html" + (f"; charset={charset}" if charset else ""))


def paragraphs(row: Row, *, indent: str = "") -> str:
    """Three paragraphs of body text for an article page."""
    second = (
        "负责人介绍，项目组每月公布一次运行数据，供同行核对。" if row.title[0] > "\u4e00" else "The team publishes its figures every month."
    )
    third = (
        "下一步，参与单位将总结经验，再决定是否扩大范围。"
        if row.title[0] > "\u4e00"
        else "Next year the partners will decide whether to go on."
    )
    return "".join(f"<p>{indent}{text}</p>" for text in (row.title + "。" + row.summary, second, third))


def refusals() -> dict[str, Answer]:
    """How sites refuse: challenge pages with 412, 202 and 200, a closed door, a plea to slow down, a page in the place of data."""
    script = (
        "<html><head><meta charset='utf-8'><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=4711;</script></head><body></body></html>"
    )
    probe = "<html><script src='/probe.js'></script></html>"
    waf = "<html><body><script>var arg1='3000176000856006061501533003690027800375';function setCookie(n,v){document.cookie=n+'='+v}</script></body></html>"
    return {
        "challenge_412": Answer(script.encode(), "text/html", 412),
        "challenge_202": Answer(probe.encode(), "text/html", 202),
        "challenge_200": Answer(waf.encode(), "text/html; charset=utf-8", 200),
        "forbidden_403": Answer(b"<html><body>Forbidden</body></html>", "text/html", 403),
        "javascript_redirect": Answer(b"<script>window.location.href='./fzggwl/'</script>", "text/html"),
        "page_at_a_feed": Answer("<!DOCTYPE html><html><body><div id='app'><p>正在加载，请稍候</p></div></body></html>".encode()),
        "slow_down_200": Answer(b"Please limit requests to one every 5 seconds.", "text/html"),
        "slow_down_429": Answer(b"too many requests", "text/plain", 429, {"Retry-After": "120"}),
    }
