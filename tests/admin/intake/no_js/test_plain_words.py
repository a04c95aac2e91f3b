"""Without scripts the form takes words alone; a file chosen beside them is not lost unsaid."""

import re

import pytest

from admin.intake.no_js.memory_buffer import Memory
from admin.models import SpentNonce, Tip, Upload
from tests.admin.intake.conftest import LEAST, FormReader, Page
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body
from tests.admin.intake.no_js.test_plain_files import NOTE, told

KIND = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def old_page(reporter):
    """Send the form as a page from before files had a step of their own."""

    def send(*files, status=200, **answers):
        form = reporter.form | answers
        fields = [
            (name, value)
            for name, values in form.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        data = body(fields, files or [("", b"")])
        page = reporter.client.post("/tip/sent", data=data, content_type=KIND)
        assert page.status_code == status, (page.status_code, page.text)
        return Page(page, FormReader(page.text))

    reporter.open_form()
    reporter.form |= LEAST
    return send


def test_the_form_posts_words_alone_and_says_where_files_go(client, units):
    page = client.get("/tip/").text
    form = re.search(r'<form id="form".*?</form>', page, re.DOTALL)[0]

    assert "enctype" not in form
    told = re.search(r'<noscript><p[^>]* id="files-next">(.*?)</p></noscript>', form)
    assert told[1] == "照片、录像、录音、文件在下一页交。先把字发出。"
    assert "选好的文件这次不会一起发，在下一页再选。" in form


def test_practice_says_where_files_would_go(client, units):
    page = client.get("/tip/practice/").text
    assert "files-next" in page
    assert "选好的文件这次不会一起发" not in page
    form = FormReader(page).values | LEAST

    sent = client.post("/tip/practice/sent", data=form)

    assert "真的发出以后，在这里交照片、录像和文件。" in sent.text
    assert "/tip/more" not in sent.text


def test_files_that_a_browser_names_beside_the_words_are_told(reporter, stored, count):
    """One that was held back from sealing posts no byte of them, for the form takes none."""
    reporter.open_form()

    page = reporter.send(**LEAST, files=["a.jpg", "b.mp4"])

    assert page.receipt
    assert told(page) == [("a.jpg、b.mp4", "没有和字一起收下")]
    assert 'action="/tip/more"' in page.text
    assert len(stored()) == 1
    assert count(Upload) == 0


def test_where_the_words_come_back_the_page_says_that_files_did_not_come(reporter):
    reporter.open_form()

    page = reporter.send(status=422, **{**LEAST, "what": ""}, files=["a.jpg"])

    assert "文件还没有收下。发出字以后，在下一页再选。" in page.text


class TestAnOldPage:
    def test_its_words_are_taken_and_its_files_are_told(self, old_page, stored, count):
        page = old_page(("a.xyz", NOTE), ("b.xyz", NOTE))

        assert page.receipt
        assert told(page) == [("a.xyz、b.xyz", "没有和字一起收下")]
        assert stored()[0].words.fields["what"] == LEAST["what"]
        assert count(Upload) == 0

    def test_without_a_file_nothing_is_told(self, old_page):
        assert told(old_page()) == []

    def test_files_that_it_remembers_are_told_too(self, old_page, stored):
        page = old_page(kept="sealed by the version before", **{"file-0": "keep"})

        assert told(page) == [("先前选的文件", "没有和字一起收下")]
        assert len(stored()) == 1

    def test_wrong_words_come_back_with_all_that_was_typed(self, old_page):
        page = old_page(("a.xyz", NOTE), status=422, place="", who="三个人")

        assert page.read.values["who"] == "三个人"
        assert "文件还没有收下" in page.text

    def test_many_long_files_cost_no_word(self, old_page, stored):
        page = old_page(*[(f"{number}.mp4", bytes(3_000_000)) for number in range(10)])

        assert told(page) == [("0.mp4、1.mp4、2.mp4 等 10 个", "没有和字一起收下")]
        assert len(stored()) == 1

    def test_whichever_way_the_words_are_encoded_they_are_the_same_form(
        self, old_page, reporter, count
    ):
        first = old_page(("a.xyz", NOTE), what="一行\r\n两行")

        again = reporter.send(**{**LEAST, "what": "一行\r\n两行"})

        assert again.receipt == first.receipt
        assert count(Tip) == count(SpentNonce) == 1

    def test_no_byte_of_a_file_is_kept_in_memory(self, old_page, monkeypatch):
        taken = []
        monkeypatch.setattr(Memory, "take", lambda _memory, count: not taken.append(count))

        assert old_page(("a.xyz", NOTE), ("b.xyz", NOTE * 9)).receipt

        assert sum(taken) == 0
