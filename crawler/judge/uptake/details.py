"""What goes with an adoption: the product or system, the department, and where the model runs."""

from __future__ import annotations

import re
from typing import Literal

_THING = r"(?:智能体|助手|助理|平台|系统|机器人|数字人|客服|医生|一体机|应用|工具|模块|小程序|工作站|专家|管家|服务|插件|中台|大脑)"
_QUOTED = re.compile(
    r"(?:推出|上线|打造|发布|开发|研发|名为|命名为|取名|建成|构建|搭建|启用|客服|助手|智能体|平台|系统|"
    rf"机器人)[^,，。“\"「『《]{{0,14}}[“\"「『《](?P<a>[^”\"」』》]{{2,20}})[”\"」』》]"
    rf"|[“\"「『《](?P<b>[^”\"」』》]{{2,20}})[”\"」』》](?={_THING})"
)
_MADE = re.compile(
    r"(?:推出|上线|打造|开发|研发|建设|构建|搭建|启用|建成|升级)(?:了|的|"
    rf"一?[款套个])*(?P<a>(?![中的])[^,，。;；“\"（(]{{1,18}}?{_THING})(?=[^\u4e00-\u9fff]|的|并|和|后|$|上线|投入|为|提供|实现)"
)
_INTO = re.compile(
    r"(?:接入|嵌入|融入|植入|对接|集成到|集成至|内嵌于?|引入)(?:了|到|至|其|该院|自有|"
    r"现有)*(?P<a>[^,，。;；“\"（(]{0,12}?(?:his|emr|系统|平台|工作站|app|小程序|公众号|门户|客服))"
)
_MADE_EN = re.compile(
    r"\b(?:launched|unveiled|introduced|built|rolled out|developed|debuted|created|opened) (?:an?|its|their|the|"
    r"what it calls) (?P<a>[^,.;]{3,70}?)(?= (?:that|which|powered|based|built|in|using|for|on|at|with|running)\b|[,.;]|$)"
)
_INTO_EN = re.compile(
    r"\binto (?:its|their|the) (?:own )?(?P<a>[^,.;]{0,40}?(?:systems?|platforms?|apps?|services?|records?|workflows?|products?))\b"
)
_FOR_EN = re.compile(r"\b(?:us(?:es?|ing)|deployed|adopted|uses) [^,.;]{2,40}? (?:for|to) (?P<a>[^,.;]{4,60})")
_NO_PRODUCT = re.compile(r"|products?|systems?|services?|platforms?|系统|系統|平台|应用|產品|产品")
_DEPARTMENT = re.compile(
    r"(?:心血管|心|神经|消化|呼吸|肾|血液|内分泌|肿瘤|普通|普|胸|骨|泌尿|肝胆|心胸|烧伤|整形|乳腺|甲状腺|小儿|风湿免疫|"
    r"老年)?(?:内科|外科)|(?:急诊|放射|影像|医学影像|病理|检验|超声|药剂|护理|信息|儿|妇产|产|妇|眼|口腔|皮肤|耳鼻喉|康复|"
    r"中医|肿瘤|骨|麻醉|精神|感染|重症医学|体检|病案|质控|心电|核医学|内镜|肛肠|风湿|血液|生殖)(?:科|部|"
    r"中心(?=[^\u4e00-\u9fff]|$))|"
    r"\b(?:radiology|pathology|urology|oncology|cardiology|emergency|pa?ediatrics?|neurology|ophthalmology|dermatology|"
    r"surgery|gyna?ecology|obstetrics|dentistry|orthopa?edics|nursing|pharmacy|laboratory|intensive care|endoscopy|"
    r"ultrasound)(?= (?:department|unit|ward|team|clinic)|[,.;]| and\b|$)"
)
_LOCAL = re.compile(
    r"本地化?(?:的?(?:部署|蒸馏|引入|落地|运行|版|接入|上线|安装|服务器|化)|私有)|在地化?部署|私有化|私有云|院内(?:部署|"
    r"服务器|私有)|内网|局域网|自有(?:服务器|算力|机房)|数据不出(?:院|域|门)|部署在(?:院内|医院|本地)|算力(?:资源|服务器|"
    r"底座|集群)?[^,，。]{0,10}(?:运行|部署|承载)|"
    r"\bon-?prem(?:ises?)?\b|\b(?:its|their) own (?:servers?|data cent(?:re|er)s?|hardware|infrastructure)\b|\blocally\b|"
    r"\blocal (?:deployment|copy|version|servers?|installation)\b|\bin-house (?:servers?|hardware)\b|"
    r"\bprivate(?:ly)? (?:deploy\w*|cloud|servers?)\b|\bdeploy\w*[^.;,]{0,24} (?:locally|in-house)\b"
)
_LOCAL_BY_MEANS = re.compile(r"算力[^。]{0,24}(?:运行|部署)")
_HOSTED = re.compile(
    r"云端|公有云|云上|api(?![a-z])|云服务|(?:在|于|依托|基于|通过|经由)(?:腾讯|华为|阿里|百度|火山|移动|天翼|联通)云|"
    r"\bcloud\b|\bhosted\b|\bvia (?:an? |"
    r"the |its )?api\b"
)


def find_product(folded: str, full: str, start: int, end: int) -> str | None:
    """The product built on the model, or the system it went into, as written; None when the sentence names none."""
    for pattern in (_QUOTED, _MADE, _INTO, _MADE_EN, _INTO_EN, _FOR_EN):
        match = pattern.search(folded, start, end)
        if match:
            group = next(name for name, value in match.groupdict().items() if value)
            written = full[match.start(group) : match.end(group)].strip(' “”"‘’「」')
            if not _NO_PRODUCT.fullmatch(written.lower()):
                return written
    return None


def find_department(folded: str, full: str, start: int, end: int) -> str | None:
    """The first hospital department that the sentence names, as written."""
    match = _DEPARTMENT.search(folded, start, end)
    return full[match.start() : match.end()] if match else None


def hosting_of(folded: str, start: int, end: int) -> Literal["local", "hosted"] | None:
    """Where the model runs: in the adopter's own house or at a cloud's; None when the text says neither, or both."""
    local = bool(_LOCAL.search(folded, start, end) or _LOCAL_BY_MEANS.search(folded, start, end))
    hosted = bool(_HOSTED.search(folded, start, end))
    if local == hosted:
        return None
    return "local" if local else "hosted"
