"""Shows an evaluation: as tables for a terminal, and as one HTML page with plots."""

from __future__ import annotations

from eval.report.page import html_page
from eval.report.text import render

__all__ = ["html_page", "render"]
