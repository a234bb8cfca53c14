"""A call floor on this test's own database."""
from tests.services.floor import floor

__all__ = ["floor"]
