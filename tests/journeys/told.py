"""What a tip's page tells of its answers, and what it should."""

from admin.desk.words import browser_words
from tests.shared_tips import DISTRICT


def told(page):
    """Read the answers off a tip's page, as (label, words)."""
    lines = page.locator("#opened .told__fact").evaluate_all(
        "facts => facts.map((fact) => Array.from(fact.children, (part) => part.textContent))"
    )
    assert lines
    return [tuple(line) for line in lines]


def in_words(app, answers):
    """Tell the answers as the desk does: in the order of the form, with the words of choices."""
    with app.test_request_context("/"):
        words = browser_words(DISTRICT)
    assert set(answers) <= {name for name, _label in words["fields"]}

    def value(name):
        found = answers[name] if isinstance(answers[name], list) else [answers[name]]
        choices = words["choices"].get(name, {})
        # Ticked boxes come in the order in which they stand on the form.
        found = sorted(found, key=list(choices).index) if len(found) > 1 else found
        return "、".join(str(choices.get(one, one)) for one in found)

    return [(label, value(name)) for name, label in words["fields"] if name in answers]
