"""Lists of duties of one unit of each other kind: office, district, zone, town, enterprise. Written for the demo."""

from __future__ import annotations

from typing import Any, NamedTuple

LAW = ("中华人民共和国安全生产法", "2014")
ACCIDENTS = ("生产安全事故报告和调查处理条例", None)
REGULATION = ("山东省安全生产条例", "2017")


class Item(NamedTuple):
    """One duty as the demo writes it; `law` with its year, `article` in characters."""

    title: str
    category: str
    office: str
    post: str
    means: str
    frequency: str
    liability: str
    law: tuple[str, str | None]
    article: str

    def values(self, number: int) -> dict[str, Any]:
        """As an item of a list takes it."""
        basis = {"law": self.law[0], "version": self.law[1], "articles": [self.article]}
        return {
            "number": str(number), "title": self.title, "category": self.category, "office": self.office,
            "post": self.post, "means": self.means, "frequency": self.frequency, "liability": self.liability,
            "legal_bases": [basis],
        }  # fmt: skip


OFFICE = (
    Item("分解下达年度安全生产工作要点并督办落实", "统筹协调", "综合协调处", "处长", "任务分解、台账督办", "每月",
         "未按期分解下达或督办不力", LAW, "第九条"),
    Item("汇总季度工作报告并通报各单位完成情况", "统筹协调", "综合协调处", "处长", "汇总、通报", "每季度",
         "漏报、瞒报或者通报失实", LAW, "第九条"),
    Item("组织安全生产督查巡查", "督导检查", "督查处", "处长", "现场督查、问题交办", "每季度",
         "发现重大问题未交办或未跟踪整改", REGULATION, "第四十一条"),
    Item("对重大隐患挂牌督办", "督导检查", "督查处", "处长", "挂牌、复核、摘牌", "按需",
         "应当挂牌而未挂牌，或整改未完成即摘牌", LAW, "第三十八条"),
)  # fmt: skip
DISTRICT = (
    Item("落实党政同责责任体系和年度责任目标考核", "组织领导", "政府办公室", "主任", "签订责任书、述职考评", "每年",
         "未建立责任体系或考核流于形式", LAW, "第八条"),
    Item("组织开展“大快严”集中行动", "监督检查", "安监局", "局长", "异地执法、联合检查", "每季度",
         "组织不力，重大隐患长期存在", LAW, "第五十九条"),
    Item("建立“一企一册”风险隐患台账", "风险管控", "安监局", "局长", "排查建档、分级管控", "每半年",
         "应建未建台账或台账严重失实", REGULATION, "第十七条"),
    Item("推进粉尘防爆专项治理", "专项整治", "工业和信息化局", "局长", "逐企排查、限期改造", "每季度",
         "对粉尘涉爆企业底数不清、整治不到位", LAW, "第三十八条"),
    Item("调整充实安委会组成人员和镇街监管力量", "组织领导", "编办", "主任", "核定编制、公开招录", "每年",
         "监管人员配备达不到规定要求", LAW, "第八条"),
    Item("组织编制和演练生产安全事故应急预案", "应急管理", "应急办", "主任", "预案修订、综合演练", "每年",
         "未编制预案或未组织演练", LAW, "第七十七条"),
)  # fmt: skip
ZONE = (
    Item("落实功能区分级管控责任", "风险管控", "安全生产监督管理局", "局长", "网格划分、分级巡查", "每月",
         "责任网格空白或巡查缺失", REGULATION, "第十七条"),
    Item("推进化工园区风险评估和封闭管理", "专项整治", "规划建设局", "局长", "定量评估、准入审查", "每年",
         "未经评估擅自准入高风险项目", LAW, "第二十九条"),
    Item("开展“双随机”抽查并公开结果", "监督检查", "安全生产监督管理局", "局长", "随机抽取、结果公示", "每季度",
         "抽查比例不足或结果不公开", LAW, "第六十二条"),
    Item("处置涉及园区企业的举报投诉", "受理举报", "综合执法大队", "大队长", "受理、核查、反馈", "按需",
         "压案不查或泄露举报人信息", LAW, "第七十条"),
)  # fmt: skip
TOWN = (
    Item("每月巡查辖区生产经营单位", "监督检查", "安监办", "主任", "入企巡查、问题上报", "每月",
         "对明显隐患视而不见、不报告", LAW, "第八条"),
    Item("建立辖区企业和网格员台账", "基础工作", "安监办", "主任", "登记造册、动态更新", "每季度",
         "底数不清、网格员缺位", REGULATION, "第七条"),
    Item("组织安全生产宣传和“安全月”活动", "宣传教育", "宣传办", "主任", "集中宣讲、入户宣传", "每年",
         "未组织开展或弄虚作假", LAW, "第十一条"),
)  # fmt: skip
ENTERPRISE = (
    Item("主要负责人履行安全生产法定职责", "主体责任", "安全管理部", "部长", "责任制考核、带队检查", "每月",
         "主要负责人未履行法定职责", LAW, "第十八条"),
    Item("排查治理事故隐患并如实记录", "主体责任", "安全管理部", "部长", "班组日查、部门周查、公司月查", "每月",
         "隐患不排查、不记录、不整改", LAW, "第三十八条"),
    Item("危险作业审批和现场监护", "作业管理", "生产作业部", "部长", "票证审批、专人监护", "按需",
         "无票作业或监护人擅离现场", LAW, "第四十条"),
    Item("组织从业人员安全培训和应急演练", "教育培训", "人力资源部", "部长", "三级教育、综合演练", "每半年",
         "未经培训合格上岗作业", LAW, "第二十五条"),
    Item("事故报告和先期处置", "应急管理", "安全管理部", "部长", "一小时内报告、启动预案", "按需",
         "迟报、漏报、谎报、瞒报", ACCIDENTS, "第九条"),
)  # fmt: skip
LISTS = {
    "市安委会办公室": OFFICE,
    "胶州市政府": DISTRICT,
    "西海岸新区管委会": ZONE,
    "胶莱镇": TOWN,
    "青岛港集团": ENTERPRISE,
}
