from __future__ import annotations

from assistant.answer import Answer, NotFound, Wording
from eval.wordings import Wordings


def answer(wording: Wording | None, *, engine: str = "generated", first_word: float = 1500.0) -> Answer:
    return Answer.model_validate(
        {
            "question": "Was?",
            "standalone_question": "Was?",
            "status": "not_found",
            "text": "Nichts.",
            "short_answer": None,
            "statements": [],
            "citations": [],
            "not_found": NotFound(searched=1, announced_but_missing=[], nearest=[]),
            "engine": engine,
            "confidence": 0.5,
            "timings_ms": {"total": 4000.0, "first_word": first_word},
            "settings": "",
            "wording": wording,
        }
    )


def test_sentences_tokens_and_times_are_summed_up_in_german() -> None:
    told = Wording(model="M", sentences=4, unproven=1, repaired=1, replaced=0, left_out=0, tokens=80)
    nothing = Wording(model="M", sentences=2, unproven=2, repaired=0, replaced=0, left_out=2, tokens=20)
    wordings = Wordings()
    for one in (answer(told), answer(nothing, engine="quotes", first_word=2500.0), answer(None)):
        wordings.add(one)
    assert wordings.in_words() == (
        "Sprachmodell „M“: 2-mal gefragt, 1 Antworten formuliert, 6 Sätze, davon zunächst nicht belegt 3 (50 %); davon "
        "berichtigt 1, durch das Zitat ersetzt 0, weggelassen 2. 100 Tokens geschrieben; Median bis zum ersten Wort "
        "2,0 s, bis zur ganzen Antwort 4,0 s."
    )
