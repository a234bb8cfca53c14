"""`./jiesu bench grid`: finding the grid of a point among 5,000, by the index and by a full scan, in a database of its own.

The index is GiST over the bounding boxes (core PostgreSQL), then shapely decides; the scan reads every outline and asks each.
Keys: `grids`, `points`, `locate_p50_ms`, `locate_p99_ms`, `scan_ms`, `over_scan` (ratio of the scan to the index's median).
"""
from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from shapely.geometry import Point
from sqlalchemy import select, text

from accounts.model import Unit
from accounts.tree import plant
from bench.ivr_callers import percentile
from common.database import Database
from common.embedded_postgres import EmbeddedPostgres
from common.settings import Settings
from entrypoints import schema
from tests.ports import take_block
from tickets.grid.model import Grid
from tickets.grid.shapes import grid_at, stored

SIDE, ROWS = 0.01, 50
GRIDS, POINTS, SCANS = 5_000, 2_000, 5
EDGE_POINTS = 24  # an outline of a city's grid has some dozens


def run(_: Settings, report: Callable[[str, float], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "cluster", take_block() + 6, Path(folder) / "secrets", volatile=True)
        server.prepare()
        server.start()
        try:
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench_grid")
            schema.migrate(server.url("bench_grid"))
            return measure(Database(server.url("bench_grid")), report)
        finally:
            server.stop()


def measure(database: Database, report: Callable[[str, float], None]) -> dict[str, Any]:
    chance = random.Random(1)
    with database.transaction() as session:
        unit = plant(session, Unit(name="云溪县", kind="county", code="yunxi"))
        session.add_all(_grid(unit.id, number) for number in range(GRIDS))
        session.flush()
        session.execute(text("ANALYZE grids"))
    took = []
    where = [(110 + chance.random() * GRIDS / ROWS * SIDE, 40 + chance.random() * ROWS * SIDE) for _ in range(POINTS)]
    with database.transaction() as session:
        for number, (lon, lat) in enumerate(where):
            started = time.perf_counter()
            assert grid_at(session, lon, lat) is not None
            took.append((time.perf_counter() - started) * 1000)
            session.expunge_all()
            if number % 100 == 0:
                report(f"{number} points", number / POINTS)
        scans = []
        for lon, lat in where[:SCANS]:
            started = time.perf_counter()
            everything = session.scalars(select(Grid).order_by(Grid.code))
            found = [grid for grid in everything if stored(grid.rings).covers(Point(lon, lat))]
            scans.append((time.perf_counter() - started) * 1000)
            assert found
            session.expunge_all()
    database.close()
    median, scan = percentile(took, 50), percentile(scans, 50)
    return {
        "grids": GRIDS, "points": POINTS, "locate_p50_ms": round(median, 2), "locate_p99_ms": round(percentile(took, 99), 2),
        "scan_ms": round(scan, 1), "over_scan": round(scan / median, 1),
    }


def _grid(unit_id: UUID, number: int) -> Grid:
    west, south = 110 + number // ROWS * SIDE, 40 + number % ROWS * SIDE
    corners = [(west, south), (west + SIDE, south), (west + SIDE, south + SIDE), (west, south + SIDE)]
    ring = []
    for (lon, lat), (to_lon, to_lat) in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = EDGE_POINTS // 4
        ring += [[lon + (to_lon - lon) * step / steps, lat + (to_lat - lat) * step / steps] for step in range(steps)]
    return Grid(
        code=f"G{number:05d}", name=f"网格{number}", unit_id=unit_id, rings=[[*ring, ring[0]]], min_lon=west, min_lat=south,
        max_lon=west + SIDE, max_lat=south + SIDE,
    )
