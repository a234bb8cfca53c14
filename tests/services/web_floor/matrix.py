"""What the role matrix needs to knock on every door: the doors of the app, and a request that each would understand."""
from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import WebSocketRoute

TABLE = Path(__file__).parent / "roles.yaml"
NOBODY = UUID(int=7)  # an id of nothing: a door that opens says 404 here
STRINGS = {"uuid": str(NOBODY), "date-time": "2026-03-02T09:00:00+08:00", "date": "2026-03-02", "binary": "x"}


def table() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return told


def doors(app: FastAPI) -> set[str]:
    """"GET /api/tickets/{ticket_id}"; a WebSocket is "WS /api/live"."""
    found: set[str] = set()
    for route in iter_route_contexts(app.routes):
        original = route.original_route
        if isinstance(original, APIRoute):
            found |= {f"{method} {route.path}" for method in route.methods or ()}
        elif "websocket" in type(original).__name__.lower() or isinstance(original, WebSocketRoute):
            found.add(f"WS {route.path}")
    return found


class Samples:
    """The least request that passes an endpoint's schema, so that what refuses is the right and not the shape."""

    def __init__(self, app: FastAPI) -> None:
        self._described = app.openapi()

    def request(self, door: str) -> dict[str, Any]:
        """`url` and what httpx takes beside it: json or files, params."""
        method, path = door.split(" ")
        told = self._described["paths"][path][method.lower()]
        parameters = [self._resolved(one) for one in told.get("parameters", ())]
        names = {one["name"]: self._value(one["schema"]) for one in parameters if one["in"] == "path"}
        asked = {one["name"]: self._value(one["schema"]) for one in parameters if one["in"] == "query" and one["required"]}
        request: dict[str, Any] = {"method": method, "url": path.format(**names), "params": asked}
        content = self._resolved(told.get("requestBody", {})).get("content", {})
        if "application/json" in content:
            request["json"] = self._value(content["application/json"]["schema"])
        elif "application/octet-stream" in content:
            request["content"] = b"x"
        elif "multipart/form-data" in content:
            fields = self._value(content["multipart/form-data"]["schema"])
            files = {name for name, one in self._properties(content["multipart/form-data"]["schema"]).items() if _is_file(one)}
            request["files"] = {name: ("a.bin", b"x") for name in files}
            request["data"] = {name: value for name, value in fields.items() if name not in files}
        return request

    def _resolved(self, told: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in told:
            found: dict[str, Any] = self._described
            for part in told["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return found
        return told

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = self._resolved(schema).get("properties", {})
        return {name: self._resolved(one) for name, one in properties.items()}

    def _value(self, schema: dict[str, Any]) -> Any:
        told = self._resolved(schema)
        if several := told.get("anyOf") or told.get("oneOf") or told.get("allOf"):
            return self._value(several[0])
        if options := told.get("enum") or [told[key] for key in ("const", "default") if key in told]:
            return options[0]
        match told.get("type"):
            case "object":
                wanted = told.get("required", ())
                return {name: self._value(one) for name, one in told.get("properties", {}).items() if name in wanted}
            case "array":
                return [self._value(told["items"])] * told.get("minItems", 0)
            case "integer" | "number":
                return max(told.get("minimum", 1), told.get("exclusiveMinimum", 0) + 1)
            case kind:
                return False if kind == "boolean" else STRINGS.get(told.get("format", ""), "x" * max(1, told.get("minLength", 1)))


def _is_file(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema
