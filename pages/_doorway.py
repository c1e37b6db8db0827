"""What the sign-in page and the page for choosing a password look like, in both languages.

Must not know whether anyone gets in.
"""

import secrets
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

import polars as pl
from starlette.responses import HTMLResponse

from core.demo import staff
from core.passwords import SHORTEST
from pages._words import LANGUAGES, _

_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · {desk}</title><style nonce="{nonce}">
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: flex; align-items: center; justify-content: center; background: #F3F5F8;
  color: #1E2530; font: 14px/1.5 "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }}
main {{ display: flex; gap: 2.5rem; background: #FFF; border: 1px solid #D8DEE6; border-radius: 4px; padding: 1.8rem 2.2rem; }}
h1 {{ font-size: 1.35rem; margin: 0 0 .2rem; }} h2 {{ font-size: 1rem; margin: 0 0 .4rem; }}
p {{ margin: 0 0 1rem; color: #4A5564; max-width: 22rem; }}
label {{ display: block; margin: .6rem 0 .2rem; }}
input[type=text], input[type=password], select {{ display: block; width: 18rem; padding: .45rem .55rem; font: inherit; border: 1px solid #8A95A5;
  border-radius: 4px; background: #FFF; color: inherit; }}
button, a.way {{ display: inline-block; margin-top: 1rem; padding: .45rem 1.4rem; font: inherit; color: #FFF; background: #1F5A99;
  border: 1px solid #1F5A99; border-radius: 4px; cursor: pointer; text-decoration: none; }}
.way, section button {{ background: #FFF; color: #1F5A99; }}
section {{ border-left: 1px solid #D8DEE6; padding-left: 2.5rem; }}
section button {{ margin: 0; padding: .12rem .8rem; }} section select {{ display: inline-block; width: 15rem; padding: .2rem .4rem; }}
[hidden] {{ display: none !important; }}
td {{ padding: .14rem 1.1rem .14rem 0; }} code {{ white-space: nowrap; font-family: Consolas, Menlo, "DejaVu Sans Mono", monospace; }}
[role=alert] {{ background: #FDECEA; border: 1px solid #E5A39B; color: #8C1D10; padding: .5rem .7rem; border-radius: 4px;
  margin: .6rem 0 0; max-width: 22rem; }}
[role=note] {{ background: #E9F1F9; border: 1px solid #B4CBE3; padding: .5rem .7rem; border-radius: 4px; margin: .6rem 0; max-width: 22rem; }}
nav {{ margin-top: 1.4rem; }} nav a {{ color: #1F5A99; margin-right: 1rem; }}
:focus-visible {{ outline: 2px solid #1F5A99; outline-offset: 2px; }}
</style></head><body><main>{main}</main></body></html>"""


def sign_in_page(
    lang: str, onward: str, *, demo: pl.DataFrame | None, provider: str | None, refusal: str | None, announced: Sequence[str] = ()
) -> HTMLResponse:
    """What is announced; account and password; the way to the agency's provider where one is set; in a demo, its accounts."""
    way = f' <a class="way" href="{escape(provider)}">{_("统一身份认证登录", lang)}</a>' if provider else ""
    notes = "".join(f'<div role="note">{escape(text)}</div>' for text in announced)
    form = (
        f"<div><h1>{_('学位证书信息管理', lang)}</h1>{notes}"
        f"<p>{_('请用本人账号登录。', lang)}</p>{_told(refusal)}"
        f'<form method="post" action="/sign-in">{_hidden(lang, onward)}'
        f"{_field('text', 'name', _('账号', lang), 'username', focus=True)}"
        f"{_field('password', 'password', _('口令', lang), 'current-password')}"
        f'<button>{_("登录", lang)}</button>{way}</form><nav>{_languages("/sign-in", onward)}</nav></div>'
    )
    shown = demo is not None and not demo.is_empty()
    return _page(lang, _("登录", lang), form + (_of_demo(lang, onward, demo) if shown else ""))


def password_page(lang: str, onward: str, *, account: str, must: bool, refusal: str | None) -> HTMLResponse:
    """The present password and a new one, typed twice; `must` says why it is asked for."""
    why = _("这是一次性口令，请先换成自己的口令。", lang) if must else _("修改后，其他地方的登录一律退出。", lang)
    rules = _("至少{n}个字符，可用任何字符和空格；不要用常见的、有规律的，或含有账号和姓名的口令。", lang).format(n=SHORTEST)
    back = "" if must else f'<a href="/">{_("返回", lang)}</a>'
    form = (
        f"<div><h1>{_('修改口令', lang)}</h1><p>{why}</p><p>{rules}</p>{_told(refusal)}"
        f'<form method="post" action="/password">{_hidden(lang, onward)}'
        f'<input type="text" name="username" autocomplete="username" value="{escape(account)}" hidden>'
        f"{_field('password', 'password', _('现用口令', lang), 'current-password', focus=True)}"
        f"{_field('password', 'anew', _('新口令', lang), 'new-password')}"
        f"{_field('password', 'again', _('再填一次新口令', lang), 'new-password')}"
        f'<button>{_("修改口令", lang)}</button></form><nav>{_languages("/password", onward)}{back}</nav></div>'
    )
    return _page(lang, _("修改口令", lang), form)


def _of_demo(lang: str, onward: str, demo: pl.DataFrame) -> str:
    """The accounts of the demo, each with a way in; those of the provinces in one line."""
    enter = _("以此登录", lang)
    centre = [
        f"<tr><td>{escape(name)}</td><td><code>{escape(key)}</code></td>"
        f'<td><button name="name" value="{escape(key)}" aria-label="{enter} {escape(key)}">{enter}</button></td></tr>'
        for key, name in demo.filter(pl.col("province").is_null()).select("key", lang).iter_rows()
    ]
    provinces = [
        f'<option value="{escape(key)}">{escape(name)}</option>'
        for key, name in demo.filter(pl.col("province").is_not_null()).select("key", lang).iter_rows()
    ]
    start = f'<form method="post" action="/sign-in">{_hidden(lang, onward)}' + (
        f'<input type="hidden" name="password" value="{escape(staff.PASSWORD)}">'
    )
    told = _("演示数据，人员均为虚构。口令都是 {password}", lang).format(password=f"<code>{escape(staff.PASSWORD)}</code>")
    return (
        f"<section><h2>{_('演示账号', lang)}</h2><p>{told}</p>{start}<table>{''.join(centre)}</table></form>"
        f'{start}<label for="province">{_("省级学位办", lang)}</label>'
        f'<select id="province" name="name">{"".join(provinces)}</select> <button>{enter}</button></form></section>'
    )


def _field(kind: str, name: str, label: str, known: str, *, focus: bool = False) -> str:
    return (
        f'<label for="{name}">{label}</label><input type="{kind}" id="{name}" name="{name}" autocomplete="{known}" required '
        f'maxlength="128" spellcheck="false" autocapitalize="off"{" autofocus" if focus else ""}>'
    )


def _hidden(lang: str, onward: str) -> str:
    return f'<input type="hidden" name="lang" value="{lang}"><input type="hidden" name="next" value="{escape(onward)}">'


def _languages(path: str, onward: str) -> str:
    return "".join(
        f'<a href="{path}?lang={code}&amp;next={quote(onward, safe="")}" lang="{code}">{word}</a>' for code, word in LANGUAGES.items()
    )


def _told(refusal: str | None) -> str:
    return f'<div role="alert">{escape(refusal)}</div>' if refusal else ""


def _page(lang: str, title: str, main: str) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    content = _PAGE.format(
        lang={"zh": "zh-CN", "en": "en"}[lang], title=title, desk=_("学位证书信息管理", lang), nonce=nonce, main=main
    )
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    return HTMLResponse(content, headers={"Content-Security-Policy": policy})
