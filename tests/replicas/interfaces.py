"""Replicas of JSON interfaces: exchanges, trade media, companies, journals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .base import Answer, Row, Site, rows


def _epoch(row: Row) -> int:
    return int(datetime(row.day.year, row.day.month, row.day.day, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def _json(value: Any, content_type: str = "application/json;charset=UTF-8") -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), content_type)


def _cninfo() -> Site:
    listed = [
        {
            "announcementTitle": r.title[:8] + "<em>人工智能</em>" + "项目公告",
            "announcementTime": _epoch(r) * 1000,
            "secName": "样本科技",
            "secCode": "300000",
            "adjunctUrl": f"finalpage/{r.day}/{r.number}.PDF",
        }
        for r in rows(3)
    ]
    return {"POST /new/hisAnnouncement/query": _json({"announcements": listed, "totalAnnouncement": 3})}


def _szse() -> Site:
    listed = [
        {
            "id": f"id-{r.number}",
            "title": f"样本科技：{r.title}",
            "publishTime": f"{r.day} 00:00:00",
            "secCode": ["300000"],
            "attachPath": f"/{r.number}.PDF",
        }
        for r in rows(3)
    ]
    return {"POST /api/disc/announcement/annList": _json({"announceCount": 3, "data": listed})}


def _hkex() -> Site:
    listed = [
        {
            "NEWS_ID": str(r.number),
            "TITLE": f"Announcement {r.number}: {r.title}",
            "LONG_TEXT": "Announcements and Notices",
            "FILE_TYPE": "PDF",
            "FILE_LINK": f"/listedco/listconews/sehk/{r.day.year}/{r.day.strftime('%m%d')}/{r.compact}00{r.number}.pdf",
            "DATE_TIME": r.day.strftime("%d/%m/%Y") + " 16:30",
        }
        for r in rows(3, language="en")
    ]
    stock = 'callback({"more":"1","stockInfo":[{"stockId":1000065,"code":"02192","name":"MEDLIVE"}]});'
    return {
        "GET /search/prefix.do": Answer(stock.encode(), "application/javascript"),
        "GET /search/titleSearchServlet.do": _json({"recordCnt": 3, "hasNextRow": False, "result": json.dumps(listed)}),
    }


def _yxj() -> Site:
    listed = [{"articleId": r.number, "title": r.title, "brief": r.summary + "[图片信息]", "publishTime": _epoch(r)} for r in rows(3)]
    body = {"code": 200, "body": {"moduleList": [{"newsList": listed}, {"newsList": listed[:1]}]}}
    return {"POST /ysz-content/web/home/news/getNewsModuleData": _json(body)}


def _hunyuan() -> Site:
    listed = [
        {
            "title": r.title,
            "url": f"https://mp.weixin.qq.com/s/sample{r.number}",
            "published_at": _epoch(r),
            "content_brief": r.summary,
            "content_type": "model_publish",
        }
        for r in rows(3)
    ]
    return {"POST /api/vision_platform/public/auditOpenAPI/dynamic/list": _json({"code": 0, "data": {"items": listed}})}


def _sina() -> Site:
    listed = [
        {
            "title": r.title,
            "intro": r.summary,
            "url": f"https://finance.sina.com.cn/tech/{r.day}/doc-{r.number}.shtml",
            "intime": str(_epoch(r)),
        }
        for r in rows(3)
    ]
    answer = _json({"result": {"status": {"code": 0}, "data": listed}})
    return {f"GET /api/roll/get?pageid=153&lid={lid}&num=50&page=1": answer for lid in (2515, 2516)}


def _crossref() -> Site:
    listed = [
        {
            "title": [r.title],
            "URL": f"https://doi.org/10.1016/j.sample.{r.number}",
            "published": {"date-parts": [[r.day.year, r.day.month, r.day.day]]},
        }
        for r in rows(3, language="en")
    ]
    return {"GET /journals/2589-7500/works?rows=20&sort=published&order=desc": _json({"status": "ok", "message": {"items": listed}})}


def _medrxiv() -> Site:
    listed = [
        {
            "doi": f"10.1101/2026.09.{r.number}",
            "title": r.title,
            "authors": "Lin, Y.; Chen, X.",
            "date": str(r.day),
            "version": "1",
            "abstract": r.summary,
            "published": "NA",
        }
        for r in rows(3, language="en")
    ]
    return {
        "GET /details/medrxiv/": _json({"messages": [{"status": "ok", "total": 3}], "collection": [*listed, {**listed[0], "version": "2"}]})
    }


def _europe_pmc() -> Site:
    listed = [
        {"id": str(40000000 + r.number), "source": "MED", "title": r.title, "firstPublicationDate": str(r.day)}
        for r in rows(3, language="en")
    ]
    return {"GET /europepmc/webservices/rest/search": _json({"hitCount": 3, "resultList": {"result": listed}})}


def _gdelt() -> Site:
    listed = [
        {
            "url": f"https://example.org/story/{r.number}",
            "title": r.title,
            "seendate": r.day.strftime("%Y%m%dT093000Z"),
            "language": "English",
        }
        for r in rows(3, language="en")
    ]
    return {"GET /api/v2/doc/doc": _json({"articles": listed})}


SITES: dict[str, Callable[[], Site]] = {
    "cninfo-announcements": _cninfo,
    "europe-pmc": _europe_pmc,
    "gdelt-doc": _gdelt,
    "hkexnews": _hkex,
    "lancet-digital-health": _crossref,
    "medrxiv": _medrxiv,
    "sina-roll": _sina,
    "szse-announcements": _szse,
    "tencent-hunyuan": _hunyuan,
    "yxj": _yxj,
}
