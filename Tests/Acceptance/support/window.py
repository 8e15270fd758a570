"""A browser window on a server's pages, which notices what no page may do."""

import os
import shutil
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright

from support.waiting import DEADLINE

expect.set_options(timeout=DEADLINE * 1000)

PHONE = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}


class Chromium:
    """Debian's own, without a window on a screen."""

    def __init__(self):
        program = shutil.which("chromium")
        assert program, "no chromium here: Scripts/system-packages --tests"
        self._playwright = sync_playwright().start()
        # Only root needs to do without the sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.browser = self._playwright.chromium.launch(executable_path=program, args=arguments)

    def close(self):
        self.browser.close()
        self._playwright.stop()


class Window:
    """One person's browser: cookies of its own, any number of tabs. `faults` is what must stay empty."""

    def __init__(self, chromium, origin, **options):
        self.origin, self.faults = origin, []
        self.context = chromium.browser.new_context(base_url=origin, **options)
        self.context.set_default_timeout(DEADLINE * 1000)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.faults.append(f"an error: {error.error}"))
        self.context.on("dialog", self._dialog)
        self.expected_dialogs = []
        # What the next of them are answered; yes once it is empty.
        self.answers = []

    def _asked(self, request):
        address = urlsplit(request.url)
        if address.scheme != "data" and f"{address.scheme}://{address.netloc}" != self.origin:
            self.faults.append(f"a request to {request.url[:200]}")

    def _said(self, message):
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(message.text[:500])

    def _dialog(self, dialog):
        if any(part in dialog.message for part in self.expected_dialogs):
            return dialog.accept() if not self.answers or self.answers.pop(0) else dialog.dismiss()
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def tab(self, path="/"):
        page = self.context.new_page()
        page.goto(path)
        return page

    def log_in(self, server):
        """By a one-time link, as somebody does who sees the server's terminal."""
        page = self.tab(server.login_path())
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(self.origin + "/")
        return page

    def close(self):
        self.context.close()


class Conversation:
    """The page of a conversation as its reader sees it."""

    def __init__(self, page):
        self.page = page
        self.question = page.get_by_label("Your question")
        self.answers = page.get_by_role("article", name="Answer")
        self.messages = page.get_by_role("article", name="You")
        self.status = page.locator("#status")
        self.stop = page.get_by_role("button", name="Stop")

    def ask(self, text):
        self.question.fill(text)
        self.question.press("Enter")
        return self

    def begun(self):
        """Waits for the conversation's own address and returns its id."""
        self.page.wait_for_url("**/sessions/*")
        return self.page.url.rsplit("/", 1)[1]

    @property
    def answer(self):
        return self.answers.last.locator(".words")

    def complete(self):
        """Waits until the last answer has ended."""
        expect(self.answers.last).not_to_have_attribute("data-status", "generating")
        expect(self.stop).to_be_hidden()
        return self.answer

    def sees(self, text):
        expect(self.answer).to_contain_text(text)

    def act(self, name, turn=None):
        """Presses a button of a turn, the last answer if not said."""
        self.button(name, turn).click()

    def button(self, name, turn=None):
        return (turn or self.answers.last).get_by_role("button", name=name, exact=True)

    def versions(self, turn=None):
        """Such as `2 of 3`."""
        return (turn or self.answers.last).locator(".versions .place")

    def shown(self):
        """What a reader sees of each turn, in order."""
        return self.page.locator("#timeline > article").evaluate_all(
            """all => all.map((one) => [one.getAttribute("aria-label"), one.querySelector(".words").innerText.trim(), one.dataset.status,
                one.querySelector(".state").textContent, one.querySelector(".versions .place")?.textContent ?? null,
                Boolean(one.querySelector(".mark")), ...[...one.querySelectorAll("[aria-pressed]")].map((button) => button.ariaPressed)])"""
        )


def narrow(page):
    """Nothing is wider than the screen."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} wide"


def axe():
    """axe-core's script."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def barriers(page):
    """What axe finds on a page that keeps somebody out: the rule, and where."""
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe looked at nothing"
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
