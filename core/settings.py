"""The settings of the rulebook (规则参数): thresholds of the checks, which checks are switched off, and what else is the centre's.

The regulation leaves these numbers to the centre; a change of one makes a new version of the rulebook with its
effective date. Must not know rules, files or the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BadRequest


@dataclass(frozen=True)
class Threshold:
    """One number a check compares with (规则参数): its checks, its unit, the usual value and what is allowed."""

    key: str
    rules: tuple[str, ...]
    zh: str
    en: str
    unit: str
    usual: int
    lowest: int
    highest: int


UNITS = {
    "years": ("岁/年", "years"), "months": ("个月", "months"), "percent": ("%", "%"), "count": ("个", ""),
    "terms": ("个学期", "semesters"), "pixels": ("像素", "pixels"), "kb": ("KB", "KB"), "month": ("年月", "yyyymm"),
    "day": ("年月日", "yyyymmdd"), "characters": ("个字", "characters"), "grey": ("级", "levels"),
    "switch": ("（1为是，0为否）", "(1 yes, 0 no)"), "workdays": ("个工作日", "working days"),
}
"""The unit of a threshold in both languages; `month` and `day` are calendar numbers such as 201909."""

_THRESHOLDS = (
    Threshold("name_longest", ("A04",), "汉字姓名最长", "Longest name in hanzi", "characters", 25, 20, 60),
    Threshold("age_bachelor", ("A40",), "学士授予年龄低于此数为异常", "Usual lowest age of a bachelor", "years", 18, 14, 30),
    Threshold("age_master", ("A40",), "硕士授予年龄低于此数为异常", "Usual lowest age of a master", "years", 20, 16, 30),
    Threshold("age_doctor", ("A40",), "博士授予年龄低于此数为异常", "Usual lowest age of a doctor", "years", 23, 18, 35),
    Threshold(
        "age_leeway", ("A40",), "低于常见年龄不超过此数只作提示（博士另加一年）",
        "Years below the usual age that earn only a note (one more for doctors)", "years", 2, 0, 6,
    ),
    Threshold("age_highest", ("A40",), "授予年龄最高", "Highest age at conferral", "years", 80, 60, 120),
    Threshold("age_entry", ("A41",), "入学年龄最低", "Lowest age at entry", "years", 14, 8, 18),
    Threshold("study_bachelor", ("P11",), "本科最短学习月数", "Shortest bachelor's study", "months", 33, 12, 60),
    Threshold(
        "study_after_college", ("P11",), "专升本、第二学士最短学习月数", "Shortest study after college or a first degree",
        "months", 21, 6, 48,
    ),
    Threshold("study_master", ("P11",), "硕士最短学习月数", "Shortest master's study", "months", 15, 6, 48),
    Threshold("study_doctor", ("P11",), "博士最短学习月数", "Shortest doctor's study", "months", 27, 12, 72),
    Threshold(
        "wait_master", ("P10",), "同等学力申请硕士与前置学位间隔年数", "Years from the prior degree, equivalent master",
        "years", 3, 0, 10,
    ),
    Threshold(
        "wait_doctor", ("P10",), "同等学力申请博士与前置学位间隔年数", "Years from the prior degree, equivalent doctor",
        "years", 5, 0, 10,
    ),
    Threshold("doctor_after_master", ("P07",), "博士距硕士最少月数", "Months from master's to doctorate", "months", 12, 0, 48),
    Threshold("overlap_months", ("P06",), "两处全日制学习重叠超过此月数", "Overlap of two full-time studies", "months", 3, 0, 24),
    Threshold(
        "late_terms", ("P22",), "授予早于所报学期超过此数须走补报", "Semesters before the filed one that need a supplement",
        "terms", 2, 0, 8,
    ),
    Threshold(
        "minor_since", ("P16",), "此年月起入学者辅修学位不单独发证", "Entry month from which minors have no certificate",
        "month", 201909, 201907, 203012,
    ),
    Threshold(
        "language_until", ("I18",), "此日前授予的成人学士须填外语考试年月", "Adult bachelors before this day need an exam month",
        "day", 20190709, 20080901, 20301231,
    ),
    Threshold(
        "thesis_since", ("I14",), "此日起授予的学士须填论文和导师", "Bachelors from this day need thesis and supervisor",
        "day", 20240601, 20080901, 20301231,
    ),
    Threshold(
        "college_cutoff", ("P15",), "此日起独立学院毕业生不再由母体授予", "Day from which parents no longer grant for colleges",
        "day", 20120901, 20080901, 20301231,
    ),
    Threshold(
        "excess_percent", ("P12",), "授予人数可超过核定招生的比例", "Conferrals allowed above authorised enrolment",
        "percent", 5, 0, 50,
    ),
    Threshold(
        "damaged_percent", ("X10",), "证书编号以0结尾达此比例为失真", "Numbers ending in 0 that betray a spreadsheet",
        "percent", 80, 30, 100,
    ),
    Threshold("damaged_least", ("X10",), "少于此条数不判失真", "Fewest records to tell damage", "count", 20, 5, 1000),
    Threshold("volume_percent", ("X11",), "与上年同学期数量之差超过此比例", "Change from last year's volume", "percent", 50, 10, 500),
    Threshold("volume_least", ("X11",), "两年都不足此条数不比较", "Fewest records to compare volumes", "count", 50, 10, 1000),
    Threshold("constant_least", ("X12",), "少于此条数不判取值一致", "Fewest records to tell constancy", "count", 30, 5, 1000),
    Threshold("photo_kb_highest", ("A44",), "照片最大", "Largest photo", "kb", 200, 30, 2000),
    Threshold("photo_kb_lowest", ("A44",), "480×640照片最小", "Smallest photo of 480×640", "kb", 10, 1, 100),
    Threshold("photo_kb_legacy", ("A44",), "150×210照片最大", "Largest photo of 150×210", "kb", 30, 10, 100),
    Threshold("photo_aspect", ("A44",), "照片宽高比允许偏差", "Leeway in the photo's aspect", "percent", 3, 0, 10),
    Threshold("consent_change", (), "信息变更须经省级同意", "Consent to a change of information", "switch", 0, 0, 1),
    Threshold("consent_withdraw", (), "撤销备案须经省级同意", "Consent to the withdrawal of a filing", "switch", 0, 0, 1),
    Threshold("consent_replace_photo", (), "照片更正须经省级同意", "Consent to the replacement of a photo", "switch", 0, 0, 1),
    Threshold("photo_contrast", ("A45",), "亮度变化低于此级为异常", "Least contrast of a photo", "grey", 8, 1, 60),
    Threshold(
        "second_explanation", (), "涉嫌违规和涉密的书面说明须第二人确认",
        "Explanations of policy and secrecy accepted by a second person", "switch", 1, 0, 1,
    ),
    Threshold("second_release", (), "上网须由第二人放行", "Release by a second person", "switch", 1, 0, 1),
    Threshold("answer_workdays", (), "反馈答复期限", "Days to answer a notice", "workdays", 15, 5, 60),
    Threshold(
        "escalation_workdays", (), "逾期未答报省级的宽限", "Days overdue before a notice is listed to its province", "workdays", 5, 1, 30
    ),
)

THRESHOLDS: dict[str, Threshold] = {each.key: each for each in _THRESHOLDS}
"""Every threshold by its key; keys are never used again for something else."""


@dataclass(frozen=True)
class Settings:
    """How one version of the rulebook is set: checks switched off, and thresholds that differ from the usual.

    Hashable by value, so that two settings that say the same are the same.
    """

    off: frozenset[str] = frozenset()
    changed: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, off: Iterable[str] = (), thresholds: dict[str, int] | None = None) -> "Settings":
        """Settings from plain values; those at their usual value are left out. Raises BadRequest outside the limits."""
        for key, value in (thresholds or {}).items():
            _require_allowed(key, value)
        changed = {key: value for key, value in (thresholds or {}).items() if value != THRESHOLDS[key].usual}
        return cls(frozenset(off), tuple(sorted(changed.items())))

    def __getitem__(self, key: str) -> int:
        """The value of a threshold."""
        return dict(self.changed).get(key, THRESHOLDS[key].usual)


def _require_allowed(key: str, value: int) -> None:
    if key not in THRESHOLDS:
        raise BadRequest(f"没有名为“{key}”的规则参数。请刷新页面。", f"There is no threshold “{key}”. Refresh the page.")
    limits = THRESHOLDS[key]
    if not limits.lowest <= value <= limits.highest:
        raise BadRequest(
            f"“{limits.zh}”须在{limits.lowest}与{limits.highest}之间，请重新填写。",
            f"“{limits.en}” must be between {limits.lowest} and {limits.highest}; give another value.",
        )
