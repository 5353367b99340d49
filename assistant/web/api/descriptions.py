"""German descriptions of the shapes that the API shares with the rest of the program, whose docstrings are English."""

from __future__ import annotations

from typing import Any, Final

_DOCUMENT: Final = "Kennung des Dokuments"
_START: Final = "erstes Zeichen im Text des Dokuments, ab 0"
_END: Final = "hinter dem letzten Zeichen"

SHAPES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "Answer": (
        "Eine belegte Antwort oder eine ehrliche Absage.",
        {
            "question": "die Frage, wie sie gestellt wurde",
            "standalone_question": "die Frage, wie sie verstanden wurde",
            "status": "„answered“: beantwortet, „partial“: teilweise, „not_found“: keine Angabe in den Unterlagen",
            "text": "die Antwort in Markdown, mit Marken wie [1]",
            "short_answer": "die kurze Antwort, wörtlich aus einem Zitat",
            "statements": "die einzelnen Aussagen",
            "citations": "die Belege; jede Marke nennt einen, und jeder wird gebraucht",
            "not_found": "bei einer Absage: was durchsucht wurde, was fehlt und was am nächsten kommt",
            "engine": "„quotes“: nur Zitate, „generated“: von einem Sprachmodell formuliert",
            "confidence": "Wahrscheinlichkeit, dass die Unterlagen die Frage beantworten, 0 bis 1",
            "timings_ms": "Dauer der Schritte in Millisekunden",
            "wording": "was aus den Sätzen eines Sprachmodells wurde; fehlt, wo keines gefragt wurde",
            "settings": "Prüfsumme der Einstellungen",
        },
    ),
    "Wording": (
        "Welches Sprachmodell formuliert hat und was aus seinen Sätzen wurde.",
        {
            "model": "Name des Sprachmodells",
            "sentences": "Sätze, die es geschrieben hat",
            "unproven": "davon zunächst nicht belegt",
            "repaired": "davon vom Sprachmodell berichtigt",
            "replaced": "davon durch den Wortlaut der Fundstelle ersetzt",
            "left_out": "davon weggelassen",
            "tokens": "Stücke, in denen der Text kam, meist je ein Token",
        },
    ),
    "Citation": (
        "Ein wörtliches Zitat und wo es steht.",
        {
            "number": "Nummer, die die Marken nennen",
            "document": _DOCUMENT,
            "title": "Titel des Dokuments",
            "kind": "Art des Dokuments",
            "label": "Fundstelle, wie man sie in eine Vorlage schreibt",
            "origin": "„example“: frei erfundenes Beispieldokument, nicht amtlich",
            "section": "Überschrift des Abschnitts",
            "pages": "Seiten, auf denen es steht",
            "char_start": _START,
            "char_end": _END,
            "quote": "Wortlaut",
            "boxes": "Kästen um genau diese Wörter",
            "short_start": "Anfang der kurzen Antwort im Text des Dokuments",
            "short_end": "Ende der kurzen Antwort im Text des Dokuments",
            "stand": "Datum der Quelle",
            "paragraph": "Nummer des Absatzes bei Formaten ohne Seiten, ab 1",
            "cells": "bei einer Tabellenzeile: ihre Zellen mit den Köpfen der Spalten",
            "confidence": "wie sicher die Texterkennung ist, 0 bis 1; leer, wo der Text schon vorlag",
            "references": "andere Dokumente, auf die das Zitat verweist",
        },
    ),
    "Statement": (
        "Eine Aussage der Antwort.",
        {
            "text": "Wortlaut",
            "kind": "„quote“: Zitat, „generated“: formuliert, „notice“: Hinweis zur Suche oder zur Quelle",
            "citations": "Nummern der Belege",
            "verification": "„verbatim“: wörtlich, „supported“: belegt, „unsupported“: nicht belegt",
        },
    ),
    "NotFound": (
        "Was zu einer Absage gehört.",
        {
            "searched": "Zahl der durchsuchten Dokumente",
            "announced_but_missing": "angekündigte Dokumente, die nicht vorliegen",
            "nearest": "Textstellen, die am nächsten kommen, aber nicht antworten",
        },
    ),
    "PageReference": (
        "Eine Seite.",
        {"index": "Seite der Datei, ab 0", "printed": "Seitenzahl, wie sie auf der Seite steht"},
    ),
    "HighlightBox": (
        "Ein Kasten in Punkten (1/72 Zoll) der angezeigten Seite, Ursprung oben links.",
        {"page": "Seite der Datei, ab 0", "x0": "links", "y0": "oben", "x1": "rechts", "y1": "unten"},
    ),
    "CitedCell": (
        "Eine Zelle einer zitierten Tabellenzeile.",
        {"header": "Kopf der Spalte", "text": "Inhalt", "char_start": _START, "char_end": _END},
    ),
    "CitedReference": (
        "Ein Dokument, auf das ein Zitat verweist.",
        {"kind": "Art", "title": "Titel", "document": "Kennung; leer, wenn es nicht vorliegt"},
    ),
    "SessionSheet": (
        "Das Sitzungsblatt eines Dokuments; jede Zeile ist belegt.",
        {
            "document": _DOCUMENT,
            "title": "Titel",
            "kind": "Art",
            "origin": "„example“: frei erfundenes Beispieldokument, nicht amtlich",
            "committee": "Gremium",
            "date": "Datum nach ISO 8601",
            "parts": "die Teile des Blattes in ihrer Reihenfolge",
            "citations": "die Belege",
        },
    ),
    "SheetPart": (
        "Ein Teil des Sitzungsblattes.",
        {
            "name": "fester Name des Teils",
            "title": "Überschrift",
            "lines": "Zeilen",
            "empty": "was dasteht, wenn es keine Zeilen gibt",
            "more": "wie viele weitere Stellen es gibt",
        },
    ),
    "SheetLine": (
        "Eine Zeile des Sitzungsblattes.",
        {"text": "was das Blatt zum Zitat sagt, oft nichts", "citation": "Nummer des Belegs"},
    ),
    "FactCheck": (
        "Die Prüfung eines Entwurfs.",
        {
            "claims": "die Aussagen des Entwurfs, in seiner Reihenfolge",
            "checked_on": "Tag der Prüfung nach ISO 8601",
            "searched": "wie viele Dokumente durchsucht wurden",
            "documents": "ihre Titel",
            "settings": "Prüfsumme der Einstellungen",
            "timings_ms": "Dauer der Schritte in Millisekunden",
        },
    ),
    "CheckedClaim": (
        "Eine Aussage des Entwurfs mit ihrem Urteil.",
        {
            "text": "Wortlaut im Entwurf",
            "start": "erstes Zeichen im Entwurf, ab 0",
            "end": _END,
            "verdict": "belegt, teilweise belegt, weicht ab, nicht gefunden oder keine prüfbare Aussage",
            "citations": "die Stellen, auf denen das Urteil beruht",
            "differences": "was der Entwurf sagt und was das Dokument",
            "confidence": "wie sicher das Urteil ist, 0 bis 1",
            "unproven": "Wörter, die nichts belegt, wo das Übrige belegt ist",
            "note": "Hinweis zum Urteil",
        },
    ),
    "Difference": (
        "Was der Entwurf sagt und was das Dokument oder eine Rechnung stattdessen.",
        {
            "draft": "Wörter des Entwurfs",
            "document": "Wörter des Dokuments, oder was richtig wäre",
            "draft_start": "erstes Zeichen im Entwurf, ab 0",
            "draft_end": _END,
            "citation": "Nummer der Stelle; fehlt bei einer Rechnung",
            "document_start": _START,
            "document_end": _END,
        },
    ),
    "DraftPart": (
        "Wörter des Entwurfs und wo sie stehen.",
        {"text": "Wortlaut", "start": "erstes Zeichen im Entwurf, ab 0", "end": _END},
    ),
    "Opinion": (
        "Eine Meinung zu einer Antwort.",
        {
            "verdict": "„up“: hilfreich, „down“: nicht hilfreich",
            "reasons": "was nicht stimmt: falsch, falsche Stelle, unvollständig, unverständlich",
            "comment": "Anmerkung",
        },
    ),
}


def in_german(description: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description whose shared shapes are described in German, and whose refusals are problem documents."""
    for name, schema in description["components"]["schemas"].items():
        if name in SHAPES:
            schema["description"], fields = SHAPES[name]
            for field, text in fields.items():
                schema["properties"][field]["description"] = text
    for operations in description["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                # FastAPI can be told the shape of a refusal, not its media type (RFC 9457).
                if status.startswith(("4", "5")) and "application/json" in content:
                    content["application/problem+json"] = content.pop("application/json")
    return description
