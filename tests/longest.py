"""The files of tests that take longest, the longest first: begun first, none is waited for last.

With --no-loadscope-reorder the processes take files in this order; all others follow as they stand.
"""

LONGEST = (
    "pages/test_axe.py",
    "journeys/test_evidence.py",
    "pages/test_norms.py",
    "journeys/test_shared_tips.py",
    "admin/intake/seal/test_files_ways.py",
    "journeys/test_simulated_year.py",
    "admin/mailbox/test_browser.py",
    "admin/backup/test_refusals.py",
    "journeys/test_run.py",
    "flood/test_flood.py",
    "admin/intake/test_form_browser.py",
    "journeys/test_roles_journey.py",
    "engines/test_engines.py",
    "admin/desk/test_every_page.py",
    "admin/desk/test_pairs.py",
    "journeys/test_first_unit.py",
    "admin/intake/seal/test_draft.py",
    "journeys/test_keys_applied.py",
    "admin/intake/no_js/test_plain_crash.py",
    "admin/renewal/test_views.py",
    "admin/intake/seal/test_files.py",
    "journeys/test_canary_journey.py",
    "journeys/test_reporters_disk.py",
    "pages/test_build.py",
    "admin/desk/test_enter_browser.py",
    "admin/signin/test_sign_in_browser.py",
    "admin/renewal/test_browser.py",
    "admin/intake/seal/test_fallback.py",
    "admin/intake/seal/test_result.py",
    "admin/intake/seal/test_where.py",
    "admin/intake/test_crash.py",
    "pages/test_search.py",
    "admin/desk/tip/test_contact.py",
    "admin/intake/seal/test_broken_line.py",
    "admin/intake/seal/test_line.py",
    "journeys/test_keys_through_nginx.py",
    "admin/mailbox/test_files_browser.py",
    "admin/desk/test_drafts_browser.py",
    "admin/signin/test_second_browser.py",
    "browser/test_where.py",
)


def longest_first(items, root):
    """Sort collected tests by their files; within a file they keep their order."""
    places = {root / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
