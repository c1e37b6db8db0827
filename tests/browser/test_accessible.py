"""For everyone: axe finds nothing serious on any page in either language, and the language is the browser's, then the person's."""

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from core import package_folder, publication
from core.database import Database
from core.public.page import SENTENCES
from core.vocabulary import Role
from tests.browser.conftest import app, reader, settled
from tests.builders import NAMELESS, SECRET, TERM, TOO_FAST, WRONG_BIRTH, a_desk, a_filing, people, released
from tests.builders_packages import a_full, a_number, certificates
from tests.builders_service import a_service
from tests.pages.test_access import TABLE

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
OF_STREAMLIT = (
    ("list", "[data-testid=stSidebarNavItems]", "the menu's sections are boxes in a list"),
    ("listitem", "[data-testid=stSidebarNavItems]", "and its links items in these boxes"),
)
"""What axe finds in widgets that are Streamlit's own and we cannot change: rule, selector, and why it is let be."""
_RUN = """async left_out => {
    const told = await axe.run(document, {resultTypes: ["violations"]});
    return told.violations.filter(each => ["serious", "critical"].includes(each.impact)).flatMap(each =>
        each.nodes.filter(node => !(left_out[each.id] || []).some(out => document.querySelector(node.target.at(-1))?.closest(out)))
            .map(node => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 300)}`));
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("accessible")
    desk = a_desk(folder)
    a_filing(desk, people(8), approved=True)
    released(desk, TERM, counted=publication.ready(desk, TERM))
    faults = enumerate((NAMELESS, WRONG_BIRTH, TOO_FAST, SECRET))
    faulty = [record for place, fault in faults for record in people(2, first=20 + 5 * place, **fault)]
    a_filing(desk, [*people(5, first=50), *faulty], approved=True, name="second.csv")
    a_filing(desk, people(3, first=90, institution="10384"), institution="10384", name="third.csv")
    desk.db.close()
    with app(folder / "store") as address:
        yield address


def faults(page: Page) -> list[str]:
    """What axe finds on the page, serious or critical; looked at once more a second later, for what had not come to rest."""
    page.evaluate(AXE)
    left_out: dict[str, list[str]] = {}
    for rule, selector, _ in OF_STREAMLIT:
        left_out.setdefault(rule, []).append(selector)
    if page.evaluate(_RUN, left_out):
        page.wait_for_timeout(1_000)
    return page.evaluate(_RUN, left_out)


@pytest.mark.parametrize(("language", "screens"), [("zh", set(TABLE)), ("en", {"overview", "calendar", "filings", "people"})], ids=["zh", "en"])
def test_axe_finds_nothing_serious_on_any_screen(browser: Browser, address: str, language: str, screens: set[str]):
    found: dict[str, list[str]] = {}
    for who, role in (("operator", Role.OPERATOR), ("administrator", Role.ADMINISTRATOR)):
        with reader(browser, language, who) as page:
            for name in [name for name, roles in TABLE.items() if name in screens and role in roles and name not in found]:
                page.goto(f"{address}/{name}?lang={language}")
                page.locator("[data-testid=stMain] [data-testid=stCaptionContainer]").first.wait_for(timeout=10_000)
                settled(page)
                found[name] = faults(page)

    assert set(found) == screens
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_serious_on_the_pages_of_the_door(browser: Browser, address: str, language: str):
    found = {}
    with reader(browser, language) as page:
        page.goto(f"{address}/password?lang={language}")
        found["password"] = faults(page)
        page.context.clear_cookies()
        page.goto(f"{address}/sign-in?lang={language}")
        found["sign-in"] = faults(page)
        page.locator("#name").fill("nobody")
        page.locator("#password").fill("wrong")
        page.get_by_role("button").first.click()
        page.get_by_role("alert").wait_for()
        found["refused"] = faults(page)

    assert {name: told for name, told in found.items() if told} == {}


def test_axe_finds_nothing_serious_on_the_public_lookup(browser: Browser, tmp_path: Path):
    db, root = Database.open(tmp_path / "store"), tmp_path / "packages"
    package_folder.release(root, a_full(db, root, certificates(n1="张明")))
    db.close()
    found = {}
    with a_service(root, tmp_path / "own") as service, reader(browser, "zh") as page:
        for place, language in enumerate(("zh", "en")):
            page.goto(f"http://127.0.0.1:{service.port}/?lang={language}")
            found[language] = faults(page)
            for name in ("张明", "张明明"):
                page.get_by_label(SENTENCES["name"][place], exact=True).fill(name)
                page.get_by_label(SENTENCES["number"][place], exact=True).fill(a_number("n1"))
                page.get_by_role("button", name=SENTENCES["ask"][place]).click()
                page.get_by_role("status").wait_for()
                found[f"{language} {name}"] = faults(page)

    assert {name: told for name, told in found.items() if told} == {}


def test_the_language_is_the_browsers_until_somebody_switches_and_then_theirs(browser: Browser, address: str):
    with reader(browser, "en", "analyst") as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
        page.get_by_text("中文", exact=True).click()
        expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible()
        settled(page)

    with reader(browser, "en", "analyst") as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible()
    with reader(browser, "zh", "enquiry") as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible()
