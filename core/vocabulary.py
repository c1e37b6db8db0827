"""The words of the regulation as closed lists, each with its official Chinese and its English.

Must not know anything else in the project.
"""

from enum import StrEnum


class Word(StrEnum):
    """A code with its Chinese and English names."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> "Word":
        word = str.__new__(cls, code)
        word._value_ = code
        word.zh = zh
        word.en = en
        return word


class Level(Word):
    """Degree level (学位级别); the code is the sixth digit of a certificate number."""

    DOCTOR = "2", "博士", "Doctor"
    MASTER = "3", "硕士", "Master"
    BACHELOR = "4", "学士", "Bachelor"


class Category(Word):
    """Filing category (报送类别); the code is its section in the data manual of 2018."""

    DOCTOR = "2.1.1", "学历教育博士学位", "Doctor, regular"
    DOCTOR_EQUIVALENT = "2.1.2", "同等学力人员申请博士学位", "Doctor, equivalent education"
    DOCTOR_PROFESSIONAL = "2.1.3", "博士专业学位", "Doctor, professional"
    MASTER = "2.2.1", "学历教育硕士学位", "Master, regular"
    MASTER_EQUIVALENT = "2.2.2", "同等学力人员申请硕士学位", "Master, equivalent education"
    MASTER_PROFESSIONAL = "2.2.3", "硕士专业学位", "Master, professional"
    BACHELOR = "2.3.1", "普通高等教育本科毕业生学士学位", "Bachelor, regular"
    BACHELOR_ADULT = "2.3.2", "成人高等教育本科毕业生学士学位", "Bachelor, adult education"
    BACHELOR_INTERNATIONAL = "2.3.3", "来华留学本科毕业生学士学位", "Bachelor, international students"
    BACHELOR_PROFESSIONAL = "2.3.4", "学士专业学位", "Bachelor, professional"

    @property
    def level(self) -> Level:
        """The degree level every record of this category must have."""
        return {"1": Level.DOCTOR, "2": Level.MASTER, "3": Level.BACHELOR}[self.value[2]]


class FindingClass(Word):
    """Class of a finding (问题类别): the three withholding reasons of article 2, out of scope, or a note."""

    SCOPE = "scope", "不属查询范围", "Out of scope"
    CLASSIFIED = "classified", "涉密", "Classified"
    INCOMPLETE = "incomplete", "关键信息不完整", "Key information incomplete"
    INACCURATE = "inaccurate", "关键信息不准确", "Key information inaccurate"
    POLICY = "policy", "疑似违反国家学位授予政策", "Suspected policy breach"
    NOTE = "note", "提示", "Note"

    @property
    def withholds(self) -> bool:
        """Whether a finding of this class keeps the record off the public lookup."""
        return self is not FindingClass.NOTE


class Remedy(Word):
    """What the institution can do about a finding (处理方式, article 7)."""

    CHANGE = "change", "信息变更", "Change the information"
    WITHDRAW = "withdraw", "撤销备案", "Withdraw the filing"
    PHOTO = "photo", "电子照片补报、更正", "Supply or replace the photo"
    EXPLAIN = "explain", "书面说明（抄报省级学位办）", "Explain in writing, copied to the province"


class Duty(Word):
    """What a person at the desk may do (岗位职责)."""

    READ = "read", "查看记录", "See records"
    LOAD = "load", "接收报送", "Load filings"
    APPROVE = "approve", "省级审核", "Provincial review"
    PUBLISH = "publish", "上网发布", "Publish"
    FEEDBACK = "feedback", "反馈", "Send feedback"
    ANALYSE = "analyse", "统计分析", "Analyse"
    CLASSIFIED = "classified", "涉密数据", "Handle classified records"
    RULES = "rules", "规则管理", "Keep the rulebook"


class JobKind(Word):
    """What a job does (任务种类)."""

    LOAD = "load", "接收报送", "Load a filing"


class JobState(Word):
    """How far a job has come (任务状态)."""

    QUEUED = "queued", "排队中", "Waiting"
    RUNNING = "running", "办理中", "Under way"
    DONE = "done", "已办结", "Done"
    FAILED = "failed", "未办成", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"
