# ruff: noqa: E501 (pages are kept as they are written)
"""Kinds of pages that readers of articles stumbled over: each a template whose text is known by its marks.

`{n}` is sentence n of the language's texts, `[[...]]` further words of the article: both must be read. Words with "Unrelated" or 无关 must not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .texts import EN, ZH


@dataclass(frozen=True)
class Kind:
    """A page, what must be read from it in this order, and whether pieces of its surroundings are marked in it."""

    name: str
    html: str
    wanted: tuple[str, ...]


def kind(name: str, template: str, *, language: str = "en", title: str = "Triage assistant reaches every clinic") -> Kind:
    """The page of a template: what stands in it as `{n}` or `[[...]]` is its text."""
    sentences = EN if language == "en" else ZH
    wanted = tuple(sentences[int(number)] if number else words for number, words in re.findall(r"\{(\d+)\}|\[\[(.*?)\]\]", template))
    body = re.sub(r"\[\[(.*?)\]\]", r"\1", re.sub(r"\{(\d+)\}", lambda match: sentences[int(match[1])], template))
    head = f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
    return Kind(name, f"{head}<body>{body}</body></html>", wanted)


def _p(*numbers: int) -> str:
    return "".join(f"<p>{{{number}}}</p>" for number in numbers)


_H1 = "<h1>Triage assistant reaches every clinic</h1>"
_NAV = (
    "<nav><ul>"
    + "".join(f'<li><a href="/{n}">Unrelated {n}</a></li>' for n in ("news", "health", "money", "sport", "video"))
    + "</ul></nav>"
)
_CARDS = "".join(
    f'<div class="card-x"><a href="/u{n}"><h3>Unrelated headline number {n} about the weather</h3></a><p>Unrelated summary of another story, with a comma and a full stop.</p></div>'
    for n in range(4)
)
_H1_ZH = "<h1>分诊系统覆盖全部门诊</h1>"
_ZH = "分诊系统覆盖全部门诊_青石健康"
_HOT = "".join(f'<li><a href="/z{n}">无关的热门文章标题第{n}条</a></li>' for n in range(5))

KINDS: tuple[Kind, ...] = (
    kind("tachyons", f'{_NAV}<article class="mw7 center ph3">{_H1}<p class="f5 lh-copy measure mt0">{{0}}</p><p class="f5 lh-copy measure mt0">{{1}}</p><p class="f5 lh-copy measure mt0">[[The price was not told.]]</p><p class="f5 lh-copy measure mt0">{{3}}</p></article>'),
    kind("bootstrap cards", f'<div class="container"><div class="row"><div class="col-md-8"><div class="card"><div class="card-header">{_H1}</div><div class="card-body"><p class="card-text">{{0}}</p><p class="card-text">[[Nobody objected.]]</p><p class="card-text">{{3}}</p><p class="card-text text-muted">{{4}}</p></div></div></div><div class="col-md-4 sidebar"><ul class="list-group"><li><a href=/1>Unrelated one</a></li><li><a href=/2>Unrelated two</a></li></ul></div></div></div>'),
    kind("tailwind", f'<main class="mx-auto max-w-2xl"><header class="mb-8">{_H1}<p class="text-sm text-gray-500">Unrelated 5 min read</p></header><div class="space-y-4"><p class="text-lg leading-7 md:text-xl">{{0}}</p><p class="text-lg leading-7 md:text-xl">{{2}}</p><div class="my-6 border-l-4 border-info pl-4"><p class="text-info-700">{{5}}</p></div><p class="text-lg leading-7">{{6}}</p></div></main>'),
    kind("response heading", f"<article>{_H1}<h2>Request</h2><p>{{0}}</p><p>{{1}}</p><h2>[[Response]]</h2><p>{{3}}</p><p>{{4}}</p><h2>[[Comments]]</h2><p>{{5}}</p><p>{{6}}</p></article>".replace("Request", "[[Request]]")),
    kind("comments after all", f'<article>{_H1}<p>{{0}}</p><p>{{3}}</p><p>{{4}}</p><p>{{5}}</p><h2>Comments</h2><div><b>ann</b> <i>2 hours ago</i><p>Unrelated remark by a reader who has been there, too.</p></div><div><b>bob</b> <i>3 hours ago</i><p>Unrelated remark of another reader, who did not like it.</p></div></article>'),
    kind("slugs", f'<main>{_H1}<div id="sharing-the-scans"><h2>[[Sharing the scans]]</h2><p>{{0}}</p><p>{{1}}</p></div><div id="related-hospital-work"><h2>[[Related hospital work]]</h2><p>{{3}}</p></div><section id="comment-on-costs"><h2>[[Comment on costs]]</h2><p>{{4}}</p></section><section id="copyright-and-models"><h2 id="copyright-and-models-1">[[Copyright and models]]</h2><p>{{5}}</p></section></main>'),
    kind("heading anchors", f'<article>{_H1}<div class="body"><p>{{0}}</p><h2 class="header-anchor-post">[[Larkspur raises money]]<div class="header-anchor-parent"><button>Copy link</button></div></h2><p>{{1}}</p><h2 class="share-title-x">[[Clinics decide]]</h2><p>{{3}}</p></div></article>'),
    kind("standfirst in a header", f'<main><header>{_NAV}{_H1}<p class="dek">{{0}}</p><p>Unrelated words</p></header><div>{_p(1, 2, 3, 4)}</div></main><div class="bottom"><p>{{5}}</p></div>'.replace("{5}", "Unrelated office of the site, open on weekdays from nine to five, as it always was.")),
    kind("standfirst beside the text", f'<article><header>{_H1}<h2>{{0}}</h2></header><div class="body">{_p(1, 2, 3, 4)}</div></article>'),
    kind("standfirst beside the text, zh", f'<article><header>{_H1_ZH}<p>{{0}}</p></header><div class="body">{_p(1, 2, 3, 4)}</div></article>', language="zh", title=_ZH),
    kind("a paragraph after the text", f'<article>{_H1}<div class="text">{_p(1, 2, 3, 4)}</div><div class="end">{{0}}</div></article>{_CARDS}'),
    kind("a paragraph after the text, zh", f'<div class="wrap">{_H1_ZH}<div class="text">{_p(1, 2, 3, 4)}</div><div><p>{{0}}</p></div><ul>{_HOT}</ul></div>', language="zh", title=_ZH),
    kind("foot without a name", f'<article>{_H1}<div class="text">{_p(1, 2, 3, 4)}</div><p>{{0}}</p></article><div><p>Unrelated notice: articles here may not be republished or copied without our written permission.</p><p>Unrelated terms: your use of this site is governed by the Terms of Use and by the Privacy Policy.</p><p><a href="/map">Unrelated map of the site</a></p></div>'),
    kind("foot without a name, zh", f'<article>{_H1_ZH}<div class="text">{_p(1, 2, 3, 4)}</div><div>{{0}}</div></article><div>无关许可证编号：0000000000，违法和不良信息举报电话：000-00000000，举报邮箱见网站地图。</div><div>无关联系电话：000-00000000，地址：江北市人民路一号，邮编000000，工作日受理。</div><div><a href="/map">无关地图</a></div>', language="zh", title=_ZH),
    kind("foot in one paragraph", f'<article>{_H1_ZH}<div class="text">{_p(1, 2, 3, 4)}</div><p>{{0}}</p></article><p>无关说明：本网站所刊登的各种资料均为本网版权所有，未经协议授权，禁止下载使用，违者必究。</p>', language="zh", title=_ZH),
    kind("office beside an article", f'<article>{_H1_ZH}<div class="text">{_p(1, 2, 3, 4)}</div><p>{{0}}</p></article><div><p>无关编辑部设在江北市人民路一号三楼，工作日上午九时到下午五时接待读者来信来访。</p><a href="/map">无关地图</a></div>', language="zh", title=_ZH),
    kind("sibling parts", f'<div class="post"><div class="top">{_H1}</div><div class="seg"><section class="in"><div><p>{{0}}</p><p>{{1}}</p></div></section></div><figure><img src=a></figure><div class="seg"><section class="in"><div><div class="p"><p>{{2}}</p><p>{{3}}</p></div></div></section></div><figure><img src=b></figure><div class="seg"><section class="in"><div><p>{{4}}</p><p>{{5}}</p><p>{{6}}</p><p>{{7}}</p><p>{{8}}</p><p>{{9}}</p><p>{{10}}</p><p>{{11}}</p><p>{{12}}</p></div></section></div></div>'),
    kind("component rows", f'<main><div class="row title">{_H1}</div>' + "".join(f'<div class="component"><div class="wrap"><div class="rte"><p>{{{n}}}</p><p>{{{n + 1}}}</p></div></div></div><div class="component ad"><span>Unrelated advertisement</span></div>' for n in (0, 2, 4, 6, 8)) + f'</main><div class="component-list">{_CARDS}</div>'),
    kind("next article longer", f'<main><article class="post">{_H1}<div class="content"><p>{{0}}</p><p>{{1}}</p><p>{{2}}</p></div></article><article class="post"><h1>Weather turns mild</h1><div class="content">' + "<p>Unrelated words about the weather, which turned mild in the north and wet in the south, as people said on Monday.</p>" * 8 + "</div></article></main>"),
    kind("next articles by h2", '<div class="stream"><article><h2>Triage assistant reaches every clinic</h2><p>{0}</p><p>{1}</p><p>{3}</p></article><article><h2>Weather turns mild</h2>' + "<p>Unrelated words about the weather, which turned mild in the north and wet in the south, as people said.</p>" * 3 + "</article><article><h2>Harbor opens late</h2>" + "<p>Unrelated words about the harbor, which opened late because of the fog, as the captains said.</p>" * 3 + "</article></div>"),
    kind("linked sentence", f'<article>{_H1}<p>{{0}}</p><p><a href="/x">[[Larkspur Health closed a $40 million round led by Northbank on Friday.]]</a></p><p>{{3}}</p><p>{{4}}</p><p><a href="/r">Unrelated story about the harbor</a></p><p>{{5}}</p></article>'),
    kind("mostly linked paragraph", f'<article>{_H1}<p>{{0}}</p><p>[[As]] <a href="/x">[[was reported by the Harbor Gazette earlier this week and confirmed]]</a> [[by two people.]]</p><p>{{3}}</p><p>{{4}}</p></article>'),
    kind("linked names in a table", f'<article>{_H1}<p>{{0}}</p><p>{{1}}</p><table><tr><th>[[Company]]</th><th>[[Round]]</th><th>[[Sum]]</th></tr>' + "".join(f"<tr><td><a href=/c>[[{name}]]</a></td><td>[[{r}]]</td><td>[[{s}]]</td></tr>" for name, r, s in (("Larkspur", "Series A", "$4m"), ("Northlight", "Seed", "$1.5m"), ("Fernway", "Series C", "$90m"))) + "</table><p>{3}</p></article>"),
    kind("list with links", f'<article>{_H1}<p>{{0}}</p><ul><li><a href=/a>[[Harbor Point]]</a>[[, opened in May]]</li><li><a href=/b>[[Saltmarsh]]</a>[[, two sites]]</li><li>[[Quarry Road, planned]]</li><li><a href=/c>[[Fernway]]</a></li></ul><p>{{3}}</p><p>{{4}}</p></article>'),
    kind("sentences after pictures", f'<div class="entry-content">{_H1}' + "".join(f'<figure><img src="{n}.jpg"></figure><p>[[{line}]]</p>' for n, line in enumerate(("The kiosk stands beside the door.", "Fernway raised three million dollars.", "The nurses showed how it works.", "At noon the hall was empty."))) + "<p>{3}</p><p>{4}</p><p>{5}</p></div>"),
    kind("pictures in paragraphs", f'<div class="entry">{_H1}<p>{{0}}</p>' + "".join(f'<p><a href="big{n}"><img src="{n}.jpg"></a></p><p>[[{line}]]</p>' for n, line in enumerate(("The new panel lists every open visit of the day.", "A second panel shows who is waiting and for how long.", "Settings moved to the corner of the window."))) + "<p>{3}</p><p>{4}</p></div>"),
    kind("captions", f'<article>{_H1}<figure><img src=1><figcaption>Unrelated words under a picture. Photo: J. Roe</figcaption></figure><p>{{0}}</p><p>{{1}}</p><div class="image-wrap"><img src=2><div class="image-caption">Unrelated words under another picture</div></div><p>{{3}}</p></article>'),
    kind("licence footer", f'<div class="wrap"><div class="hd">{_H1}</div><div class="tx"><p>{{0}}</p></div></div><div class="site"><p>' + "Unrelated: the contents of this site are the property of Harbor Media Ltd, registered office 1 Quay Road. All rights reserved. No part may be reproduced without the prior written permission of the publisher. Terms of Use and Privacy Policy apply. Copyright 2026 Harbor Media. " * 4 + "</p></div>"),
    kind("right main", f'<div class="left_nav"><a href=1>Unrelated</a><a href=2>Unrelated</a></div><div class="right_main">{_H1}<p>{{0}}</p><p>{{1}}</p></div><div class="bottom"><p>Unrelated words about the office, its opening hours and the bus that stops before its door.</p></div>'),
    kind("article in a sidebar's name", f'<div class="page-with-sidebar"><div class="sidebar-right-layout has-sidebar"><div class="inner">{_H1}<p>{{0}}</p><p>{{3}}</p><p>{{4}}</p></div></div></div><div class="sidebar"><h3>Unrelated</h3><ul><li><a href=1>Unrelated one</a></li></ul></div>'),
    kind("post classes", f'<article id="post-91" class="post-91 post type-post hentry category-social tag-newsletter tag-comments">{_H1}<div class="entry-content"><p>{{0}}</p><p>{{1}}</p><p>{{3}}</p></div></article>'),
    kind("live blog", f'<article>{_H1}<div class="text-description"><p>{{0}}</p><p>{{1}}</p></div><div class="live-events">' + "".join(f'<div class="live-entry" id="l{n}"><h3>1{n}:00</h3><div class="live-entry-text"><p>{{{n}}}</p></div></div>' for n in range(2, 9)) + "</div></article>"),
    kind("slideshow", f'<article><section class="intro-content"><div>{_H1}<p>{{0}}</p></div></section><section class="inner">' + "".join(f'<div class="slide-wrapper"><div class="slide"><h2>[[Clinic {n} of six]]</h2><div class="layout"><p>{{{n}}}</p></div></div></div>' for n in range(1, 7)) + "</section></article>"),
    kind("questions and answers", f'<div class="content">{_H1}<p>{{0}}</p>' + "".join(f"<p><strong>[[Q: Why clinic {n}?]]</strong></p><p>{{{n}}}</p>" for n in range(1, 6)) + "</div>"),
    kind("short lines", f'<div class="chapter"><div class="chapter-inner">{_H1}<div class="chapter-content">' + "".join(f"<p>[[{line}]]</p>" for line in ("He stopped.", "“Who is there?”", "Nobody answered.", "He went on.", "The lamp was out.", "“Hello?” he said.", "Only the rain.")) + "<p>{0}</p><p>{2}</p></div></div></div>"),
    kind("code", f'<article>{_H1}<p>{{0}}</p><pre><code>[[import triage]]\n[[triage.run(ward=3)]]</code></pre><p>{{1}}</p><div class="highlight"><pre>[[for visit in visits:]]\n    [[print(visit.score)]]</pre></div><p>{{3}}</p></article>'),
    kind("quotations", f'<article>{_H1}<p>{{0}}</p><blockquote><p>{{2}}</p></blockquote><p>{{3}}</p><blockquote class="pullquote">{{5}}</blockquote><p>{{6}}</p></article>'),
    kind("inline adverts", f'<article>{_H1}<p>{{0}}</p><p>{{1}}</p><p><strong>Read more: </strong><a href=/u>Unrelated story about fog</a></p><p>{{3}}</p><div class="ad-unit">Unrelated advertisement</div><p>{{4}}</p><div class="newsletter-box"><h3>Unrelated: get our letter</h3><p>Unrelated: sign up for the morning briefing, free of charge, every day.</p></div><p>{{5}}</p><p><em><a href=/u2>RELATED: Unrelated story about rain</a></em></p><p>{{6}}</p></article>'),
    kind("wiki", '<div id="content" class="mw-body"><h1 id="firstHeading">Triage assistant reaches every clinic</h1><div id="bodyContent"><div id="mw-content-text"><p>{0}</p><div id="toc" class="toc"><h2>Unrelated contents</h2><ul><li><a href=#a>Unrelated 1</a></li><li><a href=#b>Unrelated 2</a></li></ul></div><h2><span class="mw-headline" id="History_of_sharing">[[History]]</span><span class="mw-editsection">[<a href=e>Unrelated edit</a>]</span></h2><p>{3}</p><p>{4}</p><h2><span class="mw-headline">[[Reception]]</span></h2><p>{5}</p></div></div></div><div id="mw-navigation"><ul><li><a href=1>Unrelated</a></li><li><a href=2>Unrelated</a></li></ul></div>'),
    kind("old blog", '<table width="100%"><tr><td id="leftcol" valign="top"><a href=1>Unrelated</a><br><a href=2>Unrelated</a></td><td><div class="post"><h3 class="post-title">Triage assistant reaches every clinic</h3><div class="post-body">{0}<br><br>{1}<br><br>{3}<div style="clear:both"></div></div><p class="post-footer">Unrelated: posted by ann at 10:00</p></div></td></tr></table>'),
    kind("medium", '<div class="root"><article><div><section><div><div class="ab ac"><h1 class="pw-post-title">Triage assistant reaches every clinic</h1><p class="pw-post-body-paragraph ma mb">{0}</p><figure class="mc"><img src=x></figure><p class="pw-post-body-paragraph ma mb">{1}</p><h2 class="md">[[What comes next]]</h2><p class="pw-post-body-paragraph ma mb">{3}</p><ul><li class="mf">{4}</li><li class="mf">{5}</li></ul></div></div></section></div></article></div>'),
    kind("times", f'<div id="app"><main id="site-content"><article id="story"><div id="top-wrapper" class="css-1"><div>Unrelated advertisement</div></div><header>{_H1}<p id="article-summary" class="css-w6ymp8">Unrelated summary</p></header><section name="articleBody">' + "".join(f'<div class="css-1fanzo5 StoryBodyCompanionColumn"><div class="css-53u6y8"><p class="css-at9mc1">{{{n}}}</p></div></div>' for n in range(6)) + '</section></article></main></div>'),
    kind("broadcaster", '<main id="main-content"><article class="ssrcss-pv1rh6-ArticleWrapper">' + _H1 + "".join(f'<div data-component="text-block" class="ssrcss-uf6wea-RichTextComponentWrapper"><div class="ssrcss-7uxr49-RichTextContainer"><p class="ssrcss-1q0x1qg-Paragraph">{{{n}}}</p></div></div>' for n in range(5)) + f'<div data-component="topic-list"><h2>Related Topics</h2><ul><li><a href=1>Unrelated topic</a></li></ul></div></article><aside>{_CARDS}</aside></main>'),
    kind("cable", f'<article><div class="headline">{_H1}</div><div class="article__content" itemprop="articleBody">' + "".join(f'<p class="paragraph inline-placeholder vossi-paragraph" data-article-gutter="true">{{{n}}}</p>' for n in range(5)) + '<div class="related-content related-content--article"><a href=1>Unrelated article: fog in the harbor</a></div></div></article>'),
    kind("fold", f'<article>{_H1}<div class="intro"><p>{{0}}</p></div><div class="more-content read-more-content"><p>{{1}}</p><p>{{3}}</p><p>{{4}}</p><p>{{5}}</p></div></article>'),
    kind("text beside image", f'<main>{_H1}<div class="image-text"><img src=1><div><p>{{0}}</p><p>{{1}}</p></div></div><div class="image-text"><img src=2><div><p>{{3}}</p><p>{{4}}</p></div></div></main>'),
    kind("paragraphs as divs", f'<div class="story-area">{_H1}' + "".join(f'<div class="para">{{{n}}}</div>' for n in range(5)) + "</div>"),
    kind("definition list", f"<article>{_H1}<p>{{0}}</p><dl><dt>[[Sensitivity]]</dt><dd>{{3}}</dd><dt>[[Specificity]]</dt><dd>{{4}}</dd></dl><p>{{5}}</p></article>"),
    kind("foreign furniture", f'<article>{_H1}<p>{{0}}</p><p>{{1}}</p><p>Lesen Sie auch: <a href=/u>Unrelated Bericht</a></p><p>{{3}}</p><p><a href=/u>Lire aussi : Unrelated article</a></p><p>{{4}}</p></article>'),
    kind("footnotes", f'<article>{_H1}<p>{{0}}<sup><a href="#f1">1</a></sup></p><p>{{3}}</p><p>{{4}}</p></article>'.replace('{0}<sup><a href="#f1">1</a></sup>', "{0}")),
    kind("comments open", f'<body class="comments-open single"><div class="wrapper sidebar-active social-enabled"><div id="main">{_H1}<p>{{0}}</p><p>{{3}}</p><p>{{5}}</p></div></div>'),
    kind("short news", f'{_NAV}<div class="main"><div class="text">{_H1}<p>{{0}}</p></div><div class="list">{_CARDS}</div></div>'),
    kind("hidden blocks", f'<article>{_H1}<p>{{0}}</p><div style="display:none"><p>Unrelated words that no reader sees, in a sentence.</p></div><div hidden><p>Unrelated again.</p></div><p>{{1}}</p><p aria-hidden="true">Unrelated</p><p>{{3}}</p></article>'),
    kind("share names on text", f'<div class="share-wrapper">{_H1}<div class="share-content"><p>{{0}}</p><p>{{1}}</p><p>{{3}}</p></div></div><div class="share-bar"><a href=1>Unrelated</a></div>'),
    kind("zh response heading", f'<div class="article">{_H1_ZH}<h2>[[背景]]</h2><p>{{0}}</p><h2>[[结果]]</h2><p>{{1}}</p><p>{{3}}</p><h2>[[讨论]]</h2><p>{{5}}</p><p>{{6}}</p><h2>[[评论]]</h2><p>{{7}}</p><h2>[[结论]]</h2><p>{{9}}</p></div>', language="zh", title=_ZH),
    kind("zh readers' comments", f'<div class="article">{_H1_ZH}<p>{{0}}</p><p>{{1}}</p><p>{{3}}</p><h3>评论</h3><div><span>用户一</span><span>3小时前</span><p>无关的读者留言，希望早点推广。</p></div><div><span>用户二</span><span>5小时前</span><p>无关的读者留言，数据安全怎么办？</p></div></div>', language="zh", title=_ZH),
    kind("zh licence footer", f'<div class="wrap">{_H1_ZH}<div class="info">2026-11-23 10:00 来源：青石日报</div><div class="con"><p>{{0}}</p></div></div><div class="about"><p>' + "无关：青石网络文化经营许可证：青网文〔2020〕000-00号 增值电信业务经营许可证 青B2-000，青公网安备 000号，违法和不良信息举报电话：000-000，本网站所登载的内容版权均属青石网，未经书面授权不得转载、摘编。" * 5 + "</p></div>", language="zh", title=_ZH),
    kind("zh licence in lines", f'<div class="wrap">{_H1_ZH}<div class="con"><p>{{0}}</p><p>{{3}}</p></div></div><div class="btm">' + "".join(f"<p>无关：{line}</p>" for line in ("互联网新闻信息服务许可证编号：000000，由青石市网信办颁发给青石网络传媒有限公司，有效期三年", "增值电信业务经营许可证 青B2-00000000 信息网络传播视听节目许可证编号：0000000 青石市通信管理局", "违法和不良信息举报电话：000-0000000 举报邮箱：jubao@qs.example 未成年人专线：000-0000000", "青ICP备00000000号-1 青公网安备 00000000000000号 地址：青石市人民路1号 邮编：100000", "版权所有 青石网 未经协议授权禁止下载使用，违者将依法追究法律责任，本网法律顾问为青石律师事务所")) + "</div>", language="zh", title=_ZH),
    kind("zh linked sentence", f'<div class="article">{_H1_ZH}<p>{{0}}</p><p><a href="/x">[[云岭科技于十月完成一亿元B轮融资，由青山资本领投。]]</a></p><p>{{1}}</p><p>{{3}}</p><p><a href=/r>无关的另一篇文章标题</a></p></div>', language="zh", title=_ZH),
    kind("zh sentences after pictures", f'<div class="entry-content">{_H1_ZH}' + "".join(f'<p><img src="{n}.jpg"></p><p>[[{line}]]</p>' for n, line in enumerate(("云岭科技展示了床旁分诊终端。", "海棠生物宣布完成五千万元融资。", "青石二院院长介绍部署经验。", "下午的论坛座无虚席。"))) + "<p>{0}{1}</p><p>{3}{4}</p><p>{5}{6}</p></div>", language="zh", title=_ZH),
    kind("zh right content", f'<div class="leftMenu"><a href=1>无关公告</a></div><div class="rightMain"><div class="crumb">无关位置</div>{_H1_ZH}<p>{{0}}</p><p>{{1}}</p></div><div class="bottom"><p>无关的主办单位说明，地址在人民路一号，乘车可到门口。</p></div>', language="zh", title=_ZH),
    kind("zh mid list", f'<div class="content">{_H1_ZH}<p>{{0}}</p><p>[[主要做法如下：]]</p><ul><li>[[建立质控小组]]</li><li>[[每季度评估一次]]</li><li><a href=/p>[[公开误差数据]]</a></li></ul><p>{{1}}</p><p>{{3}}</p></div><div class="hot"><ul>{_HOT}</ul></div>', language="zh", title=_ZH),
    kind("zh related in the middle", f'<div class="content">{_H1_ZH}<p>{{0}}</p><p>{{1}}</p><h4>相关阅读</h4><ul>{_HOT}</ul><p>{{3}}</p><p>{{5}}</p></div>', language="zh", title=_ZH),
)  # fmt: skip

_OTHER = "".join(
    f"<p>Unrelated words {n} about the bridge over the river, which was closed again on Friday after the storm, and which the council wants to repair before the summer begins.</p>"
    for n in range(8)
)
_LEGAL = (
    "Harbor Gazette is published by Harbor Media Inc., Unrelated as this is. Use of this site constitutes acceptance of our User Agreement and Privacy Policy and Cookie Statement.",
    "Unrelated: the material on this site may not be reproduced, distributed, transmitted, cached or otherwise used, except with our written permission. All rights reserved.",
    "Harbor Gazette may earn a portion of sales from what is bought through our site as part of our Unrelated affiliate partnerships with shops. Registered in Delaware.",
)
_LEGAL_ZH = (
    "无关：互联网新闻信息服务许可证编号：0000000 信息网络传播视听节目许可证 0000000 青石市网信办颁发",
    "无关：违法和不良信息举报电话：000-00000000 举报邮箱：jubao@qs.example 未成年人专线",
    "无关：青ICP备00000000号 青公网安备 00000000000000号 主办单位：青石日报社 地址：青石市人民路1号 邮编：000000",
)
_ROUND = "Larkspur Health closed a $40 million round led by Northbank, it said on Friday."
SLUGS = (
    "time-savings",
    "source-code",
    "search-accuracy",
    "summary-statistics",
    "author-contributions",
    "poll-findings",
    "meta-analysis",
    "hot-spots",
    "menu-planning",
    "comment-quality",
)
FURTHER: tuple[Kind, ...] = (
    *(kind(f"slug {slug}", f'<main>{_H1}<p>{{0}}</p><div id="{slug}"><h2>[[On {slug}]]</h2><p>{{2}}</p><p>[[The price of all this was never told.]]</p></div><div id="x2"><h2>[[What comes next]]</h2>{_p(3, 4, 5)}</div></main>') for slug in SLUGS),
    *(kind(f"zh bold heading {words}", f"<div class='article'>{_H1_ZH}<p>{{0}}</p><p>{{1}}</p><p><strong>[[{words}]]</strong></p><p>{{3}}</p><p>{{5}}</p><p><strong>[[结论]]</strong></p><p>{{7}}</p><p>{{9}}</p></div>", language="zh", title=_ZH) for words in ("评论", "点评", "相关评论")),
    kind("bold heading", f"<article>{_H1}{_p(0, 1)}<p><b>[[Response]]</b></p>{_p(3, 4)}<p><b>[[Outlook]]</b></p>{_p(5, 6)}</article>"),
    kind("zh bold heading of readers' comments", f"<div class='article'>{_H1_ZH}<p>{{0}}</p><p>{{1}}</p><p>{{3}}</p><p><strong>评论</strong></p><div><span>用户一</span><span>3小时前</span><p>无关的读者留言，希望早点推广。</p></div><div><span>用户二</span><span>5小时前</span><p>无关的读者留言，数据安全怎么办？</p></div></div>", language="zh", title=_ZH),
    kind("linked sentence first", f"<article>{_H1}<p><a href=/x>[[{_ROUND}]]</a></p>{_p(1, 3, 4)}</article>"),
    kind("linked sentence last", f"<article>{_H1}{_p(0, 1, 3)}<p><a href=/x>[[{_ROUND}]]</a></p></article>"),
    kind("linked request last", f"<article>{_H1}{_p(0, 1, 3)}<p><a href=/x>Read our Unrelated report about the fishing fleet of the coast.</a></p></article>"),
    kind("linked sentences in a list", f"<article>{_H1}<p>{{0}}</p><ul>" + "".join(f"<li><a href=/{n}>[[{line}]]</a></li>" for n, line in enumerate(("Fernway will keep the kiosk for two more years.", "Saltmarsh will decide in the spring of next year."))) + f"</ul>{_p(3, 4)}</article>"),
    kind("linked headlines in a list", f"<article>{_H1}<p>{{0}}</p><ul><li><a href=/1>Unrelated: why does the harbor close?</a></li><li><a href=/2>Unrelated walks along the coast</a></li></ul>{_p(3, 4)}</article>"),
    kind("next article below its headline", f"<div class='list'><article>{_H1}<div>{{0}}</div><p>{{1}}</p></article><article><h2>Unrelated bridge closed</h2>{_OTHER}</article></div>"),
    kind("next article inside", f"<main><article>{_H1}{_p(0, 1)}<article class='next'><h1>Unrelated bridge closed</h1>{_OTHER}</article></article></main>"),
    kind("terms without a name", f'<div class="w">{_H1}<div class="c"><p>{{0}}</p></div></div><div class="z">' + "".join(f"<p>{line}</p>" for line in _LEGAL * 2) + "</div>"),
    kind("zh licence in the text's box", f'<div class="w">{_H1_ZH}<p>{{0}}</p><p>{{1}}</p>' + "".join(f"<p>{line}</p>" for line in _LEGAL_ZH) + "</div>", language="zh", title=_ZH),
)  # fmt: skip

_SHARE = '<div class="share-bar"><a href=1>Unrelated share</a><a href=2>Unrelated tweet</a></div>'
MORE: tuple[Kind, ...] = (
    kind("live a",f'<main><h1>Triage assistant reaches every clinic</h1><div class="intro">{_p(0,1)}</div>'+'<div class="feed"><ul class="updates">'+"".join(f'<li class="update"><article><header><time>1{n}:05</time><h2>[[Update {n} of the day]]</h2><span class="byline">Unrelated Author</span></header><div class="body">{_p(n,n+1)}</div>{_SHARE}</article></li>' for n in (3,5,7,9,11))+'</ul></div></main>'),
    kind("three parts",f'<div class="article"><header>{_H1}</header><div class="article__lead">{_p(0)}</div><div class="article__media"><figure><img src=x></figure></div><div class="article__first">{_p(1,2)}</div><div class="advert">Unrelated</div><div class="article__rest paywall-content">{_p(3,4,5,6)}</div></div>'),
    kind("deep rows",f'<main>{_H1}'+"".join(f'<div class="r{n}"><div class="c"><div class="d"><div class="e"><div class="f">{_p(n)}</div></div></div></div></div><div class="widget-ad">Unrelated advertisement</div>' for n in range(8))+'</main>'),
    kind("two columns",f'<div class="wrap">{_H1}<div class="cols"><div class="col-left">{_p(0,1,2)}</div><div class="col-right-text">{_p(3,4,5)}</div></div></div>'),
    kind("longform",f'<div id="page">{_H1}'+"".join(f'<section class="s{n}"><div class="container"><div class="row"><div class="col-md-8"><h2>[[Part {n}]]</h2>{_p(n,n+1)}</div></div></div></section><section class="full-image"><img src={n}></section>' for n in (0,2,4,6))+'</div>'),
    kind("teasers long",f'<div class="main">{_H1}<div class="text">{_p(0,1,3)}</div></div><div class="more-stories">'+"".join(f'<div class="teaser"><h3><a href=/u{n}>Unrelated story {n}</a></h3><p>Unrelated summary of another story that goes on for a while, with commas, and ends with a full stop after some thirty words or so.</p></div>' for n in range(8))+'</div>'),
    kind("teaser articles",f'<div class="single">{_H1}<div class="entry">{_p(0,1,3)}</div></div><div class="grid">'+"".join(f'<article class="teaser"><h2><a href=/u{n}>Unrelated story {n}</a></h2><p>Unrelated summary of another story that goes on for a while, with commas, and ends here.</p></article>' for n in range(6))+'</div>'),
    kind("two sentences and teasers",f'{_NAV}<div class="main">{_H1}<p>{{0}}</p></div><div class="list">'+"".join(f'<div class="item"><a href=/u{n}>Unrelated story {n}</a><p>Unrelated summary of another story, with commas, and a full stop.</p></div>' for n in range(8))+'</div>'),
    kind("sidebar prose",f'<div class="wrap"><div class="main">{_H1}{_p(0,1,3,4)}</div><div class="aside-x"><h3>Unrelated about us</h3><p>Unrelated words about this site, which was founded in 2001 by three friends, and grew.</p><p>Unrelated words about the office, which stands at the quay, near the old crane, as always.</p></div></div>'),
    kind("br text",f'<div id="c">{_H1}<div class="t">{{0}}<br><br>{{1}}<br/><br/>{{3}}<br><br>{{4}}</div></div>'),
    kind("form",f'<form id="aspnetForm"><div class="nav"><a href=1>Unrelated</a></div><table><tr><td><table><tr><td>{_H1}</td></tr><tr><td>{_p(0,1,3)}</td></tr></table></td></tr></table></form>'),
    kind("details",f'<article>{_H1}<p>{{0}}</p><details><summary>[[Why does it wait?]]</summary><p>{{1}}</p></details><details><summary>[[Who pays?]]</summary><p>{{3}}</p></details></article>'),
    kind("no h1",f'<div class="page"><div class="hd"><a href=/>Unrelated</a></div><div class="bd">{_p(0,1,3,4)}</div></div>'),
    kind("caption slideshow",f'<div class="gallery">{_H1}'+"".join(f'<figure><img src={n}><figcaption>{{{n}}}</figcaption></figure>' for n in range(8))+'</div>'),
    kind("steps",f'<article>{_H1}<p>{{0}}</p><ol>'+"".join(f'<li>[[Press the button number {n} and wait]]</li>' for n in range(5))+'</ol><p>{3}</p></article>'),
    kind("transcript",f'<article>{_H1}'+"".join(f'<p><b>[[DOE:]]</b> {{{n}}}</p><p><b>[[ROE:]]</b> [[Quite so.]]</p>' for n in range(5))+'</article>'),
    kind("verse",f'<article>{_H1}<p>{{0}}</p><p>[[The night is long,]]<br>[[the lamp is low,]]<br>[[the wards are still,]]<br>[[the rain is slow.]]</p><p>{{1}}</p></article>'),
    kind("li article",f'<div class="post">{_H1}<ul class="facts">'+"".join(f'<li>{{{n}}}</li>' for n in range(7))+'</ul></div>'),
    kind("key points",f'<article>{_H1}<div class="key-points"><h2>[[Key points]]</h2><ul><li>[[Waiting times fell]]</li><li>[[Costs rose]]</li></ul></div>{_p(0,1,3,4)}</article>'),
    kind("references",f'<article>{_H1}{_p(0,1,3)}<h2>[[Notes]]</h2><ol>'+"".join(f'<li>[[Doe J. Waiting and working, part {n}.]] <a href=/d{n}>[[Journal of Clinics]]</a> [[(2024).]]</li>' for n in range(4))+'</ol></article>'),
    kind("bio above",f'<article>{_H1}<div class="author-bio"><p>Unrelated Jane Doe writes about hospitals and lives near the sea with two dogs and a boat.</p></div>{_p(0,1,3,4)}<div class="about-author"><h4>About the author</h4><p>Unrelated Jane Doe writes about hospitals and lives near the sea with two dogs.</p></div></article>'),
    kind("nested blockquote all",f'<div class="post">{_H1}<p>[[A reader writes:]]</p><blockquote>{_p(0,1,2,3,4)}</blockquote><p>[[So be it, and thanks.]]</p></div>'),
    kind("span paragraphs",f'<div class="story">{_H1}<div class="txt">'+"".join(f'<span class="para">{{{n}}}</span><br>' for n in range(5))+'</div></div>'),
    kind("podcast",f'<article>{_H1}<div class="player"><p>Unrelated listen</p></div>{_p(0,1,3)}<p>Listen to <a href=/u>Unrelated episode</a></p></article>'.replace("<p>Listen to <a href=/u>Unrelated episode</a></p>","")),
    kind("tag soup",'<div class="story-body"><h1>Triage assistant reaches every clinic</h1><span class="date">May 3, 2026</span><p>{0}<p>{1}<p>{3}<ul><li>[[One clinic]]<li>[[Two clinics]]</ul><p>{4}</div>'),
    kind("comments long no name",f'<div class="post">{_H1}{_p(0,1,3)}</div><div class="discussion"><h3>4 Comments</h3>'+"".join(f'<div class="entry-c"><div class="who">user{n} says:</div><div class="when">May {n+1}, 2026 at 10:0{n}</div><p>Unrelated long remark of a reader who has a lot to say about waiting rooms, kiosks, nurses and the price of it all, and goes on and on about it.</p></div>' for n in range(4))+'</div>'),
    kind("comments below in article",f'<article class="post">{_H1}<div class="entry">{_p(0,1,3)}</div><section><h2>Responses (3)</h2>'+"".join(f'<div><b>Ann {n}</b><p>Unrelated long remark of a reader who has a lot to say about waiting rooms, kiosks, nurses and the price.</p><a href=#>Reply</a></div>' for n in range(3))+'</section></article>'),
    kind("newsletter mid",f'<article>{_H1}{_p(0,1)}<div class="c-nl"><p><strong>Sign up for our newsletter and get the best Unrelated stories.</strong></p><form><input><button>Go</button></form></div>{_p(3,4,5)}</article>'),
    kind("embedded tweet",f'<article>{_H1}{_p(0,1)}<blockquote class="twitter-tweet"><p>[[The kiosks are here.]]</p></blockquote>{_p(3,4)}</article>'),
    kind("print links",f'<div id="article-wrap"><div class="tools">Unrelated <a href=#>Print</a> <a href=#>Mail</a></div>{_H1}<div class="article-text">{_p(0,1,3)}<p class="tagline"><em>[[The Harbor Gazette is a daily of the coast.]]</em></p></div></div>'.replace("[[The Harbor Gazette is a daily of the coast.]]","")),
    kind("mw infobox",f'<div class="mw-parser-output"><table class="infobox"><tr><th>[[Founded]]</th><td>[[1998]]</td></tr><tr><th>[[Beds]]</th><td>[[410]]</td></tr></table>{_p(0,1)}<div class="thumb"><div class="thumbinner"><img src=1><div class="thumbcaption">Unrelated picture words</div></div></div><h2><span id="Sharing">[[Sharing]]</span></h2>{_p(3,4)}<div class="navbox"><table><tr><td><a href=1>Unrelated</a> <a href=2>Unrelated</a></td></tr></table></div></div>'),
    kind("wide table",f'<article>{_H1}<p>{{0}}</p><table class="data"><thead><tr><th>[[Clinic]]</th><th>[[Wait]]</th><th>[[Beds]]</th></tr></thead><tbody>'+"".join(f'<tr><td>[[Clinic {n}]]</td><td>[[{n*7} min]]</td><td>[[{n*3+4}]]</td></tr>' for n in range(1,7))+'</tbody></table><p>{1}</p></article>'),
    kind("fig in p",f'<div class="c">{_H1}<p><img src=1><br><em>Unrelated words under it (Photo: J. Roe)</em></p>{_p(0,1,3)}</div>'),
    kind("read also box",f'<article>{_H1}{_p(0,1)}<aside class="related-box"><h4>Read also</h4><ul><li><a href=/u>Unrelated story</a></li></ul></aside>{_p(3,4)}<div class="see-also"><span>See also:</span> <a href=/u2>Unrelated story two</a></div>{_p(5,6)}</article>'),
)  # fmt: skip
