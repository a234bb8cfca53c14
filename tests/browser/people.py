"""What an agent and a citizen do with their pages, in their words."""
from __future__ import annotations

from contextlib import closing

from playwright.sync_api import Locator, Page, expect

from tests.system import System, wait_until

# Installed before the page's own scripts: its voice connections can be asked what they heard.
LISTEN = """
window.heard = []
window.RTCPeerConnection = class extends RTCPeerConnection { constructor(...given) { super(...given); window.heard.push(this) } }
"""
PACKETS = """async () => {
  let packets = 0
  for (const connection of window.heard.filter((one) => one.connectionState === 'connected'))
    for (const report of (await connection.getStats()).values())
      if (report.type === 'inbound-rtp') packets += report.packetsReceived
  return packets
}"""


def at(page: Page, name: str) -> Locator:
    return page.locator(f'[data-test="{name}"]').first


def sign_in(page: Page, system: System, role: str = "operator", index: int = 0) -> None:
    account = system.account(role, index)
    page.goto("/")
    at(page, "login-name").fill(account["login"])
    at(page, "login-password").fill(account["password"])
    at(page, "login-submit").click()
    expect(at(page, "login-submit")).to_be_hidden()


def be_ready(page: Page) -> None:
    """Signed on, registered, and waiting for the next call."""
    at(page, "sign-on").click()
    ready = at(page, "presence-ready")
    expect(ready).to_be_visible()
    ready.click()
    state(page, "ready")


def state(page: Page, wanted: str) -> None:
    expect(at(page, "phone-state")).to_have_attribute("data-state", wanted, timeout=45_000)


def answer(page: Page) -> None:
    """The hotline knows of it too: who hangs up within a blink has not answered."""
    page.keyboard.press("F2")
    state(page, "talking")
    known = "fetch('/api/presence').then((answer) => answer.json()).then((presence) => presence.state)"
    wait_until(lambda: page.evaluate(known) == "talking", "the hotline knows that we talk")


def citizen_at(page: Page, number: str) -> None:
    page.goto("/phone")
    page.locator(f'[data-test="phone-line"][data-number="{number}"]').click()
    expect(at(page, "citizen-state")).to_have_attribute("data-state", "idle")
    expect(at(page, "dial")).to_be_enabled()  # registered


def sign_off(system: System, index: int) -> None:
    """Hang up and sign off, whatever the test left: the next caller must not find this seat."""
    with closing(system.signed_in("operator", index)) as client:
        presence = client.get("/api/presence").json()
        if presence["state"] in {"ringing", "talking"}:
            client.post(f"/api/calls/{presence['call']['call_id']}/hangup")
        free = {"offline", "ready", "paused", "wrap_up"}
        wait_until(lambda: client.get("/api/presence").json()["state"] in free, "no call", 60)
        client.post("/api/presence/sign-off").raise_for_status()


def hears(page: Page) -> bool:
    """Sound arrives in this page: more packets now than a moment ago."""
    before = page.evaluate(PACKETS)
    wait_until(lambda: page.evaluate(PACKETS) > before, "sound", 30)
    return True


def invites_of(page: Page) -> list[str]:
    """Call-IDs of the calls that ring in this page from now on; open it before the page connects."""
    found: list[str] = []

    def read(frame: str | bytes) -> None:
        message = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        if message.startswith("INVITE "):
            found.extend(line.split(":", 1)[1].strip() for line in message.splitlines() if line.lower().startswith("call-id:"))

    page.on("websocket", lambda stream: stream.on("framereceived", read))
    return found


def tab_to(page: Page, name: str) -> None:
    """With the keyboard alone: Tab until this has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement?.dataset.test") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {name}")
