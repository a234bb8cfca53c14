"""What a request may carry: the usual, or what its endpoint says; counted, not believed."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, File, UploadFile
from fastapi.testclient import TestClient

from tests.services.floor import Floor
from web.bodies import USUAL, carries

LARGE = 3_000_000


@pytest.fixture
def client(app: FastAPI, floor: Floor) -> TestClient:
    router = APIRouter()

    @router.post("/api/try/{name}", openapi_extra=carries(LARGE))
    def take(name: str, file: Annotated[UploadFile, File()]) -> int:
        return len(file.file.read())

    app.include_router(router)
    return TestClient(app)


def test_an_endpoint_that_takes_files_takes_as_much_as_it_says(client: TestClient) -> None:
    assert client.post("/api/try/a", files={"file": b"x" * (LARGE - 1000)}).json() == LARGE - 1000
    refused = client.post("/api/try/a", files={"file": b"x" * LARGE})
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]) == (413, "too_large", {"limit": LARGE})
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_all_others_take_the_usual(client: TestClient) -> None:
    refused = client.post("/api/session", content=b" " * (USUAL + 1), headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/session", "/api/try/a"])
def test_a_body_without_a_length_is_counted(client: TestClient, path: str) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 100_000

    kind = {"content-type": "multipart/form-data; boundary=x" if "try" in path else "application/json"}
    refused = client.post(path, content=endless(), headers=kind)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_length_that_is_no_number_is_refused(client: TestClient) -> None:
    assert client.post("/api/session", content=b"{}", headers={"content-length": "many"}).status_code == 413
