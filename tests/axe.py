"""What axe finds wrong on a page that is open.

Only what is wrong leaves the page: all that axe finds right is a hundred times as much, and costs
more than the looking.
"""

from admin.config import ROOT

_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """() => axe.run({resultTypes: ["violations"]}).then(({violations}) =>
  violations.map(one => [one.id, one.nodes.map(node => node.html)]))"""


def violations(page):
    """Name each rule that is broken, with what breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text("utf-8"))
    return [(rule, nodes) for rule, nodes in page.evaluate(_RUN)]


def broken_rules(page):
    """Name the rules that are broken."""
    return [rule for rule, _ in violations(page)]
