"""The app's base template and form macros: the same house as the site, and accessible."""

import jinja2
import pytest
import wtforms
from flask import Flask, render_template_string, request
from flask_babel import Babel
from werkzeug.serving import make_server
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from admin.reading.languages import languages_of
from admin.web.large import is_large, kept_large
from admin.web.markup import apart, dialled
from tests.live import STILL, running

from .conftest import ROOT, Document
from .walks import ELDER, SMALL, WIDE, violations

GROUPS = ["012340", "567894"] * 3
PAGE = """{% extends "base.html" %}
{% from "macros.html" import error_summary, text_field, textarea_field, radio_field, select_field,
   checkbox_list, strip_110, receipt, message, print_button %}
{% block main %}<h1>写下您看到的</h1>{{ strip_110() }}{{ error_summary(form) }}
<form method="post" action="/" novalidate>
{{ radio_field(form.category, '选最像的一类。') }}{{ textarea_field(form.what, maxlength=2000) }}
{{ select_field(form.township) }}{{ text_field(form.place, '不用写门牌。') }}
{{ checkbox_list(form.exclude) }}<button class="button">写好了，送出</button></form>
{{ receipt(groups) }}{{ print_button() }}
<ol class="thread">{{ message('staff', '承办人', '2026-11-24', '哪座桥？') }}
{{ message('reporter', '您', '', '<b>村口那座</b>') }}</ol>{% endblock %}"""


def choices(**labels):
    return [wtforms.SelectChoice(value, label) for value, label in labels.items()]


class TipForm(wtforms.Form):
    category = wtforms.RadioField(
        "哪一类", choices=choices(A1="逼债", A4="占地"), validators=[InputRequired("请选一类。")]
    )
    what = wtforms.TextAreaField("发生了什么", validators=[InputRequired("请写下您看到的。")])
    township = wtforms.SelectField("哪个乡镇", choices=choices(hekou="河口乡", shili="示例镇"))
    place = wtforms.StringField("大概在哪里")
    exclude = wtforms.SelectMultipleField(
        "不要让谁看到",
        choices=choices(station="派出所", town="镇政府"),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )


@pytest.fixture(scope="module")
def form_app():
    app = Flask("house", template_folder=str(ROOT / "admin" / "templates"))
    app.static_url_path, app.static_folder = "/assets", str(ROOT / "site" / "theme" / "assets")
    app.add_url_rule("/assets/<path:filename>", "assets", app.send_static_file)
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.filters |= {"dialled": dialled, "apart": apart, "large": kept_large}
    app.jinja_env.globals["is_large"] = is_large
    Babel(app)
    return app


@pytest.fixture(scope="module")
def form_address(form_app, data):
    @form_app.route("/", methods=["GET", "POST"])
    def show():
        form = TipForm(request.form)
        if request.method == "POST":
            form.validate()
        languages = languages_of(data["languages"])
        words = {"language": languages[request.args.get("lang", "zh")]}
        words |= {"languages": languages.values(), "lang": words["language"].id}
        values = {"form": form, "groups": GROUPS, "footer": data["footer"]} | words
        return render_template_string(PAGE, **values)

    server = make_server("127.0.0.1", 0, form_app, threaded=True)
    with running(server) as address:
        yield address


def fetch(form_app, form_address, **options):
    html = form_app.test_client().open("/", **options).get_data(as_text=True)
    document = Document()
    document.feed(html)
    return html, document


def test_the_title_says_nothing_about_tips(form_app, form_address):
    _, document = fetch(form_app, form_address)
    assert document.texts["title"] == ["办事"]


def test_the_header_and_footer_carry_the_same_links_as_the_site(form_app, form_address, pages):
    home = next(page for page in pages if page.url == "404.html")
    _, document = fetch(form_app, form_address)

    def addresses(doc):
        return {a["href"] for a in doc.of("a") if not a["href"].startswith(("#", "tel:"))}

    # What the page for wrong addresses offers besides stands in its words alone.
    own = {"/help/", "/en/search/"}
    assert addresses(document) == addresses(home.document) - (own - addresses(document))


def test_the_english_form_leads_to_the_english_rooms(form_app, form_address):
    html, document = fetch(form_app, form_address, query_string={"lang": "en"})
    assert document.of("html")[0]["lang"] == "en"
    assert 'href="/en/mailbox/"' in html
    assert '<a class="brand" href="/en/">' in html


def test_errors_stand_beside_their_fields_and_the_summary_leads_there(form_app, form_address):
    html, document = fetch(form_app, form_address, method="POST", data={"township": "hekou"})
    ids = document.ids()
    assert len(ids) == len(set(ids))
    assert '<a href="#category-0">请选一类。</a>' in html
    assert '<a href="#what">请写下您看到的。</a>' in html
    assert {"category-0", "category-error", "what", "what-error"} <= set(ids)
    textarea = document.of("textarea")[0]
    assert textarea["aria-describedby"] == "what-error"
    assert textarea["aria-invalid"] == "true"
    assert textarea["maxlength"] == "2000"


def test_choices_and_words_come_back_as_they_were_typed(form_app, form_address):
    sent = {"category": "A4", "place": '桥头"<b>', "exclude": ["town"], "township": "shili"}
    html, document = fetch(form_app, form_address, method="POST", data=sent)
    assert [one["value"] for one in document.of("input") if "checked" in one] == ["A4", "town"]
    assert [one["value"] for one in document.of("option") if "selected" in one] == ["shili"]
    place = next(one for one in document.of("input") if one.get("name") == "place")
    assert place["value"] == sent["place"]
    assert place["aria-describedby"] == "place-hint"
    assert "<b>村口那座</b>" not in html


def test_the_receipt_holds_its_digits_and_no_others(browser, form_address):
    tab = browser.new_page(**STILL)
    tab.goto(form_address)
    digits = "".join(tab.text_content("#receipt").split())
    assert digits == "".join(GROUPS)
    copied = "getSelection().selectAllChildren(document.querySelector('#receipt'))"
    assert tab.evaluate(f"{copied} || String(getSelection())").split() == GROUPS
    assert heard(tab)[:2] == ["第 1 组 0 1 2 3 4 0", "第 2 组 5 6 7 8 9 4"]
    tab.close()


def heard(tab):
    """What the tree of a screen reader holds for each item of a list, piece after piece."""
    tree = tab.context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def words(node):
        if node["role"]["value"] == "StaticText":
            return node["name"]["value"]
        return "".join(words(nodes[one]) for one in node.get("childIds", []) if one in nodes)

    items = [node for node in tree if node["role"]["value"] == "listitem"]
    told = [" ".join(words(item).replace("组", "组 ").split()) for item in items]
    return [one for one in told if one.startswith("第")]


@pytest.mark.browser
@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_form_with_errors_is_accessible(browser, form_address, width, elder):
    context = browser.new_context(viewport={"width": width, "height": 740}, bypass_csp=True)
    if elder:
        context.add_init_script(ELDER)
    tab = context.new_page()
    tab.goto(form_address)
    tab.click("text=写好了，送出")
    tab.wait_for_function("() => document.activeElement?.id === 'error-summary'")
    assert violations(tab) == []
    assert not tab.evaluate(WIDE)
    assert tab.evaluate(SMALL, 60 if elder else 44) == []
    context.close()
