from __future__ import annotations

import pytest

from assistant.proof.roots import covered, root


@pytest.mark.parametrize(
    "forms",
    [
        "ablehnen abgelehnt Ablehnung ablehnend",
        "beschließen beschloss beschlossen Beschluss Beschlüsse beschließt",
        "einrichten eingerichtet einzurichten Einrichtung",
        "empfehlen empfiehlt empfohlen empfahl Empfehlung",
        "erhalten erhält erhielt",
        "übernehmen übernimmt übernommen Übernahme",
        "genehmigen genehmigt Genehmigung",
        "steigen gestiegen stieg",
        "erarbeiten erarbeitet Erarbeitung",
        "Kommune Kommunen",
    ],
)
def test_forms_and_derivations_of_one_word_have_one_root(forms: str) -> None:
    assert len({root(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ablehnen", "annehmen"), ("beschließen", "abschließen"), ("Kreistag", "Landtag"), ("steigen", "sinken"),
        ("Schulamt", "Jugendamt"), ("erhöhen", "erhalten"), ("Zuschuss", "Ausschuss"),
    ],
)  # fmt: skip
def test_other_words_have_other_roots(one: str, other: str) -> None:
    assert root(one) != root(other)


def test_a_compound_is_covered_by_its_parts_and_covers_its_head_but_not_the_other_way_round() -> None:
    assert covered(root("Personalkosten"), frozenset({root("Personal"), root("Kosten")}))
    assert covered(root("Kostenaufstellung"), frozenset({root("Kostenaufstellung")}))
    assert covered(root("Förderung"), frozenset({root("Landesförderung")}))
    assert not covered(root("Personalkosten"), frozenset({root("Sachkosten")}))
    assert not covered(root("Jugendhilfeausschuss"), frozenset({root("Ausschuss")}))
