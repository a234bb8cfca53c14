"""axe-core, from the console's own packages, asked about what a page shows now."""
from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from common.settings import PROJECT
from tests.browser.people import at

AXE = PROJECT / "console" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations"


def faults(page: Page, state: str) -> list[str]:
    """One line for each element that some rule of axe refuses; empty when clean."""
    page.wait_for_load_state("networkidle")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())  # by the debugger's way in: the page's own policy allows no foreign script
    found: list[dict[str, Any]] = page.evaluate(RUN)
    language = page.evaluate("document.documentElement.lang")
    return [f"{state} ({language}): {rule['id']} {_words(node)}" for rule in found for node in rule["nodes"]]


def _words(node: dict[str, Any]) -> str:
    return f"at {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[1].strip()}"


def switch_language(page: Page) -> None:
    before = page.evaluate("document.documentElement.lang")
    at(page, "user-menu").click()
    at(page, "switch-locale").click()
    expect(page.locator("html")).not_to_have_attribute("lang", before)
    expect(at(page, "switch-locale")).to_be_hidden()


def faults_in_both(page: Page, state: str) -> list[str]:
    """In the language of now and in the other one, which stays."""
    found = faults(page, state)
    switch_language(page)
    return found + faults(page, state)
