"""Which faults are put into a piece of code, and which pieces are left alone."""

import pytest

from admin.config import ROOT

from .choosing import AREAS, SEED, choose
from .faults import faults_of

# A line of code, and what it can be turned into.
FAULTS = {
    "x = a < b": {"bound moved": "x = (a <= b)"},
    "x = a in b": {"comparison turned": "x = (a not in b)"},
    "x = a and b": {"and with or": "x = (a or b)"},
    "x = not a": {"not dropped": "x = (a)"},
    "x = True": {"constant turned": "x = (False)"},
    "x = 'words'": {"text changed": "x = ('wordsx')"},
    "x = a + b": {"plus with minus": "x = (a - b)"},
    "x += y": {"plus with minus": "x -= y"},
    "session.commit()": {"call dropped": "pass"},
    "f(a, b)": {"call dropped": "pass", "arguments exchanged": "(f(b, a))"},
    "x = f(k=a)": {"keyword dropped": "x = (f())"},
    "x = {a: b}": {"element dropped": "x = ({})", "element added": "x = ({a: b, 'x': b})"},
    "x = {a}": {"element dropped": "x = (set())", "element added": "x = ({a, 'x'})"},
    "raise Error('words')": {"raise dropped": "pass"},
    "if a: f": {"condition made true": "if (True): f", "condition made false": "if (False): f"},
}


@pytest.mark.parametrize("source", FAULTS)
def test_a_line_is_turned_into_each_of_its_faults(source):
    found = {
        fault.operator: fault.put_into(source.encode()).decode()
        for fault in faults_of(source.encode())
    }

    assert found == FAULTS[source]


def test_each_element_is_dropped_by_itself_and_the_last_one_doubled():
    made = [fault.put_into(b"x = [a, b]").decode() for fault in faults_of(b"x = [a, b]")]

    assert made == ["x = ([b])", "x = ([a])", "x = ([a, b, b])"]


def test_a_number_is_one_too_many_and_one_too_few():
    made = [fault.put_into(b"x = 7").decode() for fault in faults_of(b"x = 7")]

    assert made == ["x = (8)", "x = (6)"]


def test_an_answer_is_turned_where_it_is_yes_or_no_and_a_decorator_goes_with_its_mark():
    source = b"@cache\ndef f(a: int) -> bool:\n    return a\n"

    made = {fault.operator: fault.put_into(source).decode() for fault in faults_of(source)}

    assert made == {
        "decorator dropped": "\ndef f(a: int) -> bool:\n    return a\n",
        "nothing returned": "@cache\ndef f(a: int) -> bool:\n    return None\n",
        "answer turned": "@cache\ndef f(a: int) -> bool:\n    return not a\n",
    }


LEFT_ALONE = [
    '"""Words."""',
    "x = '难词'",
    "log.info('words', 1 + 1)",
    "x = _('words')",
    "x: dict[str, 'Y']",
    "if TYPE_CHECKING:\n    x = 1",
    "if __name__ == '__main__':\n    f()",
    "import os",
    "x = f'words {a + b}'",
    "x = option(help='words')",
]


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_words_for_people_and_what_decides_nothing_are_left_alone(source):
    operators = {fault.operator for fault in faults_of(source.encode())}

    assert operators <= {"keyword dropped"} if "help" in source else operators == set()


def test_a_seed_chooses_always_the_same_faults_one_a_line_and_as_many_as_each_area_gets():
    once, again = choose(ROOT, SEED), choose(ROOT, SEED)

    assert once == again != choose(ROOT, SEED + 1)
    for name, area in AREAS.items():
        assert len([mutant for mutant in once if mutant.area == name]) == area.count
    assert sum(area.count for area in AREAS.values()) == 280
    places = {(mutant.file, mutant.fault.line) for mutant in once}
    assert len(places) == len({mutant.id for mutant in once}) == 280
