"""The session over HTTP: the cookie, the CSRF token, and refusals a person can read."""
from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from accounts.rules import FAILURES_PER_LOGIN
from tests.services.floor import PASSWORD, Floor

SESSION = "/api/session"


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(app: FastAPI, floor: Floor):
    floor.an_agent("8001")
    answer = TestClient(app).post(SESSION, json={"login": "agent8001", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "jiesu_session=" in cookie and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie  # plain HTTP on loopback
    body = answer.json()
    assert (body["person"]["extension"], body["person"]["roles"], body["demo"]) == ("8001", ["operator"], True)
    secure = TestClient(app, base_url="https://hotline.example").post(
        SESSION, json={"login": "agent8001", "password": PASSWORD}
    )
    assert "Secure" in secure.headers["set-cookie"]


def test_nobody_without_a_session(app: FastAPI):
    for method, path in (("GET", SESSION), ("GET", "/api/presence"), ("GET", "/api/calls"), ("DELETE", SESSION)):
        answer = TestClient(app).request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_request_without_the_csrf_token_changes_nothing(browse, floor: Floor):
    floor.a_person("li.na", "operator")
    tab = browse("li.na")
    del tab.client.headers["X-CSRF-Token"]
    assert tab.client.delete(SESSION).status_code == 403
    assert tab.get(SESSION).status_code == 200


def test_signing_out_ends_the_session_and_signs_the_phone_off(browse, floor: Floor):
    agent = floor.a_ready_agent("8001")
    tab = browse("agent8001")
    assert tab.client.delete(SESSION).status_code == 204
    assert tab.get(SESSION).status_code == 401
    assert floor.presence(agent).state == "offline"


def test_the_language_is_chosen_per_person(browse, floor: Floor):
    floor.a_person("li.na", "operator")
    tab = browse("li.na")
    assert tab.client.patch(SESSION, json={"locale": "en"}).json()["person"]["locale"] == "en"
    assert tab.get(SESSION).json()["person"]["locale"] == "en"
    assert tab.client.patch(SESSION, json={"locale": "xx"}).status_code == 422


def test_too_many_failures_say_how_long_to_wait_and_are_remembered_over_rolled_back_requests(app: FastAPI, floor: Floor):
    floor.a_person("li.na", "operator")
    tab = TestClient(app)
    for _ in range(FAILURES_PER_LOGIN):
        refused = tab.post(SESSION, json={"login": "li.na", "password": "wrong password"})
        assert (refused.status_code, refused.json()["code"]) == (401, "wrong_password")
    refused = tab.post(SESSION, json={"login": "li.na", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert refused.json()["details"]["retry_after"] > 0


def test_absurd_credentials_are_refused_before_any_work(app: FastAPI):
    bodies: list[Any] = [{"login": "x" * 65, "password": "y"}, {"login": "x", "password": "y" * 1025}, {"login": 1}, []]
    for body in bodies:
        assert TestClient(app).post(SESSION, json=body).status_code == 422
    assert TestClient(app).post(SESSION, json={"login": "a\x00b", "password": "p\x00"}).status_code == 401
