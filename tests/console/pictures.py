"""Takes the pictures of docs/moderating.md from a running service: python -m tests.console.pictures [docs/images].

Needs `apt-get install chromium fonts-noto-core`; pngquant makes them smaller.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.backing.chromium import ARGUMENTS, chromium_path
from tests.browser.pictures import AYSE, BILAL, MARGARET, MAX_BYTES, OKAFOR, SANA
from tests.browser.service import Service
from tests.console.conftest import choose_language, enter, hire
from tests.console.site import NewSite

OFFER = (
    "Limited offer {n}: replica watches ship free this week, order at https://watches-{m}.example/shop today "
    "and save money with the code SAVE{n}"
)
BET = (
    "Best odds on every match tonight! Bonus at https://lucky-casino.example/win and nowhere else, click here"
)


def talk(paper: NewSite) -> None:
    """What waits in the queue of the pictures."""
    title = {"title": "Two chiefs of staff, one line"}
    first = paper.comment(MARGARET, name="Margaret Whitcombe", **title)
    paper.decide(first, "approve")
    paper.comment(BET, name="LuckyBets", **title)
    paper.comment(OKAFOR.removeprefix("> "), name="D. Okafor", parent=first)
    paper.comment(AYSE, name="Ayşe Yılmaz")
    paper.comment(BILAL, name="بلال احمد")
    for number in range(8):
        paper.comment(OFFER.format(n=number, m=number % 2), name=f"Deal {number}")
    paper.comment(SANA, name="ثنا ملک")


def published(paper: NewSite) -> None:
    """What the filter published by itself, drawn to be checked."""
    paper.check_all()
    for name, text in (
        ("Margaret Whitcombe", MARGARET),
        ("D. Okafor", OKAFOR.removeprefix("> ")),
        ("Ayşe Yılmaz", AYSE),
    ):
        paper.comment(text, name=name, title="Two chiefs of staff, one line")


def desk(browser: Browser, service: Service, login: str, site: str, **look: Any) -> Page:
    """A signed-in browser of this look."""
    hire(service, login, "moderator", site)
    page = browser.new_page(viewport={"width": 1280, "height": 760}, reduced_motion="reduce", **look)
    page.goto(f"{service.url}/console/sign-in")
    enter(page, login)
    page.locator(".rail").wait_for()
    return page


def take(page: Page, path: Path) -> None:
    """Writes what is in the window."""
    page.screenshot(path=path)
    if shutil.which("pngquant"):  # smaller, and good enough without it
        command = ["pngquant", "--quality=70-95", "--strip", "--force", "--output", path, path]
        subprocess.run(command, check=True)
    assert path.stat().st_size <= MAX_BYTES, f"{path} has {path.stat().st_size} bytes"


def main(folder: Path) -> None:
    """Starts a service, lets readers write, takes the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        service = Service()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        try:
            service.start()
            paper = NewSite(service).open()
            talk(paper)
            page = desk(browser, service, "anna", paper.slug)
            page.locator(".item mark").first.wait_for()
            take(page, folder / "console-queue.png")
            page.goto(f"{service.url}/console/campaigns")
            page.locator("[data-campaign]").wait_for()
            take(page, folder / "console-campaign.png")
            checked = NewSite(service).open()
            published(checked)
            page = desk(browser, service, "mary", checked.slug)
            page.locator(".item").first.wait_for(state="hidden")
            page.keyboard.press("c")
            page.locator(".item[aria-current=true] .said").wait_for()
            take(page, folder / "console-check.png")
            page = desk(browser, service, "sana", paper.slug, color_scheme="dark")
            choose_language(page, service, "ur")
            page.goto(f"{service.url}/console")
            page.locator(".item").nth(3).click()
            page.locator(".item[aria-current=true] .said").wait_for()
            take(page, folder / "console-queue-ur.png")
        finally:
            service.remove()
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
