# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Line by line through the chosen part of a page: what of it is the article, and what only stands inside it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from .hints import Hint
from .linked import Linked
from .page import HEADINGS, Block, Page
from .people import english_names, leading_names
from .sections import opens_section, section_end

# Each rule is a whole short line. Words of the trade, in both scripts; no site's own.
_CREDIT = re.compile(
    r"^(?:[\[【(（]\s*(?:纠错|我要纠错)\s*[\])）】])?[\[【(（<\s■●◎▍丨|]*(?:责任?编辑?|責任編輯|责编|編輯|编辑|值班编辑|本期编辑|编审|审核|审校|校对|校對|核稿|监制|監製|终审|初审|复审|一审|二审|三审|签发|值班主任|主编|总编|策划|统筹|制图|设计|美编|排版|视觉|视频|"
    r"出品|制作|运营|实习生|实习编辑|见习编辑|新媒体编辑|图片编辑|网络编辑|作者单位|作者简介|作者介绍|投稿邮箱|联系邮箱|商务合作|转载授权)\s*[/／]?\S{0,8}\s*[：:|丨｜/／∣\s]\s*.{0,60}$"
)
_SOURCE = re.compile(
    r"^[\[【(（<\s*※■●]*(?:(?:本文|文章|稿件|内容|资料|信息|图文|新闻|消息|文字|综合|图片|图|封面图?|题图|头图|原文)?(?:来源|來源|转自|轉自|摘自|源自|出处|转载自|素材来源|图源|参考资料|资料参考|参考文献)于?\s*[：:|丨｜/／∣]|"
    r"(?:本文)?(?:来源|转载自|转自|摘自)于?\s*[：:丨|《“\"]?|原载|原标题|原題|原题|本文原标题|原文标题|原文链接|阅读原文|文章链接|链接地址|题图来自|图片来自|头图来自|本文来自|文章来自|首发于|本文首发|文章首发|本文转载)"
)
_SOURCE_MAX = 60
# Whole lines: the issue of a newspaper, a name of the site in brackets at the end, people and their duties in brackets.
_ISSUE = re.compile(
    r"^[（(\s]*《[^》]{2,14}》\s*[（(]?\s*(?:19|20)\d\d\s*年.{3,24}[)）]$|^[（(【\[][^()（）。]{0,24}\.(?:com|cn|net|org)[)）】\]]$", re.I
)
_IN_BRACKETS = re.compile(
    r"^[（(【\[][^()（）。！？]{0,40}(?:记者|記者|作者|责编|責編|编辑|編輯|供稿|撰稿|撰文|通讯员|摄影|攝影)\s*[：:｜|丨∣/／][^()（）。！？]{1,60}[)）】\]]$"
)
_PLACE = re.compile(
    r"^(?:[您你](?:现在|当前|目前|現在|目前)?的?(?:所在)?(?:的)?位置|(?:当前|所在|现在|目前|當前|現在)的?位置)\s*(?:是|为|在)?\s*[：:>»]|^[\[【(（\s]*(?:字号|字體|字体|字級)(?:大小|选择|設定)?\s*[：:]?[\s\[\]【】()（）大中小特超默认标准+\-A]*$"
)
_ADDRESS = re.compile(r"^[\w.+-]{1,40}@[\w-]+(?:\.[\w-]+)+$")
_REFERENCES = re.compile(r"^[\[【(（\s]*(?:主要)?(?:参考(?:资料|文献|来源)|資料來源|參考(?:資料|文獻))\s*[\])】）]?\s*[：:]?$")
_REFERENCE = re.compile(r"^[\[【(（\s]*\d{1,2}\s*[\])】）.、．]|https?:|^《|^\W?[A-Z][a-z]+ [A-Z]{1,3},")
_PICTURE_NAME = re.compile(r"(?:^|[\s_-])(?:desc|descr|note)(?:$|[\s_-])", re.I)
_BYLINE = re.compile(
    r"^[\[【(（\s■●◎▍丨|]*(?:《[^》]{1,12}》)?(?:(?:本报|本刊|本网|本台|[\u4e00-\u9fffA-Za-z]{2,10}?)?(?:首席|实习|见习|特约|全媒体|融媒体|文字)?(?:记者|記者|作者|通讯员|撰稿人?|撰文|采写|采访|執筆|执笔|编译|编撰|撰写|文字|原创|原創|投稿人|文图|图文|文|图|摄影|作者|供稿|讲述|口述|整理|特约撰稿)"
    r"(?:[、/／&和·\s]?(?:图|摄影|摄|编辑|编译|整理|视频))?)\s*(?:[：:|丨｜/／∣]|\s|(?<=[者员人])(?=[\u4e00-\u9fff]))\s*(.{1,50})$"
)
_ORIGINAL_TITLE = re.compile(r"^[\[【(（\s]*(?:本文)?原?(?:标题|题|題)(?:为|為)?\s*[：:《“\"]")
_PROMO = re.compile(
    r"(?:长按|識別|识别).{0,14}(?:二维码|二維碼|关注|订阅|图片)|扫(?:描|一扫|码)?.{0,6}(?:下方|上方|左方|右方|文末|图中|以下).{0,4}二维码|扫码(?:关注|下载|加入|添加|进群|订阅|阅读)|(?:关注|關注).{0,16}(?:公众号|微信号|官方微信|视频号)|"
    r"点击.{0,8}(?:上方|下方|蓝字|左下角|右上角|阅读原文|清晰大图|大图|查看原文|观看视频|进入专题)|点击.{0,6}(?:投票|订阅)|(?:点击|扫码).{0,6}(?:报名|咨询|购买|领取|预约)[\s>！!。]*$|点击看|更多(?:精彩|内容|资讯|新闻|信息|猛料).{0,20}(?:关注|点击|请|欢迎|下载|登录|访问|敬请)|"
    r"^.{0,6}欢迎(?:关注|订阅|投稿|转发|扫码|下载)|点(?:个|亮)?.?[“\"【]?(?:在看|赞)[”\"】]?|(?:在看|点赞|转发|收藏).{0,6}(?:点赞|转发|分享|三连)|举报/反馈|正文已结束|阅读全文|展开全文|加载更多|查看更多|"
    r"添加.{0,10}(?:小助手|客服微信)|(?:广告|商务|媒体)(?:等)?合作.{0,8}请(?:点击|联系|致电)|加入.{0,8}(?:交流群|读者群|社群)|回复.{0,3}【|后台回复|戳(?:这里|下方|原文|阅读)"
)
# What an article may say about its subject too: believed at the edges of a text only.
_LOOSE_PROMO = re.compile(
    r"^.{0,4}(?:下载|安装).{0,16}(?:APP|app|客户端|App)|^.{0,6}(?:打开|登录|进入).{0,10}(?:APP|App|app|客户端)|^.{0,4}扫(?:描|一扫|码)?.{0,12}二维码|^.{0,4}(?:点击|关注)|(?:微信|官方)公众号\s*[：:]"
)
_PROMO_MAX = 90
_RIGHTS = re.compile(
    r"^[\[【(（\s*※•·]*(?:(?:特别|免责|版权|郑重|风险|重要|本站|本网|平台)(?:声明|提示|申明|警示|说明)|声明[：:]|版权(?:归|所有)|版权©|(?:本文|文章|以上内容|以上文章|该文|此文|本稿).{0,24}(?:版权|观点|立场|授权|转载|不代表|仅代表|仅供参考|不构成)|"
    r"(?:未经|未經).{0,16}(?:授权|许可|同意|允许|書面|书面).{0,20}(?:转载|不得|禁止|使用|複製|复制)|转载(?:请|须|需|时)|如需转载|凡本(?:网|站|报|平台)|凡注明|如(?:有|涉|发现|若).{0,20}(?:侵权|版权|侵犯)|如涉及.{0,20}版权|"
    r"本(?:文|站|网|平台|页面).{0,30}(?:不代表|不对|不承担|仅提供信息存储)|文中.{0,10}(?:仅代表|不代表)|以上(?:仅|观点).{0,10}(?:代表|供参考)|投资有风险|市场有风险|股市有风险|据此(?:操作|投资|入市)|"
    r"[本此该].{0,4}(?:内容|文章|文|作品|稿件)[为系由是].{1,16}(?:原创|独家)[^。]{0,8}(?:著作权|版权|未经(?:授权|许可|同意|允许|书面)|转载|禁止|谢绝)|.{0,12}(?:原创|独家)(?:文章|内容|稿件|作品)?\s*[，,]\s*(?:未经(?:授权|许可|同意|允许|书面)|禁止|严禁|请勿|转载)|"
    r"Copyright(?!\s+(?:of|in|and|laws?|rules?|issues?|questions?|for|on|infring\w+|concerns?|protections?|claims?|holders?)\b)|©|\(c\)\s*\d{4}|All rights reserved|版权所有|Notice: The content above)",
    re.I,
)
_RELATED = re.compile(
    r"^[\[【(（\s■●◎▍丨|▼↓☞>]*(?:(?:相关|相關|推荐|推薦|延伸|拓展|扩展|猜你|热门|熱門|往期|精彩|最新|近期|更多|其他|关联|同类|编辑|大家都在|网友|最热|今日|本周|热点)(?:阅读|閱讀|新闻|新聞|文章|链接|内容|推荐|资讯|报道|報導|专题|喜欢|评论|回顾|精选|文章推荐|标签|主题|搜索|看|关注|话题|视频|图集|排行)"
    r"|相关链接|为您推荐|为你推荐|猜你喜欢|你可能(?:还|也)?(?:喜欢|感兴趣|关注)|热评|(?:全部|网友|最新|热门|精彩|用户)?(?:评论|留言|跟帖|跟贴)(?:区|列表|\(\d+\)|（\d+）)?|发表评论|我要评论|上一篇|下一篇|上一条|下一条|延伸阅读|分享到|分享至|分享让更多人看到|标签|关键词|关键字|扫一扫|附件下载|热搜)"
    r"\s*[\])）】：:>》|丨\d]*(?:[：:].{0,80})?$"
)
_RELATED_EN = re.compile(
    r"^(?:related(?: (?:articles?|stor(?:y|ies)|posts?|news|content|coverage|topics|reading|links?|videos?))?|read (?:more|next|also)|more (?:from|on|stories|news|in|like this|about)\b.{0,40}|you (?:may|might) (?:also|be) .{0,30}|"
    r"recommended(?: (?:for you|stories|reading|articles|videos?))?|most (?:popular|read|viewed|commented)|trending(?: now)?|popular(?: (?:now|posts|stories))?|latest (?:news|stories|posts|articles)|top stories|"
    r"(?:leave|post|add|write) (?:a|your) (?:comment|reply)|(?:\d+ )?(?:comments?|responses?|replies|thoughts on .{3,90})(?: \(\d+\))?|join the (?:conversation|discussion)|about the authors?|about (?:us|this author)|"
    r"share this(?: (?:article|story|post|page|entry))?|share(?: on| via)?|like this|tags?|filed under|topics|see also|further reading|what (?:to read|others are reading)|don't miss|editor'?s picks?|up next|next (?:article|story|up|post)|"
    r"previous (?:article|story|post)|sign up|newsletter|subscribe(?: now| today)?|follow us.{0,30}|sponsored(?: content)?|paid (?:content|post)|promoted|contact us|terms of (?:use|service)|privacy policy|keep reading|explore more|around the web|from the web|more to explore|media contacts?)\s*:?\s*[>»→]*$",
    re.I,
)
_ENGLISH = re.compile(
    r"^(?:(?:story continues|article continues|continue reading|continues) (?:below|after).{0,40}|(?:- ?)?(?:skip )?advertise?ment(?: ?-)?.{0,30}|advert|ad|loading\.*|read (?:more|also|next|the full .{0,30}|our .{0,40})\s*[:>»].{0,140}|"
    r"(?:related|see also|also read|more|watch|listen|don't miss|must read|recommended|read|see|video|photos?|gallery)\s*[:|>»]\s.{0,140}|(?:watch|listen)(?: now| live| to (?:this|the).{0,60})?|"
    r"(?:photo|image|picture|photograph|illustration|credit|photo credit|image credit|image source|source|graphic|photo courtesy|courtesy)s?\s*(?:by|:|/|©|credit).{0,100}|(?:getty images|reuters|ap photo|afp|shutterstock|istock(?:photo)?|file photo|unsplash|pexels)(?:\s*[/|,(-].{0,40}| via .{0,30})?|"
    r"(?:click|tap) (?:here|to|on).{0,100}|(?:read or share this story|sign up|subscribe|register|log in|follow us|like us|join us|get (?:our|the) .{0,30}newsletter|download (?:the|our) .{0,20}app).{0,160}|(?:share|tweet|email|print|save|pin it|comment|reply|facebook|twitter|linkedin|whatsapp|copy link|link copied)(?: (?:this|on|to|via|article).{0,30})?|"
    r"(?:reporting by|edited by|editing by|writing by|additional reporting by|compiled by)\s+[^.!?]{1,90}|(?:last )?(?:updated|published|posted|modified|first published)(?: on| at)?\s*:?\s.{0,14}\d[^.]{0,40}|"
    r"\d+\s*(?:min(?:ute)?s?|sec(?:ond)?s?)\s*(?:read|ago)|\d+ (?:shares?|comments?|views?|likes?|claps?)|(?:view|show|hide|post|add|leave|read)\s(?:all\s|\d+\s|a\s|the\s)?(?:\d+\s)?comments?|"
    r"(?:©|copyright(?!\s+(?:of|in|and|laws?|rules?|issues?|questions?|for|on|infring\w+|concerns?|protections?|claims?|holders?)\b)|all rights reserved).{0,160}|this (?:article|story|post) (?:was|has been|is) (?:originally|first|updated|also|syndicated|republished|re-?published|produced).{0,160}|the post .{3,200} appeared first on .{2,80}|(?:image|photo|video) (?:caption|courtesy|copyright|source).{0,120}|"
    r"(?:your email address will not be published).{0,80}|(?:back to top|go to top|top of page|skip to .{0,30}|jump to .{0,30}|open in .{0,20}|play video|close|menu|search|home|next|previous|transcript|email address|print this page))[!>»→]*$",
    re.I,
)
_FOREIGN = re.compile(
    r"^\W{0,3}(?:(?:lesen sie (?:auch|mehr)|lesen sie hier|mehr zum thema|mehr dazu|siehe auch|auch interessant|lire aussi|à lire aussi|à lire|voir aussi|lee también|lea también|leer más|te puede interesar|ver también|leggi anche|vedi anche|approfondisci|"
    r"leia (?:também|mais)|veja também|saiba mais|lees ook|lees meer|läs (?:också|även|mer)|les også|les mer|læs også|læs mere|lue myös|czytaj (?:także|też|również|więcej)|zobacz (?:także|też|też:)|přečtěte si|čtěte také|baca juga|читайте также|"
    r"[iİ]lgili haber)\b\s*[:>»|–-]?.{0,140}|(?:anzeige|werbung|publicité|publicidad|pubblicità|publicidade|annonse|annons|advertentie|reklam[ae]?|реклама)|(?:foto|bild|quelle|fuente|imagen|crédit photo|photo)s?\s*[:©/].{0,100})$",
    re.I,
)
_CAPTION_START = re.compile(
    r"^[\s(（\[【]*(?:[▲△↑▼↓]|(?:上|下|左|右|本|题|题|头|封面|配)图(?:为|：|:|源|/|／)|图\s?\d{0,2}\s?[：:/／丨|｜▲]|图\s?\d{1,2}(?=\s)|图片\s?[：:/]|(?:资料|效果|示意|现场|截|配|视频截)图[\s）)\]】。：:]*$|(?:photo|image|figure|fig\.)\s?\d*\s?[:.])",
    re.I,
)
_CAPTION_END = re.compile(
    r"(?:摄影?|攝影?|供图|提供图片|图片提供|[\s/／]图|資料圖|资料图片?|配图|截图|示意图|效果图|(?:视觉中国|人民视觉|新华社|中新社|IC photo|法新社|路透社?)(?:\s*(?:资料|图|发|供图))?|图虫创意|东方IC|摄图网|/\s?供图|新华社发|中新社发|资料照片|网络图片|图据\S{2,8}|photo|getty images|reuters|afp|shutterstock|istock|file photo|via ap)\s*[)）\]】。]*$",
    re.I,
)
_CREDITED = re.compile(
    r"[(\[](?:(?:file )?(?:photo|image|picture|illustration|graphic)s?(?: (?:by|courtesy|credit))?|credits?)\b[^()\[\]]{0,60}[)\]]\s*$",
    re.I,
)
_NUMBERISH = re.compile(r"^(?:[\s\d【】\[\]()（）<>«»‹›|/…上下一末首尾前后页頁第共.:：,，-]|prev(?:ious)?|next|page|first|last)+$", re.I)
_ENDED = re.compile(r"[。！？!?…；;：:.”\"’）)』」]$")
_SENTENCE_END = re.compile(r"[。！？!?…]|[.](?:\s|$)")
_WORD = re.compile(r"[^\W_]")


# Where a caption says whose picture it is.
_SIGNATURE = 40
_LONG = 40.0
_TERSE = 8.0
_FULL_STOPS = ("。", "！", "？", ".", "!", "?", "。”", '."', ".”")
_OF_PICTURE = re.compile(
    r"图[为中片示]|[左右上下]图|[（(][左右中前后][)）]|摄|供图|pictured|photo(?:graph)?\b|\b(?:left|right|above|below)[,:)]|credit", re.I
)
# Rules that a section's heading may match by its words, beside that of related lists, which a bold line may match, too.
_MAY_HEAD = frozenset({"pointer", "furniture", "rights", "credit", "source", "byline", "promotion"})
_CLOSING = frozenset({"credit", "promotion", "rights"})


_FIELD = re.compile(
    r"(?:作\s*者|来\s*源|來源|出处|点击(?:数|率|量)?|浏览(?:次数|量)?|阅读(?:次数|量|数)?|更新时间|发布(?:时间|日期|人|单位)?|发表时间|日期|时间|录入|编辑|审核|字号|字体|访问量|责编|人气|评论|信息来源|文号|索引号|撰稿|供稿|摄影)\s*[：:]"
)
_DATE_LINE = re.compile(r"^(?:\S{0,16}[\s|丨]*)?(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s|$|T|\d{1,2}[:：])")
_DATE_LINE_HAN = re.compile(
    r"^(?:(?:星期|周|週|礼拜|禮拜)?[一二三四五六日天][,，\s]\s*)?(?:(?:(?:中[华華])?民[国國]\s*\S{2,6}?|1[01]\d|[二一][〇零○O一二三四五六七八九]{3}|(?:19|20)\d\d)\s*[年/.-]\s*(?:\d{1,2}|[元一二三四五六七八九十]{1,2})\s*[月/.-]\s*"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})日?(?!\d)|\d{1,2}\s+(?:[一二三四五六七八九十]{1,2}|\d{1,2})月[,，]?\s+(?:19|20)\d\d)[^\u4e00-\u9fff]{0,16}(?:(?:星期|周|週)[一二三四五六日天])?[^\u4e00-\u9fff]{0,16}(?:[上下]午)?[^\u4e00-\u9fff]{0,10}$"
)
_DATE_LINE_EN = re.compile(
    r"^(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+(?:\d{1,2}(?:st|nd|rd|th)?,?\s*)?(?:\d{4}|$).{0,30}$",
    re.I,
)
_APP = re.compile(r"客户端|\bAPP\b|二维码|公众号|newsletter|subscribe", re.I)
_BY = re.compile(r"^(?:By|BY|Written by|Posted by|Story by|Words by)\s+[A-Z]")
_HEADS_SECTION = re.compile(r"^[^：:]*[：:]?\s*[\])）】>》|丨\d]*$")


class Lines:
    """Chooses among the blocks of an article's part; `dropped` says which blocks were left out and why.

    `leads` are blocks that stand before the part and are known to be of the text, whatever their elements are named.
    """

    def __init__(self, page: Page, bad: list[Hint], *, trust_names: bool = True, leads: Sequence[int] = ()) -> None:
        self.page = page
        self.bad = bad
        self.known = {page.blocks[i].box for i in leads}
        self.trust_names = trust_names
        self.dropped: list[tuple[int, str]] = []
        self.kinds: set[str] = set()  # of the elements that hold long paragraphs
        self.terse = False  # whether what follows pictures is a few words each time, as captions are

    def select(self, indexes: list[int]) -> list[int]:
        """Indexes of the blocks that are the article's paragraphs, in order."""
        blocks = self.page.blocks
        total = sum(blocks[i].units for i in indexes) or 1.0
        captioned = self._captions_follow_images(indexes)
        linked = Linked(self.page, indexes)
        after = sorted(blocks[i].units for i in indexes if blocks[i].after_image and blocks[i].text.endswith(_FULL_STOPS))
        self.terse = bool(after) and after[len(after) // 4] < _TERSE
        self.kinds = {self.page.boxes[blocks[i].box].kind for i in indexes if blocks[i].units > _LONG and not blocks[i].after_image}
        following = dict(itertools.pairwise(indexes))
        kept: list[int] = []
        units = seen = 0.0
        references = False
        closed = -1  # everything up to here belongs to a section that was closed
        for position, i in enumerate(indexes):
            block = blocks[i]
            seen += block.units
            reason = self._reason(block, first=units < 30, late=seen > 0.45 * total, edge=units < 30 or seen > 0.85 * total)
            heads = reason == "related" or (reason in _MAY_HEAD and block.tag in HEADINGS)
            if (reason == "links" and linked.belongs(i)) or (heads and opens_section(self.page, indexes, position)):
                reason = None
            if reason is None:
                reason = self._caption_reason(block, blocks[following[i]] if i in following else None, captioned)
            if reason is None and block.after_image and block.units < 60 and self._is_named_caption(block):
                reason = "caption"
            if reason is None and i < closed:
                reason = "section"
            elif reason == "related":
                closed = section_end(self.page, indexes, position, seen / total)
            if reason is None and references:
                references = _REFERENCE.search(block.text) is not None
                reason = "source" if references else None
            elif reason in {None, "source"} and seen > 0.5 * total and _REFERENCES.match(block.text):
                references, reason = True, "source"
            if reason is None:
                kept.append(i)
                units += block.units
            else:
                self.dropped.append((i, reason))
        return self._trimmed(self._without_tail(kept))

    def _reason(self, block: Block, *, first: bool, late: bool, edge: bool) -> str | None:
        """Why a block is no paragraph of the article; None when it is."""
        text = block.text
        links = block.link_chars / len(text)
        if self.trust_names and self.bad[block.box] is Hint.BAD:
            return "names"
        if (
            self.trust_names
            and self.bad[block.box] is Hint.DOUBTFUL
            and block.box not in self.known
            and (block.units < 40 or links > 0.3 or not _SENTENCE_END.search(text))
            and (first or block.tag not in HEADINGS)
        ):
            return "names"
        if not _WORD.search(text):
            return None if re.search(r"[。！？”\"]", text) else "marks"
        return self._line_reason(block, links, first=first, late=late, edge=edge)

    def _line_reason(self, block: Block, links: float, *, first: bool, late: bool, edge: bool) -> str | None:
        text, units = block.text, block.units
        if (units < 60 and _RELATED.match(text)) or (units < 25 and _RELATED_EN.match(text)):
            return "related" if _HEADS_SECTION.search(text) else "pointer"
        if links > 0.6 and (units < 80 or links > 0.9) and (block.tag not in HEADINGS or self._is_alone(block)):
            return "links"
        if _ORIGINAL_TITLE.match(text) or (units < _SOURCE_MAX and (_SOURCE.match(text) or _ISSUE.match(text))):
            return "source"
        if units < 60 and _IN_BRACKETS.match(text):
            return "byline"
        if units < 60 and (_ADDRESS.match(text) or (_PLACE.match(text) and not _SENTENCE_END.search(text))):
            return "furniture"
        if units < 50 and _CREDIT.match(text) and not _SENTENCE_END.search(text[:-1]):
            return "credit"
        if (
            units < 90
            and not _SENTENCE_END.search(text)
            and (
                len(_FIELD.findall(text)) > 1
                or (first and units < 40 and (_DATE_LINE.search(text) or _DATE_LINE_EN.match(text) or _DATE_LINE_HAN.match(text)))
            )
        ):
            return "meta"
        if (
            units < 40
            and (byline := _BYLINE.match(text))
            and not _SENTENCE_END.search(text)
            and (first or late or leading_names(byline.group(1)))
        ):
            return "byline"
        return self._furniture_reason(block, links, late=late, edge=edge)

    @staticmethod
    def _furniture_reason(block: Block, links: float, *, late: bool, edge: bool) -> str | None:
        text, units = block.text, block.units
        if (units < _PROMO_MAX and _PROMO.search(text)) or (units < 45 and edge and _LOOSE_PROMO.search(text)):
            return "promotion"
        if (late or units < 60) and _RIGHTS.match(text):
            return "rights"
        if (
            units < 75
            and text[0].isascii()
            and (_ENGLISH.match(text) or (_BY.match(text) and not text.endswith(".") and english_names(text)))
        ):
            return "furniture"
        if units < 60 and _FOREIGN.match(text) and not _SENTENCE_END.search(text):
            return "furniture"
        if units < 12 and _NUMBERISH.match(text) and (links > 0 or not re.search(r"\d", text)):
            return "pages"
        return None

    def _caption_reason(self, block: Block, after: Block | None, captioned: bool) -> str | None:
        if block.caption:
            return "caption"
        text, units = block.text, block.units
        if (
            units < 80
            and _CAPTION_START.match(text)
            and (text.lstrip()[0] not in "▲△▼↑↓" or block.after_image or (after is not None and after.after_image))
        ):
            return "caption"
        if units < 60 and (block.after_image or block.centred) and _CAPTION_END.search(text[-_SIGNATURE:]):
            return "caption"
        verse = after is not None and after.centred and not after.after_image
        alone = (block.centred and not verse) or (captioned and not self._is_told_like_prose(block))
        if block.after_image and units < 60 and alone and block.tag not in HEADINGS:
            return "caption"
        if units < 60 and _CREDITED.search(text):
            return "caption"
        if units < 30 and not text.endswith(("。", "！", "？", ".")) and _CAPTION_END.search(text[-_SIGNATURE:]):
            return "caption"
        return None

    def _is_told_like_prose(self, block: Block) -> bool:
        """Whether a line is a whole sentence in an element like those of the long paragraphs, and says nothing of a picture."""
        box = self.page.boxes[block.box]
        told = box.tag == "p" and box.kind in self.kinds and block.text.endswith(_FULL_STOPS) and not _OF_PICTURE.search(block.text)
        return told and not self.terse

    def _is_alone(self, block: Block) -> bool:
        """Whether the element around a heading holds nothing else: as a teaser's does that stands between paragraphs."""
        parent = self.page.boxes[max(0, self.page.boxes[block.box].parent)]
        return parent.last - parent.first == 1 and parent.tag in ("div", "aside", "section", "li")

    def _is_named_caption(self, block: Block) -> bool:
        """Whether a line stands alone in an element that is named a description."""
        box = self.page.boxes[block.box]
        return box.last - box.first == 1 and _PICTURE_NAME.search(box.names) is not None

    def _captions_follow_images(self, indexes: list[int]) -> bool:
        """Whether on this page a short line after an image is its caption: most images are followed by one, most paragraphs are longer."""
        after = [self.page.blocks[i] for i in indexes if self.page.blocks[i].after_image]
        others = [self.page.blocks[i].units for i in indexes if not self.page.blocks[i].after_image]
        if sum(1 for units in others if 10 < units < 50) > 0.5 * sum(1 for units in others if units > 10):
            return False
        if any(self.page.blocks[i].caption for i in indexes):
            return False
        short = [block for block in after if block.units < 50 and block.bold_chars < 0.6 * len(block.text)]
        return len(after) >= 2 and len(short) >= 0.75 * len(after)

    def _without_tail(self, kept: list[int]) -> list[int]:
        """Without the short lines that follow credits or promotion near the end: the rest of a closing block."""
        blocks = self.page.blocks
        total = sum(blocks[i].units for i in kept) or 1.0
        closing = [(i, reason) for i, reason in self.dropped if reason in _CLOSING]
        for marker in (i for i, reason in closing if reason != "promotion" or len(closing) > 1):
            rest = [i for i in kept if i > marker]
            units = sum(blocks[i].units for i in rest)
            if rest and units < 0.12 * total and all(blocks[i].units < 45 for i in rest) and len(rest) < len(kept):
                self.dropped += [(i, "tail") for i in rest]
                return kept[: -len(rest)]
        return kept

    def _trimmed(self, kept: list[int]) -> list[int]:
        """Without headings and labels at the end that announce nothing."""
        blocks = self.page.blocks
        while kept and (blocks[kept[-1]].tag in HEADINGS or (blocks[kept[-1]].units < 12 and re.search(r"[：:]$", blocks[kept[-1]].text))):
            self.dropped.append((kept[-1], "end"))
            kept = kept[:-1]
        return kept
