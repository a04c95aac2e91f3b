"""What people do on the public host, each in a browser of their own that knows nothing yet."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.unfolding import unfold

READ = ("/", "/report/", "/report/before-you-write/", "/topics/sand/", "/report/who-can-see/")
WORDS, SPOT = "每个月有人来收管理费", "农贸市场东门"
SENT = "我已抄好"


@dataclass(frozen=True)
class Visitor:
    """A browser's page, the host, and how long each look takes."""

    page: Page
    base: str
    pause: float
    file: Path | None = None

    def look(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.rest()

    def rest(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(self.pause * 1000)

    def write(self) -> str:
        """Send a tip, copy the receipt, and leave; gives the receipt."""
        self.look("/tip/")
        unfold(self.page)
        self.page.select_option("#category", "A4")
        self.page.fill("#what", WORDS)
        self.page.fill("#place", SPOT)
        if self.file:
            self.page.set_input_files("#files", self.file)
            expect(self.page.locator("#main")).to_contain_text("传好了")
        self.rest()
        self.page.click("#last [type=submit], #form button[type=submit]")
        expect(self.page.locator("#receipt li")).to_have_count(6)
        self.rest()
        groups = self.page.locator("#receipt li").all_inner_texts()
        asked = int(self.page.inner_text("#group-hint").split("第 ")[1][0])
        self.page.fill("#group", groups[asked - 1])
        self.page.click(f"text={SENT}")
        self.page.wait_for_selector("#receipt", state="detached")
        self.rest()
        return "".join(groups)

    def ask(self, receipt: str) -> None:
        self.look("/mailbox/")
        self.page.fill("#receipt", receipt)
        self.page.click("#open button[type=submit]")
        self.page.wait_for_selector("text=现在到哪一步")
        self.rest()


def reads(visitor: Visitor) -> None:
    for path in READ:
        visitor.look(path)


def looks_at_the_form(visitor: Visitor) -> None:
    visitor.look("/")
    visitor.look("/report/")
    visitor.look("/tip/")


def writes(visitor: Visitor) -> None:
    visitor.look("/")
    visitor.look("/report/")
    visitor.write()


@dataclass(frozen=True)
class Walk:
    """Somebody's way through the site; `moves` are the pages asked for and the forms sent."""

    name: str
    go: Callable[[Visitor], object]
    moves: int
    with_scripts: bool = True
    with_file: bool = False


WALKS = (
    Walk("reads five pages", reads, 5),
    Walk("reads five pages, no scripts", reads, 5, with_scripts=False),
    Walk("looks at the form, sends nothing", looks_at_the_form, 3),
    Walk("sends a tip", writes, 4),
    Walk("sends a tip, no scripts", writes, 5, with_scripts=False),
    Walk("sends a tip with a photo of 1 MB", writes, 4, with_file=True),
)
