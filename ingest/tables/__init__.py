"""Tables: finds them on pages, joins them across page breaks, and tells what their rows are."""

from __future__ import annotations

from ingest.tables.cells import TableRegion
from ingest.tables.detection import find_tables
from ingest.tables.joining import number_tables
from ingest.tables.roles import row_reading, row_roles

__all__ = ["TableRegion", "find_tables", "number_tables", "row_reading", "row_roles"]
