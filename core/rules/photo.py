"""Photos (电子照片) that are missing, unreadable, of the wrong size, blank, or somebody else's. Declarations only.

Findings of single records name ZJHM, which every layout has: photos are named by it. ZP is not in every layout.
"""

from datetime import date

import polars as pl

from core.rules import Context, Example, Sight, rule
from core.vocabulary import FindingClass, Remedy

INCOMPLETE, INACCURATE, NOTE = FindingClass.INCOMPLETE, FindingClass.INACCURATE, FindingClass.NOTE

_KB = 1024
_NOW, _LEGACY, _PRINT = (480, 640), (150, 210), (390, 567)
"""Width and height of the profile in force, of 学位中心〔2009〕34号, and of the print on paper certificates (小2寸)."""
_LEGACY_UNTIL = date(2019, 1, 1)
_SOUND: Example = {
    "known_photos": "1", "known_photo_readable": "true", "known_photo_width": "480", "known_photo_height": "640",
    "known_photo_bytes": "40960", "known_photo_contrast": "45.5", "known_photo_twin": "false",
}
_OF_2018: Example = {
    "CSRQ": "19960307", "ZJHM": "110101199603072133", "KSH": "14110101150001", "RXNY": "201409", "XH": "2014010001",
    "BYNY": "201806", "HXWRQ": "20180620", "XWZSBH": "8090142018000123",
}


def _sized(width: int, height: int, size: int) -> Example:
    return {
        **_SOUND, "known_photo_width": str(width), "known_photo_height": str(height), "known_photo_bytes": str(size),
    }


def _has_photo(_: Context) -> pl.Expr:
    return pl.col("known_photos") > 0


def _decodes(_: Context) -> pl.Expr:
    return (pl.col("known_photos") > 0) & pl.col("known_photo_readable")


@rule(
    "I12", cls=INCOMPLETE, fields=("ZJHM",),
    zh="缺少电子照片，请补报以身份证件号码命名的照片。",
    en="The photo is missing; please supply one named by the ID number.",
    sight=Sight.PHOTO, silent_fails=True, remedies=(Remedy.PHOTO,),
    passes=(_SOUND, {**_SOUND, "known_photos": "2"}), fails=({"known_photos": "0"}, {}),
)
def photo_is_given(_: Context) -> pl.Expr:
    """Check I12 of the rule list; the photo is part of the certificate by 学位〔2015〕18号."""
    return pl.col("known_photos").fill_null(0) > 0


@rule(
    "A43", cls=INACCURATE, fields=("ZJHM",),
    zh="电子照片无法识别或不是JPG格式，请更换照片。",
    en="The photo cannot be read or is no JPEG; please replace it.",
    when=_has_photo, sight=Sight.PHOTO, remedies=(Remedy.PHOTO,),
    passes=(_SOUND,), fails=({"known_photos": "1", "known_photo_readable": "false"},),
)
def photo_is_a_sound_jpeg(_: Context) -> pl.Expr:
    """Check A43 of the rule list; JPG by 学位中心〔2009〕34号. Progressive and CMYK ones are sound."""
    return pl.col("known_photo_readable")


def _alike(one: pl.Expr, wanted: float, context: Context) -> pl.Expr:
    """Within the leeway of a length or an aspect, its ends included."""
    return ((one / wanted - 1).abs() * 100).round(6) <= context.settings["photo_aspect"]


def _shaped(profile: tuple[int, int], context: Context) -> pl.Expr:
    width, height = profile
    return _alike(pl.col("known_photo_width") / pl.col("known_photo_height"), width / height, context)


def _measures(profile: tuple[int, int], context: Context) -> pl.Expr:
    width, height = profile
    sides = _alike(pl.col("known_photo_width"), width, context) & _alike(pl.col("known_photo_height"), height, context)
    return _shaped(profile, context) & sides


def _current(context: Context) -> pl.Expr:
    lowest, highest = context.settings["photo_kb_lowest"], context.settings["photo_kb_highest"]
    return _measures(_NOW, context) & pl.col("known_photo_bytes").is_between(lowest * _KB, highest * _KB)


def _legacy(context: Context) -> pl.Expr:
    return _measures(_LEGACY, context) & (pl.col("known_photo_bytes") <= context.settings["photo_kb_legacy"] * _KB)


def _only_dated_or_large(context: Context) -> pl.Expr:
    larger = [_shaped(each, context) & (pl.col("known_photo_width") > each[0]) for each in (_NOW, _LEGACY)]
    known = _measures(_NOW, context) | _measures(_LEGACY, context)
    return _legacy(context) | (~known & pl.any_horizontal(*larger)) | _measures(_PRINT, context)


@rule(
    "A44", cls=INACCURATE, fields=("ZJHM",),
    zh="电子照片的像素或文件大小不合要求，请更换为480×640像素的照片。",
    en="The photo's pixels or file size are out of range; please replace it by one of 480×640 pixels.",
    when=_decodes, soft=_only_dated_or_large, sight=Sight.PHOTO, remedies=(Remedy.PHOTO,),
    passes=(
        _SOUND, _sized(480, 640, 10_240), _sized(480, 640, 204_800), _sized(472, 640, 40_000), _sized(480, 645, 40_000),
        {**_OF_2018, **_sized(150, 210, 9_000)}, {**_OF_2018, **_sized(150, 210, 30_720)}, {**_OF_2018, **_SOUND},
    ),
    fails=(
        _sized(480, 640, 10_239), _sized(480, 640, 204_801), _sized(640, 480, 40_000), _sized(240, 320, 40_000),
        _sized(480, 480, 40_000), _sized(150, 210, 30_721), _sized(120, 168, 9_000), _sized(495, 625, 40_000),
        {**_OF_2018, **_sized(150, 210, 30_721)}, {**_OF_2018, **_sized(210, 150, 9_000)},
    ),
    soft_fails=(
        _sized(150, 210, 9_000), _sized(390, 567, 40_000), _sized(960, 1280, 400_000), _sized(300, 420, 40_000),
        {**_OF_2018, **_sized(390, 567, 40_000)},
    ),
)
def photo_fits_a_profile(context: Context) -> pl.Expr:
    """Check A44 of the rule list: 教毕指〔2017〕99号 (480×640), or before 2019 学位中心〔2009〕34号 (150×210).

    Only a note: 150×210 since 2019, the size printed on paper certificates (390×567), and larger photos of either shape.
    """
    dated = (pl.col("conferred") < _LEGACY_UNTIL).fill_null(False)
    return _current(context) | (dated & _legacy(context))


@rule(
    "A45", cls=NOTE, fields=("ZJHM",),
    zh="电子照片几乎只有一种颜色，可能是空白照片，请核对后更换。",
    en="The photo is of nearly one colour and may be blank; please check and replace it.",
    when=_decodes, sight=Sight.PHOTO, remedies=(Remedy.PHOTO,),
    passes=(_SOUND, {**_SOUND, "known_photo_contrast": "8"}),
    fails=({**_SOUND, "known_photo_contrast": "0"}, {**_SOUND, "known_photo_contrast": "7.99"}),
)
def photo_shows_something(context: Context) -> pl.Expr:
    """Check A45 of the rule list; the least contrast is the centre's. Whether a face is on it is not judged."""
    return pl.col("known_photo_contrast") >= context.settings["photo_contrast"]


def _photos_counted(_: Context) -> pl.Expr:
    return pl.col("whole_photos_unmatched").is_not_null() | pl.col("whole_photos_ambiguous").is_not_null()


@rule(
    "A46", cls=INACCURATE, fields=("ZP",),
    zh="有照片的文件名对不上任何记录，或同时对上多人，请改正文件名或照片文件名称（ZP）后重新报送照片。",
    en="Some photos fit no record, or several persons; please correct their names or ZP and supply the photos again.",
    when=_photos_counted, soft=lambda _: pl.col("whole_photos_ambiguous").fill_null(0) == 0, sight=Sight.WHOLE,
    remedies=(Remedy.PHOTO, Remedy.CHANGE),
    passes=({}, {"whole_photos_unmatched": "0", "whole_photos_ambiguous": "0"}),
    fails=(
        {"whole_photos_unmatched": "0", "whole_photos_ambiguous": "1"},
        {"whole_photos_unmatched": "3", "whole_photos_ambiguous": "2"},
    ),
    soft_fails=({"whole_photos_unmatched": "1", "whole_photos_ambiguous": "0"},),
)
def every_photo_is_somebodys(_: Context) -> pl.Expr:
    """Check A46 of the rule list. Files nobody misses are only a note: who is left without a photo has I12."""
    return (pl.col("whole_photos_unmatched").fill_null(0) == 0) & (pl.col("whole_photos_ambiguous").fill_null(0) == 0)


@rule(
    "X08", cls=INACCURATE, fields=("ZJHM",),
    zh="本批次中不同人员使用同一张照片，请核对后更换照片。",
    en="The same photo is another person's in this filing; please check and replace it.",
    when=_has_photo, sight=Sight.PHOTO, remedies=(Remedy.PHOTO, Remedy.WITHDRAW),
    passes=(_SOUND,), fails=({**_SOUND, "known_photo_twin": "true"},),
)
def photo_is_nobody_elses(_: Context) -> pl.Expr:
    """Check X08 of the rule list: the very same file. Records of one person may share it."""
    return ~pl.col("known_photo_twin").fill_null(False)
