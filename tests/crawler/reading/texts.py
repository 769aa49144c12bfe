# ruff: noqa: E501 (pages and patterns are kept as they are written)
"""Texts written for these tests: sentences about invented hospitals and companies, put together differently for every page."""

from __future__ import annotations

from dataclasses import dataclass, field

ZH = [
    "青石市第二人民医院日前宣布，院内部署的大模型辅助分诊系统已覆盖全部门诊科室，首月累计服务患者三万余人次。",
    "该院信息中心负责人介绍，系统上线前后的平均候诊时间由四十二分钟降至二十六分钟，误分诊率下降了约三成。",
    "“我们最看重的不是速度，而是每一条建议都能追溯到依据。”这位负责人在接受采访时说。",
    "据了解，模型运行在医院自有的服务器上，患者数据不出院区，所有调用均留有日志。",
    "参与项目的云岭科技公司表示，下一步将把同样的做法推广到县域医共体，预计年内再接入十五家基层机构。",
    "业内人士认为，分诊只是起点，真正的难点在于与电子病历、检验和影像系统的打通。",
    "市卫生健康委员会在通报中要求，各医疗机构不得以人工智能结论代替医师诊断，并应当每季度开展一次安全评估。",
    "在影像科，医生们已经习惯先看一遍系统标注的可疑结节，再逐层核对原始图像。",
    "“漏诊的代价太大，所以机器说没有，我们也会再看一遍。”从事影像诊断二十年的主任医师这样解释。",
    "统计显示，系统对直径六毫米以上结节的检出率达到百分之九十六，对更小的病灶仍需人工复核。",
    "与之配套的还有一套质控流程：随机抽取百分之五的报告，由两名高年资医师背靠背复阅。",
    "费用问题同样受到关注。院方透露，首期投入约六百八十万元，其中近一半用于算力和网络改造。",
    "多位受访者提到，医保支付政策尚未明确，是目前推广面临的最大不确定因素。",
    "不过，也有专家提醒，不同医院的设备型号和人群结构差异明显，换一个地方模型表现可能会打折扣。",
    "为此，研究团队在三个省份的九家医院开展了前瞻性验证，结果将在明年春天公布。",
    "药企方面，海棠生物宣布利用生成模型筛选出两个候选分子，并已启动临床前毒理研究。",
    "公司首席科学官说，从立项到得到先导化合物只用了十一个月，而传统路径通常需要三到四年。",
    "投资机构的态度正在变得谨慎，更愿意为能够拿到注册证的产品买单，而不是为演示买单。",
    "一位不愿具名的投资人坦言，今年看过的四十多个项目里，真正有稳定收入的不到五个。",
    "与此同时，基层医生对工具的期待十分朴素：少写一点病历，多留一点时间给病人。",
    "在试点的乡镇卫生院，语音录入已经可以自动生成门诊病历初稿，医生只需核对后签名。",
    "患者王女士告诉记者，过去看一次病要跑三个窗口，现在一部手机就能办完，但老人还是习惯有人帮忙。",
    "医院为此保留了人工窗口，并安排志愿者在自助机旁值守，避免把不会用手机的人挡在门外。",
    "根据规划，到后年年底，全市二级以上医院将实现检查检验结果互认，重复检查有望进一步减少。",
    "专家建议，应当尽快建立覆盖数据、算法和应用全过程的标准体系，让好用的产品更快进入临床。",
]

EN = [
    "Harbor Point Medical Center said on Monday that it has finished rolling out an AI triage assistant in all of its outpatient clinics.",
    "The system, built with Larkspur Health, answered more than 30,000 patients in its first month, according to the hospital.",
    '"Speed was never the point," said the project\'s clinical lead. "Every suggestion has to show where it came from."',
    "Average waiting time fell from 42 minutes to 26, while the share of patients sent to the wrong desk dropped by about a third.",
    "The model runs on servers inside the hospital, and no patient data leave the building, the hospital's chief information officer said.",
    "Analysts cautioned that triage is the easy part; linking the tool to records, laboratories and imaging is where most pilots stall.",
    "Regulators have told hospitals that software must not replace a doctor's diagnosis and that every deployment needs a quarterly safety review.",
    "In radiology, doctors now read the marked nodules first and then go through the original slices one by one.",
    "Small lesions remain a problem: below six millimeters, the researchers found, sensitivity falls to 71 percent.",
    "The first phase cost roughly $9.4 million, nearly half of it for computing power and a new internal network.",
    "Several people interviewed for this article named reimbursement as the largest open question.",
    "A prospective study at nine hospitals in three states is under way, with results expected next spring.",
    "Meanwhile, investors have grown choosier. Only five of the forty companies one fund looked at this year had steady revenue.",
    "Village doctors want something simpler: fewer forms to fill in, and more time with the people in front of them.",
    "At one rural clinic, dictation already produces a first draft of the visit note, which the doctor corrects and signs.",
    "Older patients still prefer a person at the desk, so the hospital kept its counters open and put volunteers next to the kiosks.",
    "The company plans to add 15 more clinics before the end of the year and to publish its error rates every quarter.",
    '"If a product cannot survive its own numbers, it should not be near a patient," the chief executive said in an interview.',
    "Drug makers are moving as well; one start-up says a generative model took it from idea to lead compound in eleven months.",
    "Standards for data, algorithms and everyday use, experts argue, would do more for adoption than another round of funding.",
]

TITLES_ZH = [
    "青石市二院大模型分诊覆盖全部门诊",
    "影像科里的第二双眼睛：人工智能读片一年记",
    "县域医共体迎来智能病历，医生怎么看？",
    "海棠生物用生成模型筛出两个候选分子",
    "从演示到注册证：医疗人工智能投资转冷",
    "检查结果互认提速 重复检查有望减少",
]
TITLES_EN = [
    "Harbor Point Rolls Out AI Triage in Every Clinic",
    "A Second Pair of Eyes in Radiology",
    "Rural Clinics Try Dictated Notes, and Doctors Sign",
    "Why Health AI Investors Have Grown Choosier",
    "Eleven Months From Idea to Lead Compound",
]
REPORTERS = ["陈望舒", "林晚秋", "赵一鸣", "周子衿", "欧阳明"]
EDITORS = ["孙立文", "何小满", "郭静怡"]
OUTLETS = ["青石日报", "云岭健康网", "东湖医学周刊", "南塘卫生报"]
WRITERS = ["Dana Whitfield", "Marcus O'Leary", "Priya Raman", "Tomasz Zielinski"]


@dataclass(frozen=True)
class Story:
    """One article: what a page is made from and what must be read back."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    year: int
    month: int
    day: int
    hour: int
    minute: int
    reporter: str
    editor: str
    outlet: str
    language: str = "zh"
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def moment(self) -> str:
        """Local time of publication, to the minute."""
        return f"{self.year}-{self.month:02}-{self.day:02}T{self.hour:02}:{self.minute:02}"


def story(number: int, *, length: int = 9, language: str = "zh") -> Story:
    """The story with this number; the same number is always the same story."""
    pool, titles = (ZH, TITLES_ZH) if language == "zh" else (EN, TITLES_EN)
    start, step = number * 7 % len(pool), (3, 7, 9, 11)[number % 4]
    picked = []
    for i in range(length):
        line = pool[(start + i * step) % len(pool)]
        if line not in picked:
            picked.append(line)
    # Some paragraphs hold two sentences, as real ones do.
    paragraphs = [
        picked[0],
        *("".join(picked[i : i + 2]) if language == "zh" else " ".join(picked[i : i + 2]) for i in range(1, len(picked), 2)),
    ]
    return Story(
        number,
        titles[number % len(titles)],
        tuple(paragraphs),
        2019 + number % 7,
        1 + number * 5 % 12,
        1 + number * 11 % 28,
        7 + number % 12,
        number * 13 % 60,
        REPORTERS[number % len(REPORTERS)] if language == "zh" else WRITERS[number % len(WRITERS)],
        EDITORS[number % len(EDITORS)],
        OUTLETS[number % len(OUTLETS)],
        language,
    )
