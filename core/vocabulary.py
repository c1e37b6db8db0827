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
    DECIDE = "decide", "书面说明审定", "Decide on explanations"
    ACCOUNTS = "accounts", "账号管理", "Manage accounts"
    REVEAL = "reveal", "查看完整证件号码", "See ID numbers in full"


class Role(Word):
    """What someone is at the desk (岗位): a named set of duties, at the centre or in one province (article 4)."""

    OPERATOR = "operator", "数据员", "Operator"
    REVIEWER = "reviewer", "复核员", "Reviewer"
    PUBLISHER = "publisher", "发布员", "Publisher"
    ENQUIRY = "enquiry", "咨询员", "Enquiry officer"
    ANALYST = "analyst", "分析员", "Analyst"
    KEEPER = "keeper", "规则管理员", "Rulebook keeper"
    SECRECY = "secrecy", "保密员", "Secrecy officer"
    ADMINISTRATOR = "administrator", "系统管理员", "Administrator"
    PROVINCE_REVIEWER = "province_reviewer", "省级审核员", "Provincial reviewer"
    PROVINCE_READER = "province_reader", "省级查阅员", "Provincial reader"

    @property
    def provincial(self) -> bool:
        """Whether it is a post in one province's office; all others are the centre's."""
        return self.value.startswith("province_")


class Decision(Word):
    """What the centre says to a written explanation (书面说明审定)."""

    ACCEPT = "accept", "采纳", "Accept"
    REFUSE = "refuse", "不采纳", "Refuse"
    ASK = "ask", "要求补充", "Ask for more"

    @property
    def outcome(self) -> str:
        """What becomes of the records it is about: a word of CoverState."""
        return {"accept": "accepted", "refuse": "refused", "ask": "asked"}[self.value]


class DecisionState(Word):
    """How far a decision on an explanation has come (审定状态)."""

    PROPOSED = "proposed", "待第二人确认", "Waits for a second person"
    MADE = "made", "已审定", "Made"
    DECLINED = "declined", "未获确认", "Not confirmed"


class CoverState(Word):
    """What has become of one explained finding (说明状态)."""

    WAITING = "waiting", "待审定", "Waits for a decision"
    PROPOSED = "proposed", "待第二人确认", "Waits for a second person"
    ACCEPTED = "accepted", "已采纳", "Accepted"
    LAPSED = "lapsed", "已失效（内容有变）", "Lapsed: the values changed"
    REFUSED = "refused", "未采纳", "Refused"
    ASKED = "asked", "已要求补充", "More was asked for"
    SUPPLEMENTED = "supplemented", "已由新说明补充", "Supplemented by a later paper"


class PhotoRefusal(Word):
    """Why a photo that came alone is not taken, whatever the checks say of it (照片未收原因)."""

    UNKNOWN = "unknown", "对不上该单位本学期的在库记录，请核对文件名。", "It fits no record of this institution and semester; check its name."
    AMBIGUOUS = "ambiguous", "文件名对上多人，请改以身份证件号码命名。", "Its name fits several persons; name it by the ID number."
    EXTRA = "extra", "同一条记录有多张照片，只取文件名排在最前的一张。", "The record has several photos here; the first by name is taken."
    SAME = "same", "与在库照片相同，没有改动。", "It is the photo on file already; nothing is changed."
    PUBLISHED = (
        "published", "该记录已上网并已有照片，这里不能更换。请单位提出更换照片的申请。",
        "The record is on line with a photo, which is not replaced here. The institution must request its replacement.",
    )
    SETTLED = (
        "settled", "该记录已退回、撤销、被取代或不属查询范围，不收照片。请核对记录状态。",
        "The record was returned, withdrawn, superseded or is out of scope, and takes no photo. Check its status.",
    )


class CorrectionKind(Word):
    """What an institution asks for of a record (更正类别, article 7)."""

    CHANGE = "change", "信息变更", "Change"
    WITHDRAW = "withdraw", "撤销备案", "Withdrawal"
    SUPPLY_PHOTO = "supply_photo", "照片补报", "Photo supplied"
    REPLACE_PHOTO = "replace_photo", "照片更正", "Photo replaced"
    SUPPLEMENT = "supplement", "补充备案", "Supplementary record"


class CorrectionReason(Word):
    """Why a record is corrected (更正原因)."""

    TYPING = "typing", "录入错误", "Typed wrongly"
    SYSTEM = "system", "系统导出错误", "Exported wrongly"
    IDENTITY = "identity", "身份信息经公安机关变更", "Identity changed by the police register"
    DUPLICATE = "duplicate", "重复报送", "Filed twice"
    MISTAKEN = "mistaken", "误报", "Filed by mistake"
    OMITTED = "omitted", "漏报", "Left out"
    PHOTO = "photo", "照片缺失或有误", "Photo missing or wrong"
    OTHER = "other", "其他（须说明）", "Other (say what)"


class JobKind(Word):
    """What a job does (任务种类)."""

    LOAD = "load", "接收报送", "Load a filing"
    PHOTOS = "photos", "照片补报", "Photos supplied later"
    TRIAL = "trial", "规则试算", "Try a revision"
    RESORT = "resort", "重新整理", "Sort anew"
    FEEDBACK = "feedback", "反馈包", "Feedback bundles"


class JobState(Word):
    """How far a job has come (任务状态)."""

    QUEUED = "queued", "排队中", "Waiting"
    RUNNING = "running", "办理中", "Under way"
    DONE = "done", "已办结", "Done"
    FAILED = "failed", "未办成", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"
