"""Print every poster and leaflet as PDF, in colour and in black and white: `make posters`."""

from pathlib import Path

import click
import yaml
from playwright.sync_api import Browser, sync_playwright

from tests.live import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parent.parent
INKS = ("colour", "bw")


def sheets(content: Path) -> list[dict]:
    """List the sheets that are still printed."""
    data = yaml.safe_load((content / "data" / "posters.yml").read_text("utf-8"))
    return [item for item in data["items"] if not item.get("retired")]


def print_sheet(browser: Browser, site: Path, item: dict, target: Path) -> list[Path]:
    """Print one sheet from the built files; gives the two PDFs."""
    page = browser.new_page()
    page.goto((site / "posters" / item["id"] / "index.html").as_uri())
    made = []
    for ink in INKS:
        page.set_checked("#bw", ink == "bw")
        made.append(target / f"{item['n']:02}-{item['id']}-{ink}.pdf")
        page.pdf(path=made[-1], prefer_css_page_size=True, print_background=True)
    page.close()
    return made


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=ROOT / "build" / "site")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "build" / "posters")
def main(site: Path, out: Path) -> None:
    """Print all sheets, and say where a sheet has no address yet."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.pdf"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        made = [
            path
            for item in sheets(ROOT / "content")
            for path in print_sheet(browser, site, item, out)
        ]
        browser.close()
    click.echo(f"{out}: {len(made)} PDF")
    if "网址待填写" in (site / "posters" / "index.html").read_text("utf-8"):
        click.echo(
            "没有网址，二维码没印：先设 DENGSHAO_SITE_URL，或在 footer.yml 填 domain，再建网站。"
        )


if __name__ == "__main__":
    main()
