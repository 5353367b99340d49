"""What is measured: the assistant, and what a plain pipeline would do in its place."""

from __future__ import annotations

from eval.systems.base import Response, System
from eval.systems.own import AssistantSystem
from eval.systems.passages import PassageSystem
from eval.systems.side_by_side import side_by_side
from eval.systems.tutorial import TutorialSystem

__all__ = ["AssistantSystem", "PassageSystem", "Response", "System", "TutorialSystem", "side_by_side"]
