"""The data files of the plan of 2017: every measure and figure of the policy has its task, in the files' own form."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest

from tasks.seed.reader import SeedError, read_plan, years
from tasks.states import Cadence

# Measures, campaigns, systems and documents by the words that the policy has for them.
NAMED = {
    1: "安全生产改革发展年 《意见》 实施意见 先行先试 督导督查 体制机制",
    2: "党政同责 第一责任人 安委会 三个必须 权力清单 照单免责 网格化 实名制 五落实五到位 实际控制人 "
    "全员安全生产责任制 三级教育 混合所有制 境外中资 责任追溯 职业禁入 安全月 安全周 巡查制度 目标管理 任期 "
    "季度工作报告 述职 一票否决",
    3: "统筹 专门机构 工业园区 港区 风景区 电力 铁路 民航 规范化建设 专业比例 社会化服务 购买 中介机构 责任保险 "
    "高危行业 诚信体系 黑名单 信用公告 承诺 不良信用 联合惩戒",
    4: "安全生产条例 轨道交通安检 地下综合管廊 执法责任体系 执法监督 合法性审查 执法行为审议 纠错 公开 "
    "规范化执法标准 年度执法计划 执法终端 程序规定 检查办法 执法手册（2016年版） 行政处罚 工作程序 四不放过 "
    "组长负责制 挂牌督办 提级调查 协同调查 瞒报 大数据分析 统计直报 模拟问责 经济问责 核查督办 刑事司法衔接 "
    "涉法涉诉 合法权益",
    5: "城乡规划 前置 一票否决 动态管理 分级管控 评估预警 重大风险点 一企一册 自主查纠 双报告 标杆企业 对标达标 "
    "城市公共安全 数据库 分布图 分等级 闭环管理 双随机 暗查暗访 专家帮查 集中检查 异地执法 蹲点 回头看 "
    "国务院 12350 有奖举报 挂牌督办 标准化 中小企业",
    6: "标本兼治 大快严 安全防护工程 在线监控 机械化换人 自动化减人 工业机器人 转型升级 四评级 采空区 尾矿库 "
    "头顶库 化工园区 三评级一评价 搬迁 十三五 综合治理 投资规模 三同时 1+N 粉尘防爆 有限空间 "
    "交通运输安全生产责任 高速公路 平安行·你我他 十三类 路面交通违法 四非 变型拖拉机 超限超载 "
    "大型群众性活动 人员密集场所 一张图 油气管道 电力 通信 给排水 燃气 供热 巡查责任制 瓶装液化气 浓度报警 "
    "自动切断 海域使用 海上旅游 海上安全 装配 建筑施工 工业和信息化 商贸 海洋渔业 民政 教育 文化 体育 林业 "
    "水利 农业机械 粮食 旅游 民航 铁路 地铁 特种设备 涉氨制冷 烟花爆竹 民爆器材 电力建设",
    7: "投入 审计 安全生产费用 信息化发展规划 智慧安监 一张网 大数据 数据元 科技发展规划 资源共享 成果推广 "
    "宣传网络 示范企业 班组 青年安全示范岗 安全社区 平安校园 微信 广播 知识技能 警示教育 工会 妇联 "
    "全国安全生产月 宣传周 知识竞赛 安网 在线学习测试 干部教育 培训班 三项岗位 青岛学校安全教育 示范区 "
    "应急体验 建设标准 三位一体 执法装备 执法车辆 凡进必考 轮训",
    8: "一体化 民生工程 部门职业卫生监管 2016年新发职业病 责任体系 源头治理 重点行业 申报 防治评估 中小微企业 "
    "救治范围 信息系统 远程培训 健康查体 动态监管 检测检验 应急救援 技术服务",
    9: "管理体制 应急管理机构 青岛基地 巨灾情景 其他行业 资源共享 补偿机制 一案三制 应急预案 实战化 实战演练 排查销号",
    10: "六中全会 党内政治生活 民主监督 从严治党 严、细、深、实 党风廉政 权力运行 柔性提醒 刚性约束 "
    "强基础、上水平、创一流 查摆问题、整改提升、激情创业 教育管理监督 履职担当 政治安全",
}


@pytest.fixture(scope="module")
def plan():
    return read_plan(2017)


def test_ten_points_and_well_over_a_hundred_tasks(plan):
    assert [point.number for point in plan.points] == list(range(1, 11))
    assert all(point.title and point.summary and len(point.short_title) <= 6 for point in plan.points)
    assert len(plan.tasks) > 200
    assert min(Counter(task.point for task in plan.tasks).values()) >= 10
    assert [task.number for task in plan.tasks] == [str(n) for n in range(1, len(plan.tasks) + 1)]


@pytest.mark.parametrize("point", NAMED)
def test_everything_the_policy_names_has_its_task(plan, point):
    text = "".join(f"{task.title} {task.requirement}\n" for task in plan.tasks if task.point == point)
    assert [words for words in NAMED[point].split() if words not in text] == []


def test_figures_are_targets_and_rhythms_are_cadences(plan):
    def one(words):
        (found,) = [task for task in plan.tasks if words in task.title]
        return found

    assert (one("职业病危害防治评估").target, one("职业病危害防治评估").unit) == (Decimal(450), "家")
    assert (one("中小学生安全应急体验").target, one("中小学生安全应急体验").unit) == (Decimal(100000), "人次")
    assert one("专家驻企全面检查").target == 1  # 1+N: one full check a year, and random ones every month
    assert one("“1+N”随机抽查").cadence == Cadence.MONTHLY
    assert one("蹲点").cadence == Cadence.QUARTERLY
    assert "cadence" in one("蹲点").from_policy
    assert one("季度工作报告").cadence == Cadence.QUARTERLY
    assert one("十三类道路运输车辆").target == 13


def test_what_the_policy_leaves_open_is_marked_as_proposed(plan):
    assert all(task.is_proposed for task in plan.tasks)  # it names units nowhere
    assert {task.number for task in plan.tasks if "target" in task.from_policy} == {"130", "137", "207", "221"}


def test_each_task_has_a_lead_a_requirement_and_a_day(plan):
    for task in plan.tasks:
        assert task.lead
        assert task.requirement.endswith("。")
        assert task.due_on or task.cadence != Cadence.ONCE
        assert task.target is None or task.unit
        assert task.due_on is None or datetime.date(2017, 4, 7) <= task.due_on <= datetime.date(2017, 12, 31)


def test_leads_are_spread_over_the_authorities(plan):
    leads = Counter(name for task in plan.tasks for name in task.lead)
    assert len(leads) >= 35
    assert leads.most_common(1)[0][0] == "青岛市安全生产监督管理局"


def test_a_year_without_files_is_refused_and_says_which_there_are():
    assert 2017 in years()
    with pytest.raises(SeedError, match=r"No plan for 2018 .*2017"):
        read_plan(2018)
