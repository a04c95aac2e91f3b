"""The files of tests that take longest, the longest first: begun first, none is waited for last.

With --no-loadscope-reorder the processes take files in this order; all others follow as they stand.
"""

LONGEST = (
    "pages/test_axe.py",
    "journeys/test_evidence.py",
)


def longest_first(items, root):
    """Sort collected tests by their files; within a file they keep their order."""
    places = {root / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
