"""The page of the lookup (学位证书查询) and every sentence the lookup says, in both languages.

Must not know how a certificate is found.
"""

import re
from collections.abc import Callable
from html import escape

from core.public.image import About
from core.record import COLUMNS

ONE, NONE = ("唯一匹配", "One match"), ("无匹配", "No match")

SENTENCES = {
    "title": ("学位证书查询", "Degree certificate lookup"),
    "name": ("姓名", "Name"),
    "number": ("学位证书编号", "Certificate number"),
    "ask": ("查询", "Look up"),
    "hint": (
        "姓名与学位证书编号须同时相符；全角、空格、大小写和间隔号的写法不影响查询。",
        "Name and certificate number must both be right; full width, spaces, case and separators do not matter.",
    ),
    "one": ("姓名与证书编号相符，证书内容如下。", "Name and number agree; this is the certificate's content."),
    "none": (
        "没有查到姓名与证书编号同时相符的证书信息。这不等于证书不实：请核对后重查，或向学位授予单位咨询。",
        "No certificate on line has this name and this number. That does not make a certificate false: check both and try "
        "again, or ask the granting institution.",
    ),
    "photo": ("照片", "Photo"),
    "as_of": ("数据截至{day}，第{package}号发布包，共{records:,}条。", "As of {day}, release {package}, {records:,} certificates."),
    "scope": ("查询范围：2008年9月1日以来授予并已上网的学位。", "Scope: degrees conferred since 1 September 2008 that are on line."),
    "other": ("English", "中文"),
}
REFUSALS = {
    400: ("请同时填写姓名和学位证书编号。", "Please give both the name and the certificate number."),
    404: ("没有这个页面。请从首页查询。", "There is no such page. Please start from the first page."),
    405: ("不能这样访问。请在首页填写姓名和证书编号后查询。", "This cannot be asked in that way. Please use the form on the first page."),
    413: ("提交的内容过长。请只填写姓名和证书编号。", "Too much was sent. Please give only the name and the certificate number."),
    415: ("不能识别提交的格式。请用首页的表单，或提交JSON。", "The format is not understood. Use the form on the first page, or send JSON."),
    429: ("查询过于频繁，请一分钟后再试。", "Too many lookups. Please try again in a minute."),
    500: ("系统出错，请稍后再试。", "Something went wrong. Please try again later."),
    503: ("查询数据正在准备，请稍后再试。", "The data are being prepared. Please try again later."),
}
LANGUAGES = ("zh", "en")
_DAYS, _DAY = {"CSRQ", "HXWRQ"}, re.compile(r"(\d{4})(\d{2})(\d{2})")


def ask(language: str, about: About | None, *, answer: str = "", name: str = "", number: str = "") -> bytes:
    """The page as HTML: the form, what was typed in it, and the answer when there is one."""
    say = _sayer(language)
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    as_of = say("as_of").format(day=about.made_at[:10], package=about.package, records=about.records) if about else ""
    return f"""<!DOCTYPE html>
<html lang="{'zh-CN' if language == 'zh' else 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{say('title')}</title><link rel="stylesheet" href="/style.css"></head>
<body>
<header><h1>{say('title')}</h1><a href="/?lang={other}" hreflang="{other}">{say('other')}</a></header>
<main>
<form method="post" action="/?lang={language}" autocomplete="off">
<label>{say('name')}<input name="name" value="{escape(name)}" required maxlength="200" autofocus></label>
<label>{say('number')}<input name="number" value="{escape(number)}" required maxlength="100"></label>
<button>{say('ask')}</button>
</form>
<p class="hint">{say('hint')}</p>
{answer}
<footer><p>{say('scope')} {escape(as_of)}</p></footer>
</main>
</body></html>
""".encode()


def found(language: str, certificate: dict[str, str], photo: str | None) -> str:
    """The answer 唯一匹配 with the certificate and, at this address, its photo."""
    say = _sayer(language)
    lines = "".join(
        f"<tr><th scope=\"row\">{escape(column.zh if language == 'zh' else column.en)}</th><td>{escape(_shown(code, certificate[code]))}</td></tr>"
        for code, column in COLUMNS.items() if column.public and code in certificate
    )
    picture = f'<img src="{photo}" alt="{say("photo")}">' if photo else ""
    return f'{_said(language, ONE, say("one"))}<div class="certificate"><table>{lines}</table>{picture}</div>'


def not_found(language: str) -> str:
    """The answer 无匹配, the same for every reason."""
    return _said(language, NONE, _sayer(language)("none"))


def refused(language: str, status: int) -> str:
    """What is said instead of an answer."""
    return _said(language, ("", ""), REFUSALS[status][LANGUAGES.index(language)])


def _said(language: str, word: tuple[str, str], sentence: str) -> str:
    strong = word[LANGUAGES.index(language)]
    return f'<p class="answer" role="status">{f"<strong>{strong}</strong>" if strong else ""}{sentence}</p>'


def _shown(code: str, value: str) -> str:
    day = _DAY.fullmatch(value) if code in _DAYS else None
    return "-".join(day.groups()) if day else value


def _sayer(language: str) -> Callable[[str], str]:
    place = LANGUAGES.index(language)
    return lambda key: SENTENCES[key][place]
