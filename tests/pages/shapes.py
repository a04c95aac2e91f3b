"""Which pages hold something that no other page holds: what a rule of axe can judge anew.

Pages that one template makes are alike but for their words. Nearly all rules look at an element,
its place, its attributes, and whether it has a name: once such an element was judged, the same in
the same place of another page is judged alike.
"""

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
HEADING = re.compile("h[1-6]")
# Words and addresses, of which it matters only whether they are there.
TOLD = {"alt", "aria-label", "content", "cite", "datetime", "href", "title", "value"}
# Of these it matters whether what they name is on the page.
POINTERS = {"for", "aria-controls", "aria-describedby", "aria-labelledby", "list", "headers"}


class Shapes(HTMLParser):
    """The shapes of a page's elements: the way to each, what it is, and whether it says a word."""

    def __init__(self, ids):
        super().__init__()
        self.ids, self.found = ids, set()
        self.heading, self.open = "", []

    def handle_starttag(self, tag, attrs):
        shape = [tag, *sorted(self.kind(tag, name, value or "") for name, value in attrs)]
        if HEADING.fullmatch(tag):
            shape.append(("after", self.heading))
            self.heading = tag
        self.open.append([tuple(shape), False])
        if tag in VOID:
            self.end()

    def kind(self, tag, name, value):
        if name in POINTERS:
            return name, " ".join(str(one in self.ids) for one in value.split())
        if name == "class":
            return name, " ".join(sorted(value.split()))
        if name == "src":
            return name, value.rpartition("/")[2]
        is_own = name in TOLD or name.startswith("data-") or (name == "id" and HEADING.match(tag))
        return name, str(bool(value)) if is_own else value

    def handle_endtag(self, tag):
        if any(shape[0] == tag for shape, _ in self.open):
            while self.end() != tag:
                pass

    def end(self):
        """Close the innermost element; gives its tag."""
        self.found.add((tuple(shape for shape, _ in self.open), self.open[-1][1]))
        return self.open.pop()[0][0]

    def handle_data(self, data):
        if data.strip():
            for one in self.open:
                one[1] = True


def with_new_shapes(pages):
    """Give the pages of which each holds a shape that none before it holds."""
    known, kept = set(), []
    for page in pages:
        shapes = Shapes(set(page.document.ids()))
        shapes.feed(page.html)
        if shapes.found - known:
            kept.append(page)
            known |= shapes.found
    return kept
