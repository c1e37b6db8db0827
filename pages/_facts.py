"""What only other records tell of a record, or a filing of itself, in words: for the examples of the rulebook.

Must not know what a check makes of them.
"""

from core import facts
from pages._words import _, language, listed, translated


def label(name: str) -> str:
    """A fact (known_…, whole_…) in staff's words."""
    return _labels().get(name, name)


def shown(name: str, value: str | None) -> str:
    """What an example says of a fact: yes, no, a number or a day."""
    truths = {"true": _("是"), "false": _("否")}
    return truths.get(value or "", value or _("（未知）"))


def counted(value: str) -> str:
    """What a finding about a filing as such shows was counted, in the session's language."""
    return value if language() == "zh" else listed(_counted(part) for part in value.split("，"))


def _counted(part: str) -> str:
    for name, text in facts.COUNTED.items():
        before, _gap, after = text.partition("{}")
        if part.startswith(before) and part.endswith(after):
            return f"{label(name)}: {translated(part[len(before) : len(part) - len(after)])}"
    return part


def _labels() -> dict[str, str]:
    return {
        "known_certificate_rows": _("本批次中同一证书编号的条数"),
        "known_certificate_other": _("证书编号已属另一人"),
        "known_same_record": _("本人此证书编号已在库"),
        "known_same_day_degrees": _("本人同日同级学位数"),
        "known_master_conferred": _("本人硕士学位获得日期"),
        "known_other_name": _("同一证件号码另有姓名"),
        "known_other_details": _("同一证件号码的出生日期或性别不同"),
        "known_near_twin": _("同单位同名同生日者的证件号码只差一笔"),
        "known_same_major": _("本人同级同专业另有证书"),
        "known_overlap_months": _("与另一单位全日制学习重叠月数"),
        "known_bachelor": _("本人另有学士学位在库"),
        "known_revoked": _("此学位已被撤销"),
        "known_withdrawn": _("此备案已被撤销"),
        "known_overridden": _("经签署准予恢复"),
        "known_rare_signatory": _("校长或主席与本批次多数记录不同"),
        "known_photo_twin": _("照片与另一人相同"),
        "known_photos": _("照片张数"),
        "known_photo_readable": _("照片可以读取"),
        "known_photo_width": _("照片宽（像素）"),
        "known_photo_height": _("照片高（像素）"),
        "known_photo_bytes": _("照片大小（字节）"),
        "known_photo_contrast": _("照片亮度变化（级）"),
        "whole_records": _("本批次记录数"),
        "whole_listed": _("决议名单人数"),
        "whole_attached": _("附有决议扫描件"),
        "whole_numbers": _("16位证书编号数"),
        "whole_numbers_zero": _("末位为0的证书编号数"),
        "whole_cards": _("18位证件号码数"),
        "whole_cards_zero": _("末三位为000的证件号码数"),
        "whole_births": _("不同的出生日期数"),
        "whole_last_year": _("上年同学期记录数"),
        "whole_enrolled_excess": _("超出核定招生规模（%）"),
        "whole_photos_unmatched": _("对应不上记录的照片数"),
        "whole_photos_ambiguous": _("对应多条记录的照片数"),
    }
