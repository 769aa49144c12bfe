"""Words around names in Chinese news of finance, folded. Each pattern is made of a plain list, longest word first."""

from __future__ import annotations

import re


def any_of(words: str) -> str:
    """A pattern that matches any of the words, which are parted by white space; the longest is tried first."""
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


# Nouns that end a description of an organisation: the name follows.
KIND = re.compile(
    any_of(
        """
        初创公司 创业公司 上市公司 科技公司 生物公司 医药公司 制药公司 医疗公司 器械公司 软件公司 互联网公司 机器人公司 投资公司
        控股公司 保险公司 基金公司 子公司 公司 创始公司 初创企业 创业企业 上市企业 科技企业 研发企业 独角兽企业 龙头企业 明星企业
        领军企业 头部企业 高新技术企业 企业 机构 研究机构 创投机构 集团 平台 品牌 厂商 服务商 提供商 研发商 供应商 运营商 开发商 制造商
        集成商 生产商 零售商 创企 独角兽 龙头 巨头 新锐 新贵 新秀 黑马 药企 械企 车企 开拓者 领先者 领军者 领导者 先行者 践行者 研发方
        团队 项目 之一 股东 金主 旗下 实验室 投资方 投资者 投资人 资方 风投 大厂 研发生产商
        """
    )
)

# Time, manner and reporting around a verb; none of it belongs to a name.
MANNER = any_of(
    r"""
        近日 近期 日前 今日 今天 昨日 昨天 昨晚 今晨 今早 最近 刚刚 目前 此前 随后 当时 早前 早些时候 现阶段 本周[一二三四五六日]?
        上周[一二三四五六日]? 周[一二三四五六日] 本月 上月 今年年?初? 去年年?底? (?:19|20)\d\d年(?:年初|年底|初|底)?
        \d{1,2}月(?:份|初|底|中旬|上旬|下旬)? \d{1,2}日 截至 年初 年底 年内 今年以来 上午 下午 于 在 自 从 即 其中 另外 此外 同时 同日
        日 时 据 据悉 据了解 据报道 据媒体报道 获悉 消息 消息称 传 外媒称 快讯 首发 独家 重磅 又 也 还 再 再度 三度 二度 四度 再次 正式
        成功 顺利 宣布 官宣 宣告 对外 公开 公布 披露 透露 表示 声明 发布公告 公告称? 已 已经 已于 正 正在 即将 将 将于 拟 计划 欲 有意
        考虑 打算 有望 或将 或 预计 准备 曾 曾经 先后 连续 陆续 相继 首次 一举 最终 并 并且 而 且 都 均 双双 共同 分别 被曝 被爆 被传
        被指 曝 方面 联合 共 则 便 就 成立 接近 开始 不断 持续 继续 目标 因此 由此 于是 但 但是 不过 然而 其 该 上述 这家 这一 此次
        本次 这次 本轮 此轮 当日 一度 未来 主动 紧急 突然 意外 同样 只 仅 没有 尚未 并未 未 否认 终于 悄然 秘密 低调 高调 完成 获 获得
        称 可能 报道 媒体报道 日报道 有消息称 市场消息 知情人士称 集体 正准备 方才 才 总 累计 一共 近 日消息 日讯 讯
        """
)
TRAIL = re.compile(rf"(?:{MANNER}|[ ,:、了])+$")
LEAD = re.compile(rf"(?:{MANNER}|36氪|动脉网|[ ,:、的了—-])+")

# Full names end like this and may hold 科技 or 集团 within.
LEGAL_TAIL = re.compile(r"(?:\(集团\)|股份|有限责任|科技|集团|控股|技术|生物|医疗|医药)*(?:有限公司|有限责任公司|集团|公司)$")

ANAPHOR = re.compile(
    "(?:^|[的,])"
    + any_of(
        """
        该公司 该企业 公司 这家公司 这家企业 这家初创公司 这家创业公司 其 它 他们 它们 该平台 该品牌 团队 企业 项目 本公司 后者 该项目
        平台 该初创公司
        """
    )
    + "$"
)

# A clause that opens with one of these speaks of the company named before.
ANAPHOR_FIRST = re.compile("(?:该公司|这家公司|公司|其|该企业|它)(?=已|将|正|为|于|在|拟|计划|也|还|曾|目前|此前|近|预计|完成|获|的)")

# Words that no name holds unless it is quoted, listed or a full legal name: the slot was cut wrong.
NOT_IN_NAME = re.compile(
    r"[的了着吗呢吧没很更最就才这那哪谁您你她]|[,。%]|\d年|\d月|\d日|[a-h]轮|"
    + any_of(
        """
        第[一二三四] [一二三四两多几]个 时候 情况 通过 直接 加入 按照 之一 一项 迅速 超额 估值 始于 成为 能够 能否 为了 因为 如果 可以
        可能 不是 只有 只要 以及 或者 无法 不得 希望 谈到 之间 之后 以后 前后 分别 报告期 质押 债权 协议 履行 截至 担保 债务 内部 运作
        全年 近年 个月 两位 学生 彭博社 路透 报道 原创 好不容易 没能 此后 在国内 之王 承诺 股份比例 持有 持股 出资 收购 认购 表示 认为
        看来 来说 而言 自己 我们 他们 所有 全部 相关 有关 甚至 几乎 好像 据说 加上 真要 后来 年前 年后 赛道 泡沫 同比 环比 增长 下降
        其中 尤其 特别 先是 要求 需要 应该 必须 上市前 上市后 募资 投资 融资 简称 公告 议案 决议
        """
    )
)
_ORGANISATION_END = any_of(
    """
        有限公司 集团 医院 大学 研究院 研究所 委员会 银行 证券 保险 科技 医疗 生物 制药 药业 资本 创投 基金 投资 健康 智能 机器人 医药
        基因 技术 器械 股份 网络 软件 数据 信息 国际
        """
)
ORGANISATION_LIKE = re.compile(rf".*{_ORGANISATION_END}(?:公司)?")
# Where a company files or lists, between its name and the verb.
PLACE_TAIL = re.compile(
    "(?:向|于|在|赴|对|往|至|到)[^,。]{0,3}"
    + any_of(
        """
        港交所 联交所 香港联合交易所 香港联合交易所有限公司 香港交易所 香港联交所 上交所 深交所 北交所 上海证券交易所 深圳证券交易所
        北京证券交易所 证监会 中国证监会 科创板 创业板 美国证监会 sec 纳斯达克 纽交所 香港 美国 证券交易所
        """
    )
    + "(?:主板)?(?:首次|再次|二次|第[二三四]次)?$"
)

# What can stand in a name's slot but names nobody.
GENERIC = re.compile(
    r"(?:.{0,6}(?<!有限)(?<!责任)公司|.*"
    + any_of(
        """
        企业 机构 平台 团队 项目 厂商 行业 市场 赛道 领域 产业 板块 股东 投资者 投资人 投资方 投资机构 创业者 初创 巨头 品牌 客户 用户
        个人 散户 创始人 资本市场 资金 双方 各方 多家 部门 新面孔 老股东 资方 公司们 服务商 提供商 者
        """
    )
    + "|"
    + any_of(
        """
        其 它 他 她 我 我们 他们 它们 大家 对方 前者 后者 本轮 此轮 该轮 本次 此次 这 那 这笔 该笔 融资 投资 募资 产品 技术 业务 主体
        方面 消息 基金 资本 中国 国内 全球 海外 美国 日本 印度 欧洲 香港 北京 上海 深圳 杭州 上半年 半年 全年 下半年 ai 人工智能 医疗
        健康 港交所 联交所 深交所 上交所 北交所 证监会 纳斯达克 科创板 创业板 ipo 大额 巨量 巨额 高额 首笔 一笔 多笔 数额 加入 迅速
        超额 估值 股权 医疗健康 生物医药 创新药 机器人 脑机接口 医疗器械 政府 银行 一级市场 风险投资 私募股权 战略投资 财务顾问
        [一二三四]季度
        """
    )
    + (
        r"|.*(?:数据|统计|显示|亿元|万元|美元|[a-h]\+*轮|融资|上市公司|\d月|\d年|\d家|\d起|\d笔|投资额|计划"
        r"|信托|理财|债券|票据|大模型|什么|如何|怎么|为什么))"
    )
)
