"""Takes the pictures of the docs from a running service: python -m tests.browser.pictures [docs/images].

Needs `apt-get install chromium fonts-noto-core pngquant`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.backing.chromium import ARGUMENTS, chromium_path
from tests.browser.service import Service

WIDTH = 1280
HEIGHT = 3600
MARGIN = 40
MAX_BYTES = 250_000

MARGARET = (
    "I spent four years at one of these yards. The design is shared on paper, but every weld is argued over "
    "twice, in two languages, and *that* is exactly why it works."
)
AYSE = "Kesinlikle katılıyorum. Subay değişimi hep bir cümleyle geçiyor, oysa asıl bağ orada kuruluyor."
BILAL = "یہ بات درست ہے۔ مشترکہ تربیت سے جو اعتماد پیدا ہوتا ہے وہ کسی معاہدے سے نہیں آتا۔"
OKAFOR = "> Neither named figures or new contracts.\n\nThat is the sentence to remember. Ask again in April."
SANA = "جہاز سازی والا حصہ پڑھ کر خوشی ہوئی۔ کراچی کے شپ یارڈ پر ایک الگ رپورٹ بھی ہونی چاہیے۔"


def talk(service: Service, address: str) -> None:
    """A small thread in three languages under one edition of the demonstration article."""
    words, name = (SANA, "ثنا ملک") if "lang=ur" in address else (OKAFOR, "D. Okafor")
    first = service.post(address, words, name=name)
    second = service.post(address, MARGARET, name="Margaret Whitcombe", email="margaret@example.org")
    assert (first.status, second.status) == (201, 201)
    service.approve_all(address)
    parent = second.json()["comment"]["id"]
    service.post(address, AYSE, name="Ayşe Yılmaz", email="ayse@example.org", parent=parent)
    service.approve_all(address)
    service.post(address, BILAL, name="بلال احمد", email="bilal@example.org", parent=parent)
    service.approve_all(address)
    service.client().put(f"/v1/comments/{parent}/vote", {"value": 1})


def take(browser: Browser, address: str, path: Path) -> None:
    """Writes a picture of the page from its top to the last comment."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    page.locator("belowline-thread form").wait_for()
    page.locator(".vote").first.wait_for()
    bounds = page.locator("belowline-thread ol.list").bounding_box()
    assert bounds is not None
    end = bounds["y"] + bounds["height"] + MARGIN
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": WIDTH, "height": end})
    subprocess.run(["pngquant", "--quality=70-95", "--strip", "--force", "--output", path, path], check=True)
    assert path.stat().st_size <= MAX_BYTES, f"{path} has {path.stat().st_size} bytes"


def main(folder: Path) -> None:
    """Starts a service, lets readers talk, takes the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        service = Service()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        try:
            service.start()
            for address, name in (
                (f"{service.url}/demo", "demo.png"),
                (f"{service.url}/demo?lang=ur", "demo-ur.png"),
            ):
                talk(service, address)
                take(browser, address, folder / name)
        finally:
            service.remove()
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
