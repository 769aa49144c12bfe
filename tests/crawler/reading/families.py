# ruff: noqa: E501 (pages and patterns are kept as they are written)
"""Page families: how ten and more kinds of publishing systems wrap an article. Every page comes with what must be read from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from .texts import Story, story

_NAV = "".join(
    f'<li><a href="/c{i}/">{name}</a></li>'
    for i, name in enumerate(
        ["首页", "要闻", "时政", "健康", "医药", "科技", "财经", "社会", "教育", "视频", "图片", "评论", "专题", "客户端"]
    )
)
_HOT = "".join(
    f'<li><a href="/a/{i}.html">{text}</a></li>'
    for i, text in enumerate(
        ("夏季防暑这几点要记牢", "多地公布门诊改革时间表", "城市马拉松鸣枪开跑", "新学期体检项目有哪些变化", "老旧小区加装电梯进度过半")
    )
)
_COMMENTS = "".join(
    f'<li class="c"><b>读者{i}</b><span>3小时前</span><p>{text}</p><a href="#">回复</a> <a href="#">举报</a></li>'
    for i, text in enumerate(
        (
            "希望早点推广到我们县，老人看病太不容易了。",
            "数据安全怎么保证？文章里没有说清楚，期待后续报道。",
            "支持！但别把不会用手机的人忘了。",
        )
    )
)
_NAV_EN = "".join(
    f'<li><a href="/{name.lower()}">{name}</a></li>'
    for name in ["Home", "News", "Health", "Business", "Science", "Opinion", "Events", "Podcasts", "Subscribe"]
)
_COMMENTS_EN = "".join(
    f'<li class="comment"><cite>reader{i}</cite> says:<p>{text}</p><a href="#r">Reply</a></li>'
    for i, text in enumerate(
        (
            "We tried something like this in our clinic and the nurses loved it after a month.",
            "What about patients who do not own a phone? Nobody seems to ask that.",
            "Great reporting, thank you for the numbers.",
        )
    )
)


@dataclass(frozen=True)
class Sample:
    """A page as bytes and its gold. `authors` None means: not shown, nobody may be named."""

    name: str
    body: bytes
    title: str
    published: str | None  # local time to the minute, or the day
    authors: tuple[str, ...]
    text: str
    language: str
    url: str


def _sample(
    family: str,
    s: Story,
    html: str,
    *,
    published: str | None = None,
    authors: tuple[str, ...] | None = None,
    encoding: str = "utf-8",
    text: str | None = None,
    url: str = "",
) -> Sample:
    return Sample(
        f"{family}-{s.number}",
        html.encode(encoding, "xmlcharrefreplace"),
        s.title,
        published or s.moment,
        (s.reporter,) if authors is None else authors,
        text or "\n".join(s.paragraphs),
        s.language,
        url or f"https://news.example.cn/a/{s.number}.html",
    )


def _p(s: Story, opening: str = "<p>", closing: str = "</p>", indent: str = "") -> str:
    return "\n".join(f"{opening}{indent}{line}{closing}" for line in s.paragraphs)


def government(s: Story) -> Sample:
    """Static pages of a ministry: metas, a fixed body id, attachments, print and share links, day only in sight."""
    day = s.moment[:10]
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{s.title}_通知公告_青石市卫生健康委员会</title>
<meta name="ArticleTitle" content="{s.title}"><meta name="PubDate" content="{day} {s.moment[11:]}"><meta name="ContentSource" content="{s.outlet}">
<meta name="SiteName" content="青石市卫生健康委员会"></head><body><div class="top"><ul class="nav">{_NAV}</ul></div>
<div class="position">您的位置：<a href="/">首页</a> > <a href="/tz/">通知公告</a> > 正文</div>
<div class="con"><div class="tit">{s.title}</div><div class="xx"><span>发布时间：{day}</span> <span>来源：{s.outlet}</span> <span>字体：[ <a>大</a> <a>中</a> <a>小</a> ]</span> <span>浏览次数：318</span></div>
<div id="zoom"><div class="TRS_Editor"><style>.x{{color:red}}</style>{_p(s, '<p style="text-indent:2em">', "</p>", "　　")}</div></div>
<div class="fujian">附件：<a href="./P0201.pdf">1.评估表.pdf</a><br><a href="./P0202.docx">2.填报说明.docx</a></div>
<div class="dyfx"><a href="javascript:window.print()">【打印本页】</a><a href="javascript:window.close()">【关闭窗口】</a></div></div>
<div class="foot">主办：青石市卫生健康委员会 地址：青石市人民路1号 邮编：100000<br>备案号：京ICP备00000000号</div></body></html>"""
    return _sample(
        "government", s, html, authors=(), url=f"https://wjw.example.gov.cn/tz/{day[:4]}{day[5:7]}/t{day.replace('-', '')}_{s.number}.html"
    )


def paper_gb(s: Story) -> Sample:
    """A national paper's site in GB2312: the first h1 is the logo, a reporter in brackets, pages in numbers, the editor at the end."""
    lead = f"本报青石{s.month}月{s.day}日电 （记者{s.reporter}）"
    lines = [lead + s.paragraphs[0], *s.paragraphs[1:]]
    body = "".join(f"<p>　　{line}</p>\n" for line in lines)
    html = f"""<html><head><meta http-equiv="content-type" content="text/html;charset=GB2312"><title>{s.title}--健康--{s.outlet}网</title>
<meta name="publishdate" content="{s.moment[:10]}"><meta name="source" content="来源：{s.outlet}"><meta name="author" content="104{s.number}"></head><body>
<div class="nav2"><h1><a href="/"><img src="logo.png" alt=""></a></h1>{_HOT}</div><div class="layout rm_txt cf"><h3 class="pre"></h3><h1>{s.title}</h1>
<div class="channel cf"><div class="col-1-1"> {s.year}年{s.month:02}月{s.day:02}日{s.moment[11:]} | 来源：<a href="#">{s.outlet}</a> <span>小字号</span></div></div>
<div class="rm_txt_con cf"><div class="bza"><a href="#">点击播报本文，约 2 分钟</a></div><div class="box_pic"></div>{body}<p style="text-align: center"><img src="a.jpg"></p>
<p class="desc" style="text-align: center">图为门诊大厅内的自助设备。{s.reporter}摄</p><div class="zdfy"><a href="n-2.html">【2】</a><a href="n-3.html">【3】</a></div></div>
<div class="edit cf">(责编：{s.editor}、何小满)</div><div class="rm_relevant cf"><h2>相关新闻</h2><ul>{_HOT}</ul></div></div>
<div class="foot">{s.outlet} 版权所有，未经书面授权禁止使用</div></body></html>"""
    return _sample("paper", s, html, encoding="gb18030", text="\n".join(lines))


def blog_zh(s: Story) -> Sample:
    """WordPress in Chinese: entry-content, time after the text, share and reward buttons, related posts, comments."""
    html = f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8"><title>{s.title} | {s.outlet}</title><link rel="canonical" href="https://blog.example.cn/archives/{s.number}">
<meta property="og:title" content="{s.title}"><meta property="og:site_name" content="{s.outlet}"><meta property="article:published_time" content="{s.moment}:11+08:00"><meta property="article:modified_time" content="2026-10-01T08:00:00+08:00"></head>
<body class="single single-post"><header id="masthead"><nav><ul>{_NAV}</ul></nav></header><main><article class="post hentry"><header class="entry-header"><h1 class="entry-title">{s.title}</h1>
<div class="entry-meta"><span class="byline"><a class="url fn n" href="/author/x/">{s.reporter}</a></span><time class="updated" datetime="2026-10-01T08:00:00+08:00">2026-10-01</time></div></header>
<div class="entry-content"><p class="wp-caption-text">配图：门诊大厅</p>{_p(s)}<h2>结语</h2><p>{s.paragraphs[0][:20]}，这一点值得反复强调。</p><div class="sharedaddy"><h3>分享到：</h3><ul><li><a href="#">微博</a></li></ul></div></div>
<footer class="entry-footer"><span class="cat-links">分类：<a href="#">医疗</a></span><span class="tags-links">标签：<a href="#">人工智能</a></span></footer></article>
<div class="related-posts"><h3>猜你喜欢</h3><ul>{_HOT}</ul></div><div id="comments"><h2>3 条评论</h2><ol class="comment-list">{_COMMENTS}</ol></div></main>
<aside class="sidebar"><h3>热门文章</h3><ul>{_HOT}</ul></aside><footer>Copyright © {s.outlet}</footer></body></html>"""
    return _sample(
        "blog",
        s,
        html,
        text="\n".join([*s.paragraphs, "结语", f"{s.paragraphs[0][:20]}，这一点值得反复强调。"]),
        url=f"https://blog.example.cn/archives/{s.number}",
    )


def account(s: Story) -> Sample:
    """A public account's article: everything in sections and spans, hidden until scripts run, captions, promotion at the end."""
    body = "".join(
        f'<section style="margin:8px"><p style="line-height:1.75em;"><span style="font-size:15px;">{line}</span></p></section><p><br></p>'
        + (
            '<p style="text-align:center"><img data-src="x.png"></p><p style="text-align:center"><span style="font-size:12px;color:#888">▲ 门诊大厅一角</span></p>'
            if i == 1
            else ""
        )
        for i, line in enumerate(s.paragraphs)
    )
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{s.title}"><meta property="og:site_name" content="公众平台"><title></title></head><body>
<div id="js_article" class="rich_media"><div class="rich_media_inner"><h1 class="rich_media_title" id="activity-name">{s.title}</h1><div id="meta_content" class="rich_media_meta_list">
<span class="rich_media_meta rich_media_meta_text">{s.reporter}</span> <span class="rich_media_meta_nickname"><a id="js_name">{s.outlet}</a></span> <em id="publish_time">{s.year}年{s.month}月{s.day}日 {s.moment[11:]}</em></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden; opacity: 0; "><p><span>点击上方蓝字关注我们，获取更多资讯</span></p>{body}
<p><strong>来源 | {s.outlet}</strong></p><p>作者 | {s.reporter}</p><p>编辑 | {s.editor}</p><p>长按识别二维码关注我们</p><p>点个“在看”，让更多人知道</p></div>
<div class="rich_media_tool"><a href="#">阅读原文</a> 阅读 1.2万</div></div></div><script>var ct="1";</script></body></html>"""
    return _sample("account", s, html, url=f"https://mp.example.cn/s/{s.number}")


def drawn(s: Story) -> Sample:
    """A page drawn by the browser: the text stands only in a script."""
    content = json.dumps(
        {"props": {"article": {"title": s.title, "content": "".join(f"<p>{line}</p>" for line in s.paragraphs)}}}, ensure_ascii=False
    )
    linked = json.dumps(
        {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": s.outlet},
                {
                    "@type": "NewsArticle",
                    "headline": s.title,
                    "datePublished": f"{s.moment}:05+08:00",
                    "author": {"@type": "Person", "name": s.reporter},
                },
            ],
        },
        ensure_ascii=False,
    )
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{s.title} - {s.outlet}</title><script type="application/ld+json">{linked}</script></head>
<body><div id="__next"><div class="spin">加载中...</div></div><script id="__DATA__" type="application/json">{content}</script></body></html>"""
    return _sample("drawn", s, html)


def old_table(s: Story) -> Sample:
    """Tables for layout, font tags, paragraphs split by <br>, upper-case tags, no class anywhere."""
    body = "<BR><BR>\n".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{line}" for line in s.paragraphs)
    html = f"""<HTML><HEAD><TITLE>{s.title}-{s.outlet}</TITLE><META http-equiv=Content-Type content="text/html; charset=gb2312"></HEAD><BODY>
<TABLE width=760><TR>{"".join(f"<TD><A href='/{i}'>{n}</A></TD>" for i, n in enumerate(["首页", "新闻", "政策", "专题", "下载", "论坛"]))}</TR></TABLE>
<TABLE width=760><TR><TD width=180 vAlign=top><TABLE><TR><TD>热门文章</TD></TR><TR><TD>{_HOT}</TD></TR></TABLE></TD><TD width=580>
<TABLE><TR><TD align=center><FONT size=5><B>{s.title}</B></FONT></TD></TR><TR><TD align=center>作者：{s.reporter}　文章来源：{s.outlet}　点击数：1024　更新时间：2026-3-1　发布时间：{s.year}-{s.month}-{s.day} {s.moment[11:]}</TD></TR>
<TR><TD><FONT size=3>{body}</FONT></TD></TR><TR><TD>文章录入：admin　　责任编辑：{s.editor}</TD></TR><TR><TD>上一篇：<A href="1.htm">关于开展义诊的通知</A><BR>下一篇：<A href="3.htm">门诊时间调整公告</A></TD></TR></TABLE></TD></TR></TABLE>
<TABLE width=760><TR><TD align=center>版权所有 {s.outlet} 联系电话：010-00000000</TD></TR></TABLE></BODY></HTML>"""
    return _sample("table", s, html, encoding="gb18030")


def portal(s: Story) -> Sample:
    """A portal: a short article among many links, hot lists, app prompts and more comments than text; hashed class names."""
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{s.title}_{s.outlet}健康_门户</title><meta property="og:url" content="https://health.example.cn/c/{s.number}"><meta name="og:time" content="{s.moment}:30"></head><body>
<div class="hd-3Ks1"><ul>{_NAV * 3}</ul></div><div class="wrap-9aQx"><div class="left-1ESn"><div class="artical-Qk9D"><h1 class="topic-3bY8">{s.title}</h1><div class="info-3ivi"><p class="time-hm3v"><span>{s.year}年{s.month:02}月{s.day:02}日 {s.moment[11:]}:30</span> <span>来源：</span><span class="source-2pXi"><a href="#">{s.outlet}</a></span></p><div class="comment_box-1xBA"><a href="#">57人参与</a> <a href="#">11评论</a></div></div>
<div class="main_content-LcrE"><div class="text-3zQ3"><p>原标题：{s.title}</p>{_p(s)}</div></div><p>责任编辑：{s.editor} QK0{s.number}</p></div><div class="vote-ciHo">推荐 99</div>
<div><h3>网友评论</h3><ul>{_COMMENTS * 3}</ul></div><div class="feed-2Lx"><h3>为您推荐</h3>{"".join(f'<div class="item-2Lxl"><p class="text-3S1H"><a href="/x">{t}</a></p><p class="time-1tS">03-0{i + 1} 08:30</p></div>' for i, t in enumerate(("夏季防暑这几点要记牢", "门诊改革时间表公布", "马拉松鸣枪开跑")))}</div></div>
<div class="right-8sK"><h4>24小时热文</h4><ol>{_HOT * 2}</ol></div></div><div class="ft-33x">关于我们 广告服务 联系我们 诚聘英才</div></body></html>"""
    return _sample("portal", s, html, authors=(), url=f"https://health.example.cn/c/{s.number}")


def english_blog(s: Story) -> Sample:
    """WordPress in English: byline, newsletter box and related link inside the text, author's life, comments."""
    inner = list(s.paragraphs)
    body = "".join(
        f"<p>{line}</p>"
        + (
            "<p><strong>Related:</strong> <a href='/x'>Five questions to ask before buying health AI</a></p><div class='newsletter-signup'><h4>Get our newsletter</h4><p>Sign up for the morning briefing and never miss a story.</p></div>"
            if i == 1
            else ""
        )
        for i, line in enumerate(inner)
    )
    html = f"""<!DOCTYPE html><html lang="en-US"><head><meta charset="UTF-8"><title>{s.title} - Larkspur Health News</title><meta property="og:title" content="{s.title} - Larkspur Health News"><meta property="og:site_name" content="Larkspur Health News">
<meta property="article:published_time" content="{s.moment}:00+08:00"><meta name="author" content="{s.reporter}"></head><body class="post-template-default single"><div id="page"><header class="site-header"><nav class="main-navigation"><ul>{_NAV_EN}</ul></nav></header>
<div id="primary"><article class="post type-post"><header><h1 class="entry-title">{s.title}</h1><p class="entry-meta">By <a href="/author/d" rel="author">{s.reporter}</a> on {s.year}-{s.month:02}-{s.day:02}</p></header>
<figure class="wp-block-image"><img src="a.jpg"><figcaption>The new kiosks in the main hall. (Photo: Larkspur)</figcaption></figure><div class="entry-content">{body}<h3>What comes next</h3><p>{inner[0]}</p><ul><li>Fifteen more clinics before the end of the year.</li><li>Error rates published every quarter.</li></ul>
<div class="sharedaddy sd-sharing-enabled"><h3>Share this:</h3><ul><li><a href="#">Twitter</a></li><li><a href="#">Facebook</a></li></ul></div></div>
<div class="author-box"><h4>About the author</h4><p>{s.reporter} covers hospitals and technology and lives near the sea with two dogs.</p></div></article>
<div id="comments"><h2>3 thoughts on “{s.title}”</h2><ol class="commentlist">{_COMMENTS_EN}</ol><div id="respond"><h3>Leave a Reply</h3><p>Your email address will not be published.</p></div></div></div>
<aside id="secondary"><section class="widget"><h2>Recent Posts</h2><ul><li><a href="/1">A quiet year for device approvals</a></li></ul></section></aside><footer>© Larkspur Health News. All rights reserved.</footer></div></body></html>"""
    text = "\n".join(
        [*inner, "What comes next", inner[0], "Fifteen more clinics before the end of the year.", "Error rates published every quarter."]
    )
    return _sample(
        "english-blog", s, html, text=text, url=f"https://larkspur.example.com/{s.year}/{s.month:02}/{s.day:02}/story-{s.number}/"
    )


def english_app(s: Story) -> Sample:
    """A paper built with components: each paragraph in a div of its own, a standfirst, adverts between, linked data."""
    linked = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": s.title,
            "datePublished": f"{s.moment}:00+08:00",
            "dateModified": "2026-10-10T10:10:10Z",
            "author": [{"@type": "Person", "name": s.reporter}],
            "publisher": {"@type": "Organization", "name": "The Harbor Gazette"},
        }
    )
    body = "".join(
        f'<div class="css-1n7hyn{i} e{i}" data-component="text-block"><p class="css-at9mc1">{line}</p></div>'
        + ('<div class="css-ad0"><span>Advertisement</span></div>' if i % 2 else "")
        for i, line in enumerate(s.paragraphs)
    )
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"/><title>{s.title} | The Harbor Gazette</title><script type="application/ld+json">{linked}</script></head><body><div id="__next"><nav>{_NAV_EN}</nav>
<main><div class="css-x1"><h1 class="css-h1">{s.title}</h1><div class="css-b"><span>By {s.reporter}</span><span>•</span><span>5 min read</span></div><figure><img src="x"><figcaption>A nurse at a kiosk. Harbor Gazette file photo</figcaption></figure><div class="css-body">{body}</div>
<div class="css-foot"><p>Read more: <a href="/q">What hospitals pay for software</a></p><p>Follow us on <a href="/t">Twitter</a></p></div></div>
<section class="css-more"><h2>More from Health</h2><div class="css-card"><a href="/1"><h3>Clinics and their waiting rooms</h3></a><p>Why the benches are always full on Mondays, and what to do about it.</p></div><div class="css-card"><a href="/2"><h3>The price of a scan</h3></a><p>Two towns, two bills, one machine.</p></div></section></main><footer><p>Copyright The Harbor Gazette. Terms of Use. Privacy Policy.</p></footer></div></body></html>"""
    return _sample("english-app", s, html, url=f"https://gazette.example.com/health/{s.number}")


def english_table(s: Story) -> Sample:
    """An English page of the table age: <br> between paragraphs, a byline in bold, a list of links at the side."""
    body = "<br><br>".join(s.paragraphs)
    html = f"""<html><head><title>Harbor Weekly: {s.title}</title></head><body bgcolor=white><table width=100%><tr><td colspan=2><a href=/>Home</a> | <a href=/news>News</a> | <a href=/about>About</a></td></tr><tr><td width=150 valign=top>{"".join(f"<a href=/{i}>Issue {i}</a><br>" for i in range(12))}</td>
<td><h2>{s.title}</h2><b>By {s.reporter}</b><br><i>Published {s.year}-{s.month:02}-{s.day:02} {s.moment[11:]}</i><p>{body}</p><hr><font size=1>Copyright {s.year} Harbor Weekly. All rights reserved.</font></td></tr></table></body></html>"""
    return _sample("english-table", s, html, published=s.moment[:10], url=f"http://weekly.example.com/{s.number}.htm")


def traditional(s: Story) -> Sample:
    """A paper in traditional characters, Big5, with the reporter before the place and a list of further reading."""
    import opencc

    to = opencc.OpenCC("s2tw").convert
    reporter = to(s.reporter)
    html = f"""<html lang="zh-Hant"><head><meta charset="big5"><title>{to(s.title)} | 東湖時報</title><meta property="og:title" content="{to(s.title)} | 東湖時報"><meta property="og:site_name" content="東湖時報"><meta property="article:published_time" content="{s.moment}:00+08:00"></head>
<body><div class="menu"><ul><li><a href="/">首頁</a></li><li><a href="/h">健康</a></li></ul></div><article><h1>{to(s.title)}</h1><div class="article-info"><span>{s.moment[:10].replace("-", "/")} {s.moment[11:]}</span><span>記者{reporter}／台北報導</span></div>
<div class="article-content">{"".join(f"<p>{to(line)}</p>" for line in s.paragraphs)}<h4>延伸閱讀</h4><ul><li><a href="/1">掛號費調整一次看</a></li><li><a href="/2">長照新制上路</a></li></ul></div></article><div class="fb-comments"></div></body></html>"""
    sample = _sample("traditional", s, html, encoding="big5hkscs", authors=(reporter,), text=to("\n".join(s.paragraphs)))
    return Sample(sample.name, sample.body, to(s.title), sample.published, sample.authors, sample.text, "zh-Hant", sample.url)


def release(s: Story) -> Sample:
    """A wire service's release: dateline, quotes, boilerplate about the company kept, contacts and share bars dropped."""
    dateline = f"青石{s.year}年{s.month}月{s.day}日 /医讯通社/ -- "
    lines = [dateline + s.paragraphs[0], *s.paragraphs[1:]]
    html = f"""<html><head><meta charset="utf-8"><title>{s.title} - 医讯通社</title></head><body><div class="header"><ul>{_NAV}</ul></div><div id="main"><h1 id="contenttitle">{s.title}</h1>
<div class="release-header"><span id="dateline">{s.moment[:10]} {s.moment[11:]}</span> <span>3821</span></div><div id="dvShare"><a>微信</a><a>微博</a></div><div id="dvContent">{"".join(f"<p>{line}</p>" for line in lines)}
<p id="PURL"><img src="logo.jpg"></p><div style="display:none">gT7防采集干扰文字请忽略这一段没有意义的内容</div></div><div class="source">消息来源：{s.outlet}</div><div class="keyword">关键词：<a href="#">医疗</a></div>
<div class="ad-box"><p>全球领先的发布服务，帮助您触达更多受众，点击了解详情。</p></div><div class="xg"><h3>相关链接</h3>{_HOT}</div></div></body></html>"""
    return _sample("release", s, html, authors=(), text="\n".join(lines))


FAMILIES: dict[str, tuple[Callable[[Story], Sample], str]] = {
    "government": (government, "zh"),
    "paper": (paper_gb, "zh"),
    "blog": (blog_zh, "zh"),
    "account": (account, "zh"),
    "drawn": (drawn, "zh"),
    "table": (old_table, "zh"),
    "portal": (portal, "zh"),
    "english-blog": (english_blog, "en"),
    "english-app": (english_app, "en"),
    "english-table": (english_table, "en"),
    "traditional": (traditional, "zh"),
    "release": (release, "zh"),
}


@cache
def samples() -> list[Sample]:
    """Four pages of each family: a short article, two of middle length and a long one."""
    out = []
    for position, (make, language) in enumerate(FAMILIES.values()):
        for turn, length in enumerate((3, 7, 11, 17)):
            out.append(make(story(position * 4 + turn, length=length, language=language)))
    return out
