"""How far an answer is, for people; and that nobody waits for it any more."""

from __future__ import annotations

from assistant.engine import Progress
from corpus.errors import AktenkundigError


class HungUpError(AktenkundigError):
    """Whoever asked does not wait any more; raised out of the work on the answer."""


class News:
    """Tells what is new of what is told again and again while somebody waits, or a model writes."""

    def __init__(self) -> None:
        self._last: Progress | None = None

    def is_new(self, progress: Progress) -> bool:
        """Whether this was not told last."""
        last, self._last = self._last, progress
        return progress.statement is not None or last is None or progress.stage != last.stage


def in_words(progress: Progress) -> str:
    """How far an answer is, for people."""
    match progress.stage:
        case "waiting":
            return "Ich beantworte noch andere Fragen, gleich Ihre …"
        case "searching":
            return f"Ich suche in {_counted(progress.count, 'Dokument', 'Dokumenten')} …"
        case "reading":
            return f"Ich lese {_counted(progress.count, 'Textstelle', 'Textstellen')} …"
        case "composing":
            return "Ich stelle die Antwort zusammen …"
        case "writing":
            return "Ich formuliere die Antwort und prüfe jeden Satz an den Fundstellen …"


def _counted(count: int, one: str, many: str) -> str:
    return f"{'einem' if one == 'Dokument' else 'eine'} {one}" if count == 1 else f"{count} {many}"
