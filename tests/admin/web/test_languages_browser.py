"""A further language is data: pages, forms and receipt, from right to left and in columns.

Nobody's words: the two languages of tests/pseudo.py, on a site and an app that know nothing of them
but what stands in their data.
"""

import pytest

from tests.live import on_a_port, serving
from tests.once import made_once
from tests.pages.conftest import build_well
from tests.pages.walks import violations
from tests.pseudo import BOTH, PAGES, VERTICAL, make_third

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
# What lies beyond the screen across the way in which the page is scrolled, and what covers what.
FAULTS = """isVertical => {
  const seen = [...document.querySelectorAll('body *')].filter(one => {
    const style = getComputedStyle(one);
    // What is folded up has a place all the same.
    return one.checkVisibility() && one.getClientRects().length && style.visibility === 'visible'
      && !one.closest('.visually-hidden, .skip, svg, noscript, option, [hidden]');
  });
  const across = one => {
    const box = one.getBoundingClientRect();
    return isVertical ? [box.top, box.bottom, innerHeight] : [box.left, box.right, innerWidth];
  };
  const beyond = seen.filter(one => {
    const [first, last, most] = across(one);
    return first < -0.5 || last > most + 0.5;
  });
  const root = document.documentElement;
  const pressed = seen.filter(one => one.matches('a, button, input, select, textarea, .choice'));
  const covered = [];
  for (const [at, one] of pressed.entries()) {
    const mine = [...one.getClientRects()];
    for (const other of pressed.slice(at + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      if (one.closest('.top') !== other.closest('.top')) continue;
      // By line: a link in running words may end where the next one begins.
      const meets = [...other.getClientRects()].some(its => mine.some(line =>
        Math.min(line.right, its.right) - Math.max(line.left, its.left) > 1
        && Math.min(line.bottom, its.bottom) - Math.max(line.top, its.top) > 1));
      if (meets) covered.push([one.outerHTML, other.outerHTML]);
    }
  }
  const clipped = seen.filter(one => one.matches('button, a, .choice, h1, h2, b, select')
    && getComputedStyle(one).overflowX !== 'visible'
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1));
  const told = rows => rows.slice(0, 5).map(one => one.outerHTML.slice(0, 160));
  return {
    wide: isVertical ? root.scrollHeight > root.clientHeight : root.scrollWidth > root.clientWidth,
    beyond: told(beyond), covered: covered.slice(0, 5), clipped: told(clipped),
  };
}"""
NOTHING = {"wide": False, "beyond": [], "covered": [], "clipped": []}
# How the digits of a receipt lie: each group after the one before, each digit after its neighbour.
ORDER = """isVertical => {
  const range = document.createRange();
  const [groups, inside] = [[], []];
  for (const one of document.querySelectorAll('#receipt li')) {
    const box = one.getBoundingClientRect();
    groups.push(isVertical ? [box.left, box.top] : [box.top, box.left]);
    const at = [];
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      for (let place = 0; place < text.length; place += 1) {
        range.setStart(text, place);
        range.setEnd(text, place + 1);
        const drawn = range.getBoundingClientRect();
        if (/[0-9]/.test(text.data[place])) at.push(isVertical ? drawn.top : drawn.left);
      }
    }
    inside.push(at.length === 6 && at.every((place, number) => !number || place > at[number - 1]));
  }
  const follows = groups.every(([row, place], number) => !number || row > groups[number - 1][0] + 1
    || place > groups[number - 1][1]);
  return [groups.length, follows, inside.every(Boolean)];
}"""


@pytest.fixture(scope="session")
def third(tmp_path_factory):
    """A project with two languages more, and its site below built/."""

    def make(root):
        make_third(root)
        build_well(root / "built", root=root)

    return made_once(tmp_path_factory, "third-language", make)


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: words lie in none."""
    return sqlite_url


@pytest.fixture
def environ(environ, bundles, third):
    return on_a_port(environ, bundles, third / "built") | {
        "DENGSHAO_CONTENT": str(third / "content"),
        "DENGSHAO_TRANSLATIONS": str(third / "admin" / "translations"),
    }


@pytest.fixture
def address(app, config, units):
    with serving(app, config) as address:
        yield address


@pytest.mark.parametrize("spoken", BOTH, ids=["rtl", "vertical"])
def test_a_reader_comes_from_home_to_the_receipt_in_a_language_that_is_data(visit, address, spoken):
    tab, is_vertical = visit(viewport=PHONE, bypass_csp=True), spoken is VERTICAL
    found = {}

    def look(name):
        found[name] = tab.evaluate(FAULTS, is_vertical) | {"axe": violations(tab)}

    for name in ("index.md", *PAGES):
        tab.goto(f"{address}/{spoken.id}/{name.removesuffix('index.md').replace('.md', '/')}")
        look(name)
    tab.goto(f"{address}/{spoken.id}/tip/")
    look("form")
    tab.fill("#what", "ABC 123")
    tab.fill("#place", "ABC")
    tab.click("#last [type=submit]")
    tab.wait_for_selector("#receipt li >> nth=5")
    look("receipt")
    order = tab.evaluate(ORDER, is_vertical)
    tab.goto(f"{address}/{spoken.id}/mailbox/")
    look("mailbox")

    assert {name: one for name, one in found.items() if one != NOTHING | {"axe": []}} == {}
    assert order == [6, True, True]
