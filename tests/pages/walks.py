"""Walks through all pages in Chromium: what the tests of pages share."""

import re

from tests.live import STILL, WAIT_MS

from .conftest import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ELDER = "localStorage.setItem('dengshao.elder', '1')"
ONE_OF_EACH_KIND = [
    "",
    "law/",
    "law/23/",
    "law/ch/3/",
    "topics/loans/",
    "report/",
    "help/hotlines/",
    "search/",
    "elder/",
    "en/",
]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FONT = "parseFloat(getComputedStyle(document.body).fontSize)"
# The classes that the button in the header sets, with the sizes of type and targets of the norm.
NORMAL, LARGE, LARGER = ("", 18, 44), ("elder", 24, 60), ("elder elder--larger", 30, 60)
WIDTHS = (360, 768, 1280)
# What a change of width or size can break; the other rules look at the same elements again. No
# colour hangs on either (test_pages.py): where they meet is looked at twice.
FIT = ["scrollable-region-focusable", "target-size"]
LAYOUT = ["color-contrast", "link-in-text-block", *FIT]
# Controls that stand alone; links within a sentence are exempt, as WCAG exempts them.
SMALL = """least => [...document.querySelectorAll(
    'button, summary, .button, .nav a, .door, .strip-110, #quick-exit, #search-link, .search-box,'
    + '.foot li a, .list a, .trail a, .brand')]
  .filter(one => one.offsetParent && !one.closest('.skip'))
  .filter(one => one.getBoundingClientRect().height < least - 0.5
              || one.getBoundingClientRect().width < 43.5)
  .map(one => one.outerHTML.slice(0, 120))"""
# Headings of which a line begins with what belongs to the end of the line above.
LEFT_BEHIND = """() => [...document.querySelectorAll(
    'h1, h2, h3, .strip-110 span, .door span, .button')]
  .filter(one => {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let before = Infinity;
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      for (let at = 0; at < text.length; at += 1) {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        const {top, width} = range.getBoundingClientRect();
        if (!width) continue;
        if (top > before + 5 && '，、：。？！；）'.includes(text.data[at])) return true;
        before = top;
      }
    }
    return false;
  }).map(one => one.textContent)"""
# Whether a rule of FIT could find something: a target under 24 pixels (WCAG 2.5.8), two that meet,
# or something to be scrolled. Where none is, axe need not be asked: it says the same at length.
DOUBTED = """part => {
  const boxes = [...part.querySelectorAll(
      'a, area, button, details, embed, iframe, input, label, object, select, summary, textarea,'
      + '[contenteditable], [role]:not([role=status]), [tabindex]')]
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([_, box]) => box.width || box.height);
  const meet = ([one, a]) => ([two, b]) => !one.contains(two) && !two.contains(one)
    && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.some(([_, box]) => box.width < 24 || box.height < 24)
    || boxes.some(one => boxes.some(meet(one)))
    || [...part.querySelectorAll('*')].some(one =>
      (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
      && /auto|scroll/.test(getComputedStyle(one).overflow));
}"""
# Shows the page in one size of type after another, and gives for each what breaks the norm and what
# axe finds: in one call for each width, since most of the work of a call is what surrounds it.
LOOK = f"""async views => {{
  const small = {SMALL}, behind = {LEFT_BEHIND}, doubted = {DOUBTED}, told = [];
  for (const {{classes, font, least, inside, rules}} of views) {{
    document.documentElement.className = classes;
    const part = inside && document.querySelector(inside);
    const only = rules && {{runOnly: {{type: 'rule', values: rules}}}};
    const isAsked = part && (String(rules) !== '{",".join(FIT)}' || doubted(part));
    // A rule that axe leaves out where it is not named.
    const more = {{rules: {{'target-size': {{enabled: true}}}}}};
    const options = {{resultTypes: ['violations'], ...more, ...only}};
    const {{violations}} = isAsked ? await axe.run(part, options) : {{violations: []}};
    told.push([
      ...violations.map(one => [one.id, ...one.nodes.map(node => node.html)]),
      ...small(least).map(one => ['small', one]),
      ...behind().map(one => ['left behind', one]),
      ...({WIDE} ? [['wide']] : []),
      ...({FONT} === font ? [] : [['font', {FONT}]]),
    ]);
  }}
  return told;
}}"""
# A file of tests is one process: its pages are walked in shares, so that none runs into the clock.
SHARES = 4


def open_page(browser, address, *, width, elder=False, axe=False, **options):
    """Open a page in a browser of its own; with `axe`, that is in each page before it is read."""
    options |= {"bypass_csp": True} if axe else {}
    context = browser.new_context(viewport={"width": width, "height": 740}, **(STILL | options))
    context.set_default_timeout(WAIT_MS)
    if axe:
        context.add_init_script(path=AXE)
    if elder:
        context.add_init_script(ELDER)
    page = context.new_page()
    page.goto(address)
    return page


def violations(page, inside="document", rules=None):
    if not page.evaluate("!!window.axe"):
        page.add_script_tag(path=AXE)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = page.evaluate(
        f"options => axe.run({inside}, options).then(result => result.violations)",
        {"resultTypes": ["violations"], **only},
    )
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def show(tab, width, classes):
    tab.set_viewport_size({"width": width, "height": 740})
    tab.evaluate("classes => { document.documentElement.className = classes }", classes)


# Pages that are made from rows of data, one like the other: their layout is looked at in shares.
FAMILIES = re.compile(
    r"help/path/.|learn/(ch|cards|quiz|drugs|topic)/.|q/|places/.|posters/.|about/decisions/\d"
)
ONE_IN = 5


def with_samples(pages):
    """Leave out of each family all but one page in five."""
    alike = [page for page in pages if FAMILIES.match(page.url)]
    kept = {page.url for page in alike[::ONE_IN]}
    return [page for page in pages if not FAMILIES.match(page.url) or page.url in kept]
