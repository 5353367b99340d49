"""What became of a language model's sentences in an evaluation, and how long people waited for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from assistant.answer import Answer


@dataclass
class Wordings:
    """Sums over all answers; seconds are those of the answers that were worded."""

    model: str = ""
    asked: int = 0
    shown: int = 0
    sentences: int = 0
    unproven: int = 0
    repaired: int = 0
    replaced: int = 0
    left_out: int = 0
    tokens: int = 0
    first_word_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        """Count one answer; those that no model was asked for do not count."""
        told = answer.wording
        if told is None:
            return
        self.model = told.model
        self.asked += 1
        self.shown += answer.engine == "generated"
        self.sentences += told.sentences
        self.unproven += told.unproven
        self.repaired += told.repaired
        self.replaced += told.replaced
        self.left_out += told.left_out
        self.tokens += told.tokens
        if "first_word" in answer.timings_ms:
            self.first_word_ms.append(answer.timings_ms["first_word"])
        self.whole_ms.append(answer.timings_ms["total"])

    def in_words(self) -> str:
        """One German sentence each about sentences and times."""
        share = f"{100 * self.unproven / self.sentences:.0f} %" if self.sentences else "–"
        first, whole = _median(self.first_word_ms), _median(self.whole_ms)
        return (
            f"Sprachmodell „{self.model}“: {self.asked}-mal gefragt, {self.shown} Antworten formuliert, "
            f"{self.sentences} Sätze, davon zunächst nicht belegt {self.unproven} ({share}); davon berichtigt "
            f"{self.repaired}, durch das Zitat ersetzt {self.replaced}, weggelassen {self.left_out}. "
            f"{self.tokens} Tokens geschrieben; Median bis zum ersten Wort {first}, bis zur ganzen Antwort {whole}."
        )


def _median(milliseconds: list[float]) -> str:
    """In seconds, as it is read in German."""
    return f"{median(milliseconds) / 1000:.1f} s".replace(".", ",") if milliseconds else "–"
