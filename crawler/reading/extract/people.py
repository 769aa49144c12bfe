"""Telling people's names from everything else that stands where an author could stand."""

from __future__ import annotations

import re

# The surnames of nearly all Chinese: the 300 most frequent of the census with rarer ones seen in bylines, and compound ones.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
    "闫雷段龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文牛樊葛邢安齐庞颜兰倪庄鲁殷关章洪裴申尤詹季俞翟祝左焦巴宁柴瞿阎连习容柯阮褚娄解强缪路梅霍柳毕童凌祁项"
    "温伍游辛管盛苗骆聂甘牟华欧耿岳阳卫娄鲍房舒涂简屈司党饶景单冉蒲穆应荣卓卜古翁岑包滕晏车苟米尚蓝楼冷吉迟桑谷桂敖初隋边佟辜欧栾芦丛禹甄亓沙苑靳蔺粟鄢占封仲辜冼练战"
    "闵明臧计成戚宓井富巫乌焦山谷班仰秋伊宫仇祖符幸韶郜薄印宿怀邰从鄂索咸籍卓屠蒙池闻莘翟贡劳逄姬扶堵宰郦雍却璩濮寿通扈燕冀郏浦尚农别晏瞿充慕茹习宦艾鱼容古慎廖庾暨居衡步都耿满"
    "弘匡国寇广禄阙东殴利蔚越夔隆师巩厍聂晁勾融訾阚那空曾毋沙乜养鞠须丰巢蒯相查后荆红游竺权逯盖益桓公禤覃亢麦仝钮商佘帅撒窦苗黨啜律揭展信原"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮蕭潘蔣餘葉魏蘇呂盧鍾薑譚陸範廖韋賈鄒邱閻龍黎賀顧龔萬錢嚴湯喬賴龐顏蘭倪莊魯關溫聶歐駱單應榮簡欒蘆藍樓遲鄺鄔喻鄞"
)
_COMPOUND = frozenset(
    [
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "司空",
        "东方",
        "独孤",
        "南宫",
        "端木",
        "百里",
        "轩辕",
        "宇文",
        "长孙",
        "闾丘",
        "申屠",
        "歐陽",
        "司馬",
        "諸葛",
        "张简",
        "范姜",
    ]
)
_NO_NAME = re.compile(
    r"^(?:房地|房企|高新|高考|高速|苏州|徐州|郑州|常州|柳州|毕业|车市|车险|时政|时事|纪检|记者|編輯|编辑|通讯|本报|新华|人民|金融|金额|华尔|方面|时间|任何|关于|应用|成都|和讯|安徽|江苏|江西|吉林|云南|海南|贵州|广东|广西|广州|宁夏|宁波|武汉|温州|石家|华为|华盛|东京|国家|国际|国内|都市|公众|明天|明年|马上|高清|高校|高中|"
    r"方法|平安|安全|文化|文章|文字|文明|连续|游戏|古代|白色|万元|万达|常见|简介|单位|成功|明星|强调|相关|相信|后来|空间|通过|利用|师生|红色|信息|原创|原文|商业|查看|满意|广告|东方|东南|华东|华南|华北|华中|严禁|应急|温馨|金牌|单独|易车|向上|余下|从而|"
    r"那么|那些|都是|充满|别人|国务|公司|公安|公共|公开|原因|原来|商务|展开|权威|益生|须知|向前|山东|山西|河|计算|计划|封面|包括|车辆|冷链|康复|房产|舒适|解放|解读|路透|路由|项目|管理|盛大|甘肃|阳光|卫生|卫健|党建|党委|景区|荣获|尚未|米其|蓝色|"
    r"微信|微博|网络|网友|来源|作者|责任|佚名|匿名|未知|综合|整理|转载|投稿|小编|管理|系统|超级|财经|健康|医学|医疗|新闻|编译|翻译|全文|日报|晚报|周刊|周报|时报|晨报|早报|商报|官方|首页|中国|北京|上海|深圳|香港|台湾|浙江|福建|湖|四川|重庆|天津)"
    r"|(?:网|报|社|台|号|院|公司|部|局|办|会|厅|委|系|版|讯|家|者|室|组|科技|财经|新闻|报道|编辑|医生|医院|大学|集团|资讯|频道|中心|周刊|杂志|观察|研究|健康|传媒|记者|摄影|供图|发布|博客|论坛|专栏|综合|资本|观点|头条|说|圈|君|哥|姐|酱|汇|客|吧|站|日电|快讯|获悉|了解|介绍|表示)$"
)
_PEN = re.compile(r"^[\u4e00-\u9fff]{2,4}$")
_HAN_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}$")
_FOREIGN_HAN = re.compile(r"^[\u4e00-\u9fffA-Z.]{1,6}[·•‧・][\u4e00-\u9fff·•‧・]{1,12}$")
_LATIN = re.compile(
    r"^(?:(?:Dr|Prof|Mr|Ms|Mrs)\.?\s+)?[A-ZÀ-Þ][\w'’\-.]*(?:\s+(?:(?:de|da|van|von|der|den|bin|al|el|la|le|di|du|del|dos|ter|ten)\s+){0,2}[A-ZÀ-Þ][\w'’\-.]*){1,4}(?:,?\s+(?:Jr|Sr|MD|PhD|M\.D\.|Ph\.D\.|II|III)\.?)?$"
)
_NO_LATIN = re.compile(
    r"\b(?:staff|news(?:room|wire|desk)?|team|editors?|editorial|reuters|press|desk|agency|inc|ltd|llc|admin(?:istrator)?|contributors?|media|times|daily|journal|magazine|group|bureau|network|correspondent|reporter|writer|release|wire|"
    r"online|digital|today|post|university|hospital|institute|corporation|company|association|xinhua|bloomberg|associated|guest|author|published|updated|minutes?|read|share|subscribe|follow|health|tech|business|world|china|daily|review|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|http|www)\b",
    re.I,
)
_SPLIT = re.compile(r"[\s、，,/／;；&|丨｜+]+|(?<=[\u4e00-\u9fff])[和与](?=[\u4e00-\u9fff]{2,3}(?:$|[\s、，,]))")
_SPACED = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[\s\u3000]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
_TAIL = re.compile(r"(?:[_\-]?[A-Za-z]{0,4}\d{2,}|_\w+)$")
# Where somebody works: "张三（青禾大学）".
_PLACE = re.compile(r"(?<=[\u4e00-\u9fff])[(（][^()（）]{2,40}(?:[)）]|$)")
_GLUED_DATE = re.compile(r"(?:(?<=[a-z])|\s)(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?\s+\d{1,2}\b)")
# Who comes next in a list of reporters.
_RANK = re.compile(r"^(?:本[报刊网台])?(?:实习|见习|首席|资深|特约|全媒体|融媒体)?(?:记者|記者)$")
_DUTY = re.compile(r"(?:编译|整理|综合报道|报道|整合|摄影|摄|文图|图文|编辑|撰文|文|图|发自.{0,6}|采写|实习生?|供稿)$")


# An office glued to a name: 王立新青石大学教授, 李明系北京某医院院长.
_OFFICE = re.compile(
    r"(?:大学|学院|医院|研究院|研究所|研究会|实验室|中心|公司|集团|协会|学会|委员会|基金会|智库|[局部厅委办司处]|教授|研究员|讲师|主任|副?[院所会校局处部科司社庭]长|记者|律师|医师|药师|博士|硕士|研究生|总裁|总经理|董事长|创始人|分析师|"
    r"工程师|主编|编辑|委员|代表|顾问|评论员|学者|专家|负责人|合伙人|秘书长)[）)]?$"
)
# What begins the place of an office; a given name rarely ends before one of these and goes on with it.
_OFFICE_PLACE = re.compile(
    r"^(?:系|为|是|现任|曾任|原|北京|上海|天津|重庆|中国|中央|中共|中华|中科|中山|清华|复旦|浙江|南京|武汉|同济|四川|华中|华东|华南|华西|东南|东北|西北|西南|厦门|山东|吉林|南开|国家|国务|全国|"
    r"广东|广州|深圳|江苏|江西|安徽|福建|河南|河北|湖南|湖北|山西|陕西|甘肃|青海|云南|贵州|海南|辽宁|黑龙|内蒙|广西|宁夏|西藏|新疆|香港|澳门|台湾|首都|本报|本刊|该|某|省|市|县|区|人民|北大|首席|资深|知名|独立|副|教授|研究|主任|院长|医生|博士|律师)"
)
# A place of one character before what it is the place of: the character before belongs to it, too (陈望|临江大学).
_NO_PLACE = re.compile(r"^[\u4e00-\u9fff](?:大学|学院|医院|医科|师范|理工|科技|市|省|县|区|州|日报|晚报)")


def is_chinese_name(text: str) -> bool:
    """Whether `text` has the form of a Chinese person's name (2 to 4 characters with a surname) or of a transcribed foreign one."""
    if _FOREIGN_HAN.match(text):
        return True
    if not _HAN_NAME.match(text) or _NO_NAME.search(text):
        return False
    if text[:2] in _COMPOUND:
        return len(text) > 2
    return text[0] in _SURNAMES and len(text) < 4


def is_latin_name(text: str) -> bool:
    """Whether `text` has the form of a person's name in Latin letters: two to five capitalised words, no desk, agency or date."""
    return len(text) <= 40 and _LATIN.match(text) is not None and not _NO_LATIN.search(text) and not re.search(r"\d", text)


def is_name(text: str) -> bool:
    """Whether `text` looks like one person's name."""
    return is_chinese_name(text) or is_latin_name(text)


def _before_office(text: str) -> str:
    """The name that an office is glued to, "" for none: 王立新青石大学教授."""
    if not 5 <= len(text) <= 40 or text[0] not in _SURNAMES or not _OFFICE.search(text):
        return ""
    double = 1 if text[:2] in _COMPOUND else 0
    for length in (2 + double, 3 + double):
        if _OFFICE_PLACE.match(text[length:]) and is_chinese_name(text[:length]):
            return text[:length]
    if _NO_PLACE.match(text[3 + double :]) and is_chinese_name(text[: 2 + double]):
        return text[: 2 + double]
    return text[: 3 + double] if is_chinese_name(text[: 3 + double]) else ""


def pen_names(text: str) -> list[str]:
    """The names of a list that holds nothing else, pen names without a surname among them: 青禾、小满&老周."""
    parts = [part.strip("()（）[]【】：:。. ") for part in _SPLIT.split(text.strip(" ：:，,、()（）[]【】"))]
    parts = [part for part in parts if part]
    fit = all(_PEN.match(part) and not _NO_NAME.search(part) for part in parts)
    return list(dict.fromkeys(parts)) if parts and fit and len(parts) <= 8 else []


def leading_names(text: str, *, labelled: bool = False) -> list[str]:
    """The names a list begins with: "张三、李四 北京报道" gives 张三, 李四.

    After a label (`labelled`) a pen name of four characters that begins with a surname counts too, and a name that its office is glued to.
    Codes behind a name (张三_NB123) and duties (张三编译) are cut off.
    """
    text = _SPACED.sub(r"\1\2", _PLACE.sub("、", text.strip()).strip(" ：:，,、()（）[]【】"))
    found: list[str] = []
    for part in _SPLIT.split(text):
        part = part.strip("()（）[]【】：:。.")
        if not part or (found and _RANK.match(part)):
            continue
        name = part if is_chinese_name(part) else _DUTY.sub("", _TAIL.sub("", part))
        pen = labelled and re.match(r"^[\u4e00-\u9fff]{4}$", name) and name[0] in _SURNAMES and not _NO_NAME.search(name)
        if not (is_chinese_name(name) or pen):
            if labelled and (name := _before_office(part)) and name not in found:
                found.append(name)
            break
        if name not in found:
            found.append(name)
        if name != part and _DUTY.search(part):
            break
    return found[:8]


def english_names(text: str) -> list[str]:
    """People of an English byline: "By Jane Doe and John Roe, Reuters" gives Jane Doe, John Roe."""
    text = re.sub(
        r"^\s*(?:(?:written|posted|reported|published|reporting|edited|story|words)\s+)?(?:by|author)s?\b\s*:?\s*",
        "",
        text.strip(),
        flags=re.I,
    )
    # A date behind a name, or glued to it: "Jane Doe Nov. 3, 2022", "Jane DoeAug 14, 2023".
    text = _GLUED_DATE.split(text)[0]
    found: list[str] = []
    for part in re.split(r"\s*(?:,|;|\||•|·|–|—|\s-\s|\s(?=\d)|/|\band\b|&|\bwith\b|\bfor\b|\b[Bb]y\b|\n)\s*", text[:200]):
        part = part.strip(" .:-()")
        if not part:
            continue
        if not is_latin_name(part):
            break
        if part not in found:
            found.append(part)
    return found[:8]
