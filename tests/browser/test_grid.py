"""A grid worker's phone without a connection: what was done is kept over a reload and takes effect once, photos too."""
from __future__ import annotations

import io
import json
from contextlib import closing

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import faults
from tests.browser.conftest import NewPage
from tests.browser.people import at
from tests.system import System, wait_until

WORKER, LEADER, DISPATCHER = ("grid_worker", 0), ("grid_worker", 1), ("dispatcher", 0)


def a_photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (2400, 1200), (120, 90, 40)).save(made, "JPEG")
    return made.getvalue()


def sign_in(page: Page, system: System) -> None:
    account = system.account(*WORKER)
    page.goto("/login")
    at(page, "login-name").fill(account["login"])
    at(page, "login-password").fill(account["password"])
    at(page, "login-submit").click()
    expect(at(page, "grid-page")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-kept", "yes")  # its files are on the phone


def send(system: System, text: str) -> dict:
    """A task for a grid of the worker, by the dispatcher; with it the client of somebody else who may take it."""
    with closing(system.signed_in(*WORKER)) as worker:
        grid = worker.get("/api/grid/me").json()["grids"][0]["id"]
    with closing(system.signed_in(*DISPATCHER)) as desk:
        answer = desk.post("/api/grid/tasks", json={"kind": "respond", "matter": "lamp", "text": text, "grid_id": grid})
        assert answer.status_code == 201, answer.text
        return answer.json()


def listed(client: httpx.Client, text: str) -> list[dict]:
    return [one for one in client.get("/api/grid/tasks").json() if one["text"] == text]


@pytest.mark.timeout(240)
def test_hk7_offline_reload_online_exactly_one_effect(system: System, a_page: NewPage) -> None:
    page = a_page(390, 844)
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, system)
    taken, lost = send(system, "路灯闪烁 <b>请看</b>"), send(system, "这条会被别人接走")
    # The news reaches the open page; script and markup stay text.
    card = page.locator(f'[data-test="grid-task"][data-id="{taken["id"]}"]')
    expect(card).to_contain_text("<b>请看</b>")
    expect(page.locator(f'[data-id="{lost["id"]}"]')).to_be_visible()
    found = faults(page, "tasks")

    page.context.set_offline(True)
    card.click()
    for step in ("take", "arrive", "resolve"):
        at(page, f"step-{step}").click()
    at(page, "step-text").fill("灯头已更换")
    at(page, "grid-photo").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_photo()})
    expect(page.locator(".picker img")).to_be_visible()
    at(page, "step-send").click()
    expect(at(page, "grid-queued")).to_have_text("3")
    at(page, "grid-back").click()
    page.locator(f'[data-test="grid-task"][data-id="{lost["id"]}"]').click()
    at(page, "step-take").click()
    at(page, "grid-tab-found").click()
    at(page, "matter-garbage").check(force=True)
    at(page, "found-text").fill("离线发现的垃圾")
    at(page, "found-send").click()
    expect(at(page, "grid-queued")).to_have_text("5")
    page.reload()
    expect(at(page, "grid-queued")).to_have_text("5")
    expect(at(page, "grid-sync")).to_have_attribute("data-online", "false")

    with closing(system.signed_in(*LEADER)) as leader, closing(system.signed_in(*DISPATCHER)) as desk:
        key = {"key": "3f0c8a52-0000-4000-8000-000000000001", "step": "take", "task_id": lost["id"]}
        assert leader.post("/api/grid/actions", json=key).status_code == 200
        page.context.set_offline(False)
        wait_until(lambda: listed(desk, "离线发现的垃圾"), "the finding arrives")
        expect(at(page, "grid-queued")).to_have_text("1", timeout=60_000)
        at(page, "grid-tab-queue").click()
        expect(at(page, "grid-queue-row")).to_have_attribute("data-problem", "task_taken")
        found += faults(page, "a conflict is told")
        page.reload()
        expect(at(page, "grid-queued")).to_have_text("1")
        assert len(listed(desk, "离线发现的垃圾")) == 1
        events = desk.get(f"/api/grid/tasks/{taken['id']}").json()["events"]
        assert [one["step"] for one in events] == ["send", "take", "arrive", "resolve"]
        photo = desk.get(f"/api/grid/photos/{events[-1]['details']['photos'][0]}")
        with Image.open(io.BytesIO(photo.content)) as picture:
            assert picture.size == (1600, 800)  # made small on the phone
    at(page, "grid-tab-queue").click()
    at(page, "grid-forget").click()
    expect(at(page, "grid-queued")).to_be_hidden()
    at(page, "grid-tab-found").click()
    found += faults(page, "found")
    assert not found, "\n".join(found)


def test_the_desk_of_the_grids(system: System, a_page: NewPage) -> None:
    page = a_page()
    page.emulate_media(reduced_motion="reduce")
    account = system.account(*DISPATCHER)
    page.goto("/login?next=/grid/desk")
    at(page, "login-name").fill(account["login"])
    at(page, "login-password").fill(account["password"])
    at(page, "login-submit").click()
    expect(at(page, "grid-rows")).to_be_visible()
    found = faults(page, "grids")
    page.locator('[data-test="grid-rows"] button').first.click()
    expect(at(page, "grid-panel")).to_be_visible()
    found += faults(page, "one grid")
    at(page, "map-svg").focus()
    for key in ("+", "ArrowLeft", "ArrowDown", "-", "0"):
        page.keyboard.press(key)
    at(page, "grid-import").click()
    crossing = {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [2, 1], [1, 2], [1, 1]]]}
    faulty = {"type": "Feature", "properties": {"code": "X", "name": "<i>x</i>", "unit": "guangming"}, "geometry": crossing}
    file = json.dumps({"type": "FeatureCollection", "features": [faulty]}).encode()
    at(page, "import-file").set_input_files({"name": "x.geojson", "mimeType": "application/json", "buffer": file})
    expect(at(page, "import-rows")).to_contain_text("<i>x</i>")
    expect(at(page, "import-take")).to_be_disabled()
    found += faults(page, "a faulty file")
    assert not found, "\n".join(found)
