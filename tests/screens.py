"""Pictures of pages on a small telephone and of a sheet on paper: `make screens`.

For eyes, and no part of `make test`: whoever changes the theme looks at them before and after.
"""

from pathlib import Path

import click
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.front import take_pictures
from tests.live import ARGUMENTS, CHROMIUM
from tests.pages.server import served
from tests.posters import INKS, print_sheet, sheets

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "home": "",
    "article": "law/23/",
    "topic": "topics/loans/",
    "path": "help/path/",
    "path-end": "help/path/trap-loan/",
    "quiz": "learn/ch/2/",
    "poster": "posters/loans/",
}
SIZES = {"normal": "", "elder": "localStorage.setItem('dengshao.elder', '1')"}
PHONE = {"width": 360, "height": 740}
# A4 at the 96 dots an inch of a style sheet.
PAPER = {"width": 794, "height": 1123}


def answer(page: Page) -> None:
    """Answer two questions of a quiz, one wrong, so that the picture shows what is said then."""
    for kind, question in zip(("r", "w"), page.locator("fieldset").all(), strict=False):
        question.locator(f".{kind} + label").first.click()
    # The header would stand in the middle of the picture.
    page.evaluate("window.scrollTo(0, 0)")


def on_phone(context: BrowserContext, address: str, size: str, out: Path) -> None:
    page = context.new_page()
    for name, url in PAGES.items():
        page.goto(address + url)
        answer(page)
        page.screenshot(path=out / f"{name}-{size}.png", full_page=True)


def on_paper(browser: Browser, site: Path, item: dict, out: Path) -> None:
    """Print a sheet, and take its picture as paper shows it: no tool here turns a PDF into one."""
    print_sheet(browser, site, item, out)
    page = browser.new_page(viewport=PAPER)
    page.emulate_media(media="print")
    page.goto((site / "posters" / item["id"] / "index.html").as_uri())
    for ink in INKS:
        page.evaluate("bw => { document.querySelector('#bw').checked = bw; }", ink == "bw")
        page.screenshot(path=out / f"paper-{ink}.png")
    page.close()


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=ROOT / "build" / "site")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "build" / "screens")
def main(site: Path, out: Path) -> None:
    """Take all pictures anew."""
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.png"), *out.glob("*.pdf")]:
        old.unlink()
    sheet = next(one for one in sheets(ROOT / "content") if PAGES["poster"].count(one["id"]))
    with sync_playwright() as playwright, served(site) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for size, script in SIZES.items():
            context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN")
            context.add_init_script(script)
            on_phone(context, address, size, out)
        on_paper(browser, site, sheet, out)
        take_pictures(browser)
        browser.close()
    click.echo(f"{out}: {len(list(out.iterdir()))}")


if __name__ == "__main__":
    main()
