"""ID documents whose number, type and holder's details do not fit together (article 2). Declarations only."""

import polars as pl

from core.rules import Context, rule
from core.rules._identity import birth, eighteen, fifteen, given, has_birth_and_sex, man, sound
from core.rules._readable import born_fits, codes, stamp
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_NUMBER = pl.col("id_number")
_TYPE = pl.col("id_type")
_COUNTRY = pl.col("country")
_CARD = _TYPE == "01"
_RESIDENTS_FROM = {"81": "344", "82": "446", "83": "158"}
_WOMAN = {"XBM": "2", "XB": "女"}
_NO_STATUS = {"ZZMMM": None, "ZZMM": None}
_HONG_KONG = {"GBM": "344", "GB": "中国香港", **_NO_STATUS}
_TAIWAN = {"GBM": "158", "GB": "中国台湾", **_NO_STATUS}
_TRAVEL_PERMIT = {"ZJLXM": "04", "ZJLX": "港澳居民来往内地通行证"}
_PERMIT = {"ZJLXM": "08", "ZJLX": "港澳台居民居住证", **_NO_STATUS}
_FOREIGNER = {"ZJLXM": "07", "ZJLX": "外国人永久居留身份证", "MZM": None, "MZ": None, **_NO_STATUS}
_CANADIAN = {**_FOREIGNER, "GBM": "124", "GB": "加拿大"}
_PASSPORT = {"ZJLXM": "06", "ZJLX": "护照"}
_STANDARD = {"ZJHM": "11010519491231002X", "CSRQ": "19491231", **_WOMAN}


def _province_codes(context: Context) -> list[str]:
    provinces = context.reference.table("provinces")
    return provinces.filter(pl.col("synthetic") == "0")["code"].to_list()


def _region_is_known(context: Context) -> pl.Expr:
    provinces = _province_codes(context)
    region = _NUMBER.str.slice(0, 2)
    abroad = _NUMBER.str.starts_with("9") & _NUMBER.str.slice(1, 2).is_in(provinces)
    return region.is_in([*provinces, "71", *_RESIDENTS_FROM]) | (eighteen() & abroad)


@rule(
    "A11", cls=INACCURATE, fields=("ZJHM",),
    zh="居民身份证号码位数、字符或校验位错误，请按证件改正。",
    en="The ID card number has a wrong length, character or check character; please correct it to the card.",
    when=lambda _: _CARD & given(),
    passes=(
        {"ZJHM": "110101200303072137"},
        _STANDARD,
        {**_STANDARD, "ZJHM": "11010519491231002x"},
        {**_STANDARD, "ZJHM": "１１０１０５１９４９１２３１００２Ｘ"},
        {"ZJHM": "110101199003072172", "CSRQ": "19900307"},
        {"ZJHM": "130503196704010016", "CSRQ": "19670401"},
    ),
    fails=(
        {**_STANDARD, "ZJHM": "110105194912310021"},
        {"ZJHM": "421127198908153013", "CSRQ": "19890815"},
        {"ZJHM": "11010120030307213"},
        {"ZJHM": "1101012003030721370"},
        {"ZJHM": "E12345678"},
        {"ZJHM": "1101012003030721a7"},
    ),
)
def card_number_is_sound(_: Context) -> pl.Expr:
    """GB 11643-1999, check character by ISO 7064 MOD 11-2; fifteen digits are A12's finding."""
    return sound() | fifteen()


@rule(
    "A12", cls=INACCURATE, fields=("ZJHM",),
    zh="居民身份证号码为15位旧号码，请改为18位号码。",
    en="The ID card number is an old one of 15 digits; please give the number of 18.",
    when=lambda _: _CARD & given(),
    passes=({"ZJHM": "130503196704010016", "CSRQ": "19670401"},),
    fails=({"ZJHM": "130503670401001", "CSRQ": "19670401"}, {**_STANDARD, "ZJHM": "110105491231002"}),
)
def card_number_is_not_an_old_one(_: Context) -> pl.Expr:
    """GB 11643-1989 numbers; paper cards have been invalid since 2013. Never replaced silently."""
    return ~fifteen()


@rule(
    "A13", cls=INACCURATE, fields=("ZJHM", "CSRQ"),
    zh="身份证件号码中的出生日期与出生日期不一致，请核对后改正。",
    en="The birth date differs from the one in the ID number; please check and correct.",
    when=lambda context: has_birth_and_sex() & born_fits(context),
    passes=(_STANDARD, {"ZJHM": "810000199408230021", "CSRQ": "19940823", **_WOMAN, **_PERMIT, **_HONG_KONG}),
    fails=(
        {"CSRQ": "20030703"},
        {"CSRQ": "20030308"},
        {"ZJHM": "932682198501010017", "CSRQ": "19850110", **_FOREIGNER, "GBM": "682", "GB": "沙特阿拉伯"},
    ),
)
def birth_date_is_the_one_in_the_number(_: Context) -> pl.Expr:
    """GB 11643-1999: positions 7 to 14; residence permits and cards of permanent residence have them too."""
    return birth() == stamp("born")


@rule(
    "A14", cls=INACCURATE, fields=("ZJHM", "XBM|XB"),
    zh="身份证件号码中的性别与性别不一致，请核对后改正。",
    en="The sex differs from the one in the ID number; please check and correct.",
    when=lambda _: has_birth_and_sex() & pl.col("sex").is_in(["1", "2"]),
    passes=(_STANDARD, {"XBM": None, "XB": "男"}),
    fails=({"XBM": "2", "XB": "女"}, {**_STANDARD, "XBM": "1", "XB": "男"}),
)
def sex_is_the_one_in_the_number(_: Context) -> pl.Expr:
    """GB 11643-1999: the sequence number is odd for men."""
    return man() == (pl.col("sex") == "1")


@rule(
    "A15", cls=INACCURATE, fields=("ZJHM",),
    zh="身份证件号码的前两位不是有效的地区代码，请核对号码。",
    en="The first digits of the ID number are no region; please check the number.",
    when=lambda _: has_birth_and_sex(),
    tables=("provinces",),
    passes=(
        {"ZJHM": "110101200303072137"},
        {"ZJHM": "911124198108030024", "CSRQ": "19810803", **_WOMAN, **_CANADIAN},
    ),
    fails=(
        {"ZJHM": "990124200303072135", **_CANADIAN},
        {"ZJHM": "160101200303072136"},
        {"ZJHM": "990124200303072135"},
    ),
)
def region_in_the_number_exists(context: Context) -> pl.Expr:
    """GB/T 2260, with 71, 81, 82, 83; in numbers beginning with 9 the region is positions 2 and 3."""
    return _region_is_known(context)


def _area_is_told(context: Context) -> pl.Expr:
    told = pl.lit(bool(codes(context.reference, "areas")))
    return told & _CARD & (eighteen() | fifteen()) & _NUMBER.str.slice(0, 2).is_in(_province_codes(context))


@rule(
    "A16", cls=NOTE, fields=("ZJHM",),
    zh="身份证件号码的前六位地区码未收录，请核对号码。",
    en="The six-digit area of the ID number is not on record; please check the number.",
    when=_area_is_told,
    tables=("areas", "provinces"),
    passes=({"ZJHM": "110101200303072137"},),
    fails=(
        {"ZJHM": "34052419800101001X", "CSRQ": "19800101"},
        {"ZJHM": "119999200303072177"},
    ),
)
def area_in_the_number_is_on_record(context: Context) -> pl.Expr:
    """GB/T 2260 over the years. A note only: genuine numbers with areas missing from every list exist."""
    return _NUMBER.str.slice(0, 6).is_in(codes(context.reference, "areas"))


@rule(
    "A17", cls=INACCURATE, fields=("ZJLXM|ZJLX", "ZJHM"),
    zh="身份证件类型与证件号码不符，请核对类型和号码。",
    en="The ID number does not fit the type of document; please check both.",
    when=lambda _: _TYPE.is_not_null() & given(),
    tables=("id_documents", "provinces"),
    passes=(
        {**_PASSPORT, "ZJHM": "E12345678"},
        {"ZJLXM": None, "ZJLX": "护照", "ZJHM": "EA1234567"},
        {**_TRAVEL_PERMIT, "ZJHM": "H12345678", **_HONG_KONG},
        {"ZJLXM": "02", "ZJLX": "军官证", "ZJHM": "军字第2001988号"},
        {**_PERMIT, "ZJHM": "830000199201300022", "CSRQ": "19920130", **_WOMAN, **_TAIWAN},
        {**_FOREIGNER, "ZJHM": "932682198501010017", "CSRQ": "19850101", "GBM": "682", "GB": "沙特阿拉伯"},
        {**_CANADIAN, "ZJHM": "CAN110081080301"},
        {"ZJLXM": "07", "ZJLX": "其他", "ZJHM": "示范证第5号"},
        {**_CANADIAN, "ZJLXM": "99", "ZJHM": "911124198108030024", "CSRQ": "19810803", **_WOMAN},
    ),
    fails=(
        {**_PASSPORT, "ZJHM": "护照E1"},
        {**_PASSPORT, "ZJHM": "110101200303072137"},
        {"ZJLXM": "99", "ZJLX": "其他", "ZJHM": "110101200303072137"},
        {**_TRAVEL_PERMIT, "ZJHM": "12345678", **_HONG_KONG},
        {**_PERMIT, "ZJHM": "830000199201300021", "CSRQ": "19920130", **_WOMAN, **_TAIWAN},
        {"ZJLXM": "88", "ZJLX": None, "ZJHM": "E12345678"},
        {"ZJHM": "932682198501010017", "CSRQ": "19850101"},
    ),
)
def number_fits_the_type(context: Context) -> pl.Expr:
    """Patterns of the table id_documents (manual table 3.2.1). A card's own form is A11's finding."""
    documents = context.reference.table("id_documents").filter(pl.col("code") != "01")
    other = pl.when(~_CARD).then(_NUMBER)
    foreigner = _NUMBER.str.starts_with("9") & _NUMBER.str.slice(1, 2).is_in(_province_codes(context)) & sound()
    fits = pl.when(_CARD).then(~foreigner)
    for code, pattern in documents.select("code", "pattern").iter_rows():
        fits = fits.when(_TYPE == code).then(other.str.contains(pattern or ""))
    unsound_permit = _TYPE.is_in(["07", "08"]) & eighteen() & ~sound()
    citizen = ~_TYPE.is_in(["01", "07", "08"]) & sound() & _NUMBER.str.slice(0, 2).is_in(_province_codes(context))
    return fits.otherwise(False) & ~unsound_permit & ~citizen


def _country_is_told(context: Context) -> pl.Expr:
    known = _COUNTRY.is_in(codes(context.reference, "countries"))
    card = _CARD & (fifteen() | (eighteen() & ~_NUMBER.str.starts_with("9")))
    return known & given() & (card | _TYPE.is_in(["04", "05", "07", "08"]))


@rule(
    "A18", cls=INACCURATE, fields=("ZJLXM|ZJLX", "GBM|GB", "ZJHM"),
    zh="身份证件与国家或地区不符，请核对后改正。",
    en="The ID document does not fit the country or region; please check and correct.",
    when=_country_is_told,
    tables=("countries",),
    passes=(
        {"GBM": "156", "GB": "中国"},
        {"ZJHM": "810000199408230021", "CSRQ": "19940823", **_WOMAN, **_HONG_KONG},
        {**_CANADIAN, "ZJHM": "911124198108030024", "CSRQ": "19810803", **_WOMAN},
        {**_PASSPORT, "ZJHM": "E12345678", "GBM": "156", "GB": "中国"},
    ),
    fails=(
        {"GBM": "124", "GB": "加拿大", **_NO_STATUS},
        {**_TRAVEL_PERMIT, "ZJHM": "M12345678", "GBM": "156", "GB": "中国"},
        {"ZJLXM": "05", "ZJLX": "台湾居民来往大陆通行证", "ZJHM": "12345678", **_HONG_KONG},
        {**_PERMIT, "ZJHM": "830000199201300022", "CSRQ": "19920130", **_WOMAN, **_HONG_KONG},
        {**_CANADIAN, "ZJHM": "911124198108030024", "CSRQ": "19810803", **_WOMAN, "GBM": "840", "GB": "美国"},
    ),
)
def country_fits_the_document(context: Context) -> pl.Expr:
    """Check A18 of the rule list. Numbers from 81, 82, 83 tell the region, those from 9 the nationality.

    A number of another kind under a permit's type is A17's finding.
    """
    from_eight = pl.when(_NUMBER.str.starts_with("8")).then(_NUMBER)
    region = from_eight.str.slice(0, 2).replace_strict(_RESIDENTS_FROM, default=None, return_dtype=pl.String)
    alpha3 = dict(context.reference.table("countries").select("alpha3", "code").iter_rows())
    foreigner = pl.when(_TYPE == "07").then(_NUMBER)
    nationality = pl.when(foreigner.str.starts_with("9")).then(foreigner.str.slice(3, 3)).otherwise(
        foreigner.str.slice(0, 3).replace_strict(alpha3, default=None, return_dtype=pl.String)
    )
    return (
        pl.when(_TYPE == "04").then(_COUNTRY.is_in(["344", "446"]))
        .when(_TYPE == "05").then(_COUNTRY == "158")
        .when(_TYPE == "07").then((nationality == _COUNTRY).fill_null(True))
        .when(_TYPE == "08").then((region == _COUNTRY).fill_null(True))
        .otherwise(_COUNTRY == region.fill_null("156"))
    )
