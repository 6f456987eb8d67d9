"""Chromium and Firefox, each through the same small page: with_browser.py chromium|firefox …"""

import base64
import os
import sys
from pathlib import Path

from marionette import Firefox
from report import Report, order, write_pgm
from serving import serving

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FIREFOX = os.environ.get("FIREFOX", "firefox-esr")


def in_chromium(base, arguments, seconds):
    from playwright.sync_api import sync_playwright
    options = ["--headless=new", "--autoplay-policy=no-user-gesture-required", "--no-sandbox", "--disable-gpu"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=options)
        try:
            page = browser.new_page()
            page.goto(base + "page")
            found = page.evaluate("([url, seconds, places]) => watch(url, seconds, places)", arguments)
            return browser.version, found
        finally:
            browser.close()


def in_firefox(base, arguments, seconds):
    browser = Firefox(FIREFOX)
    try:
        browser.call("WebDriver:Navigate", {"url": base + "page"})
        script = "const [url, seconds, places, done] = arguments; watch(url, seconds, places).then(done);"
        return browser.version, browser.run(script, arguments, seconds)
    finally:
        browser.quit()


def keep(picture, path):
    if not picture:
        return None
    return write_pgm(path, picture["width"], picture["height"], base64.b64decode(picture["grey"]))


def main():
    run = {"chromium": in_chromium, "firefox": in_firefox}[sys.argv.pop(1)]
    it = order()
    with serving(page=Path(__file__).with_name("watch.html"), file=it.file) as base:
        arguments = [base + "file", it.patience, it.places]
        version, found = run(base, arguments, it.patience + 60)
    # Browsers' own lists: a sound that was decoded is not yet one that was heard.
    print_report(it, version, found)


def print_report(it, version, found):
    report = Report(version=version, opens=found["opens"], duration=found["duration"], ended=found["ended"],
                    pictures=found["pictures"], heard=found["heard"], errors=found["errors"])
    report.last = keep(found["last"], it.folder / "last.pgm")
    for place in it.places:
        # JavaScript writes whole numbers without a point.
        text = str(int(place)) if place.is_integer() else str(place)
        picture = keep(found["sought"].get(text), it.folder / f"at-{place}.pgm")
        if picture:
            report.sought[str(place)] = picture
    report.beeps = found["beeps"]
    report.print()


if __name__ == "__main__":
    main()
