"""The files of tests that take longest, the longest first: begun first, none is waited for last.

With --no-loadscope-reorder the processes take files in this order; all others follow as they stand.
"""

LONGEST = (
    "pages/test_norms.py",
    "journeys/test_evidence.py",
    "admin/desk/test_pairs.py",
    "journeys/test_shared_tips.py",
    "admin/intake/test_form_browser.py",
    "admin/desk/test_every_page.py",
    "admin/renewal/test_browser.py",
    "admin/mailbox/test_browser.py",
    "admin/intake/seal/test_files_ways.py",
    "journeys/test_simulated_year.py",
    "journeys/test_run.py",
    "admin/intake/test_flood_of_calls.py",
    "engines/test_engines.py",
    "admin/backup/test_making.py",
    "admin/intake/test_crash.py",
    "admin/intake/seal/test_files.py",
    "pages/test_build.py",
    "pages/test_search_lots.py",
    "flood/test_flood.py",
    "journeys/test_first_unit.py",
    "journeys/test_reporters_disk.py",
    "journeys/test_keys_applied.py",
    "pages/test_search.py",
    "journeys/test_roles_journey.py",
    "admin/intake/seal/test_result.py",
    "admin/signin/test_sign_in_browser.py",
    "admin/desk/files/test_files_hostile.py",
    "admin/desk/files/test_files_browser.py",
    "admin/desk/test_drafts_browser.py",
    "admin/desk/test_enter_browser.py",
    "admin/backup/test_refusals.py",
    "admin/backup/test_round_trip.py",
    "admin/intake/no_js/test_plain_files.py",
    "admin/intake/no_js/test_plain_crash.py",
    "admin/intake/js_api/test_file_crash.py",
    "journeys/test_canary_journey.py",
    "journeys/test_keys_through_nginx.py",
    "browser/test_where.py",
    "admin/mailbox/test_files_browser.py",
)


def longest_first(items, root):
    """Sort collected tests by their files; within a file they keep their order."""
    places = {root / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
