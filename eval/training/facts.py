"""What invented council papers say: wordings with slots, what can be asked about them, and words to fill the slots.

Slots of an undertaking are its cases: ``{nom}``, ``{acc}``, ``{dat}``, ``{gen}``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_CASES: Final = ("{nom}", "{acc}", "{dat}", "{gen}")


@dataclass(frozen=True, slots=True)
class Undertaking:
    """Something that a council decides about; ``cases`` are its German cases by the slots' names."""

    cases: dict[str, str]

    @property
    def nominative(self) -> str:
        """With its article."""
        return self.cases["nom"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a paper may say.

    Each of ``wordings`` is one or more sentences; ``questions`` are pairs of a question and the slot that answers it
    in short, ``None`` where the sentences as a whole answer. ``named`` tells whether every wording names the
    undertaking, so that it can be said of another one as well.
    """

    wordings: Sequence[Sequence[str]]
    questions: Sequence[tuple[str, str | None]]
    named: bool = True

    def asked(self, *, named: bool) -> Sequence[tuple[str, str | None]]:
        """The questions; only those that name the undertaking if ``named``."""
        return [question for question in self.questions if not named or any(case in question[0] for case in _CASES)]


FACTS: Final = (
    Fact(
        (
            ("Die Kosten für {acc} belaufen sich auf {euro}.",),
            ("{nom} kostet nach der Schätzung der Verwaltung {euro}.",),
            ("Für {acc} ist mit Aufwendungen in Höhe von {euro} zu rechnen.",),
            ("{board} hat am {date} {acc} für {euro} beschlossen.",),
            ("Im Haushalt sind für {acc} {euro} veranschlagt.",),
        ),
        (
            ("Wie hoch sind die Kosten für {acc}?", "euro"),
            ("Was kostet {nom}?", "euro"),
            ("Wie teuer wird {nom}?", "euro"),
        ),
    ),
    Fact(
        (
            ("Das Land fördert {acc} mit {grant}.",),
            ("Die Zuwendung des Landes für {acc} beträgt {grant}.",),
            ("Nach dem Förderbescheid gewährt das Land für {acc} {grant}.",),
        ),
        (
            ("Wie viel gibt das Land für {acc} dazu?", "grant"),
            ("Mit welchem Betrag fördert das Land {acc}?", "grant"),
            ("Wie hoch ist der Landeszuschuss?", "grant"),
        ),
    ),
    Fact(
        (
            ("Der Eigenanteil für {acc} liegt bei {percent}.",),
            ("{percent} der Kosten für {acc} trägt die Kommune selbst.",),
        ),
        (
            ("Wie hoch ist der Eigenanteil für {acc}?", "percent"),
            ("Welchen Anteil trägt die Kommune selbst?", "percent"),
        ),
    ),
    Fact(
        (
            ("Für {acc} werden {posts} zusätzliche Stellen eingerichtet.",),
            ("{nom} erfordert {posts} Stellen, davon eine für die Leitung.",),
        ),
        (
            ("Wie viele Stellen werden für {acc} eingerichtet?", "posts"),
            ("Wie viel Personal braucht {nom}?", "posts"),
            ("Wie viele Leute werden dafür eingestellt?", "posts"),
        ),
    ),
    Fact(
        (
            ("{board} hat {acc} in seiner Sitzung am {date} {vote} beschlossen.",),
            ("Mit Beschluss vom {date} hat {board} {acc} {vote} befürwortet.",),
        ),
        (
            ("Wann wurde {nom} beschlossen?", "date"),
            ("Wie wurde über {acc} abgestimmt?", "vote"),
            ("Welches Gremium hat {acc} beschlossen?", "board"),
            ("Wer hat {acc} beschlossen?", "board"),
            ("Ist {nom} schon beschlossen?", None),
        ),
    ),
    Fact(
        (
            ("Gegen {acc} stimmten die Mitglieder der {party}.",),
            ("Die {party} lehnte {acc} ab.",),
        ),
        (
            ("Wer hat gegen {acc} gestimmt?", "party"),
            ("Welche Fraktion war dagegen?", "party"),
            ("Wer war dagegen?", "party"),
        ),
    ),
    Fact(
        (
            ("Mit {dat} soll im {month} begonnen werden.",),
            ("Der Beginn {gen} ist für {month} vorgesehen.",),
            ("{nom} startet voraussichtlich im {month}.",),
        ),
        (
            ("Wann beginnt {nom}?", "month"),
            ("Wann geht es mit {dat} los?", "month"),
            ("Ab wann ist {nom} geplant?", "month"),
        ),
    ),
    Fact(
        (
            ("Abgeschlossen sein soll {nom} bis {quarter}.",),
            ("Die Fertigstellung {gen} ist bis {quarter} geplant.",),
        ),
        (("Bis wann ist {nom} fertig?", "quarter"), ("Wann wird {nom} abgeschlossen?", "quarter")),
    ),
    Fact(
        (
            ("Ansprechperson für {acc} ist {person} ({office}).",),
            ("Zuständig für {acc} ist {person}, {office}.",),
        ),
        (
            ("Wer ist für {acc} zuständig?", "person"),
            ("Wer ist Ansprechpartner?", "person"),
            ("Welche Stelle der Verwaltung ist für {acc} zuständig?", "office"),
        ),
    ),
    Fact(
        (
            ("{nom} ist erforderlich, weil {reason}.",),
            ("Die Verwaltung begründet {acc} damit, dass {reason}.",),
        ),
        (("Warum ist {nom} nötig?", None), ("Wie wird {nom} begründet?", None), ("Wozu braucht man das?", None)),
    ),
    Fact(
        (
            ("Die {party} beantragte mit Schreiben vom {letter}, {acc} zu verschieben.",),
            ("Ein Antrag der {party} vom {letter} sieht vor, {acc} zurückzustellen.",),
        ),
        (
            ("Wer wollte {acc} verschieben?", "party"),
            ("Von wann ist der Antrag der {party}?", "letter"),
            ("Was hat die {party} beantragt?", None),
        ),
    ),
    Fact(
        (
            ("Für {acc} stehen im Haushalt {year} Mittel zur Verfügung.",),
            ("Mittel für {acc} sind im Haushalt {year} nicht veranschlagt.",),
            ("{nom} ist im Haushalt {year} noch nicht finanziert.",),
        ),
        (
            ("Ist Geld für {acc} im Haushalt vorgesehen?", None),
            ("Stehen im Haushalt Mittel für {acc} bereit?", None),
            ("In welchem Haushalt stehen die Mittel?", "year"),
        ),
    ),
    Fact(
        (
            ("Über {acc} entscheidet abschließend {board} am {date}.",),
            ("Die Entscheidung über {acc} trifft {board} in der Sitzung am {date}.",),
        ),
        (
            ("Wer entscheidet abschließend über {acc}?", "board"),
            ("Wann wird über {acc} entschieden?", "date"),
            ("Welches Gremium hat das letzte Wort?", "board"),
        ),
    ),
    Fact(
        (
            ("Rechtsgrundlage für {acc} ist {law}.",),
            ("{nom} stützt sich auf {law}.",),
            ("Nach {law} ist die Kommune für {acc} zuständig.",),
        ),
        (
            ("Auf welcher Rechtsgrundlage beruht {nom}?", "law"),
            ("Welches Gesetz gilt dafür?", "law"),
            ("Worauf stützt sich {nom} rechtlich?", "law"),
        ),
    ),
    Fact(
        (
            ("Für {acc} wurden drei Standorte geprüft:", "- {street1}", "- {street2}", "- {street3}"),
            ("Geprüft wurden für {acc} die Standorte {street1}, {street2} und {street3}.",),
        ),
        (("Welche Standorte wurden geprüft?", None), ("Wo könnte {nom} hinkommen?", None)),
    ),
    Fact(
        (
            ("Nach Abschluss {gen} stehen {count} Plätze zur Verfügung.",),
            ("{nom} schafft {count} neue Plätze.",),
        ),
        (("Wie viele Plätze gibt es danach?", "count"), ("Wie viele Plätze schafft {nom}?", "count")),
    ),
    Fact(
        (
            ("Die Förderung für {acc} läuft über {span}.",),
            ("Für {acc} werden die Mittel zunächst für {span} bewilligt.",),
        ),
        (("Wie lange läuft die Förderung für {acc}?", "span"), ("Für wie lange werden die Mittel bewilligt?", "span")),
    ),
    Fact(
        (
            (
                "Zunächst wird für {acc} ein Gutachten eingeholt.",
                "Anschließend werden die Einwohner beteiligt.",
                "Danach legt die Verwaltung {dat_board} einen Entwurf vor.",
            ),
            (
                "Der erste Schritt zu {dat} ist eine Bestandsaufnahme.",
                "Darauf folgt die Abstimmung mit den Trägern.",
                "Zum Schluss wird der Auftrag ausgeschrieben.",
            ),
        ),
        (("In welchen Schritten läuft das ab?", None), ("Wie geht es mit {dat} weiter?", None)),
    ),
    Fact(
        (
            ("{who} hat sich gegen {acc} ausgesprochen, da {doubt}.",),
            ("Bedenken gegen {acc} äußerte {who}, weil {doubt}.",),
        ),
        (
            ("Wer hat Bedenken gegen {acc}?", "who"),
            ("Welche Bedenken gibt es gegen {acc}?", None),
            ("Gibt es Einwände?", None),
        ),
    ),
    Fact(
        (
            ("Ein Beschluss über {acc} ist bislang nicht gefasst worden.",),
            ("{nom} wurde vertagt; beschlossen ist noch nichts.",),
        ),
        (("Ist {nom} beschlossen?", None), ("Wurde über {acc} schon entschieden?", None)),
    ),
    Fact(
        (
            ("Die Sitzung findet im {room} statt und beginnt um {hour} Uhr.",),
            ("Beginn der Sitzung ist {hour} Uhr im {room}.",),
        ),
        (("Wo findet die Sitzung statt?", "room"), ("Um wie viel Uhr beginnt die Sitzung?", "hour")),
        named=False,
    ),
)
FILLERS: Final = (
    "Die Verwaltung hat den Sachverhalt geprüft.",
    "Auf die Vorberatungen wird verwiesen.",
    "Einzelheiten sind der Anlage zu entnehmen.",
    "Die Fraktionen haben Gelegenheit zur Stellungnahme erhalten.",
    "Weitere Gespräche sind vereinbart.",
    "Die Verwaltung wird laufend berichten.",
    "Die Auswirkungen auf den Klimaschutz wurden betrachtet.",
    "Die betroffenen Ämter wurden beteiligt.",
    "Das Ergebnis der Prüfung liegt vor.",
    "Über den Stand wurde bereits mündlich berichtet.",
)

_FEMININE: Final = (
    "Sanierung",
    "Erweiterung",
    "Einrichtung",
    "Umgestaltung",
    "Schließung",
    "Modernisierung",
    "Verlegung",
)
_MASCULINE: Final = ("Neubau", "Ausbau", "Umbau", "Verkauf", "Abriss")
_OBJECTS: Final = (
    "des Hallenbads", "des Freibads", "der Grundschule West", "der Realschule", "des Marktplatzes", "der Stadtbücherei",
    "der Musikschule", "des Jugendzentrums", "der Kita Sonnenhang", "der Feuerwache 2", "des Bauhofs", "der Sporthalle",
    "des Radwegs an der Bachstraße", "der Brücke am Mühlengraben", "des Rathauses", "der Unterkunft am Kirchweg",
    "des Spielplatzes im Ortsteil Nord", "der Beratungsstelle", "des Friedhofs", "der Buslinie 12",
)  # fmt: skip
_BOARDS: Final = (
    ("der Rat", "dem Rat"), ("der Hauptausschuss", "dem Hauptausschuss"), ("der Bauausschuss", "dem Bauausschuss"),
    ("der Schulausschuss", "dem Schulausschuss"), ("der Kreistag", "dem Kreistag"),
    ("der Jugendhilfeausschuss", "dem Jugendhilfeausschuss"), ("der Finanzausschuss", "dem Finanzausschuss"),
)  # fmt: skip
_PARTIES: Final = (
    "SPD-Fraktion", "CDU-Fraktion", "FDP-Fraktion", "Fraktion Bündnis 90/Die Grünen", "Fraktion Die Linke",
    "Fraktion der Freien Wähler", "Bürgerliste",
)  # fmt: skip
_VOTES: Final = (
    "einstimmig",
    "mehrheitlich",
    "mit 12 gegen 5 Stimmen",
    "bei zwei Enthaltungen",
    "mit knapper Mehrheit",
)
_PEOPLE: Final = ("Frau Lindner", "Herr Öztürk", "Frau Dr. Hansen", "Herr Vogt", "Frau Kowalski", "Herr Brandes")
_OFFICES: Final = (
    "Bauamt",
    "Schulverwaltungsamt",
    "Kämmerei",
    "Sozialamt",
    "Fachbereich 4",
    "Amt für Gebäudewirtschaft",
)
_REASONS: Final = (
    "die Zahl der Anmeldungen seit Jahren steigt",
    "die Anlage nicht mehr den Vorschriften zum Brandschutz entspricht",
    "der Mietvertrag ausläuft",
    "viele Familien keinen Platz in der Nähe finden",
    "das Dach undicht und die Heizung veraltet ist",
    "Menschen mit Behinderung das Gebäude nicht erreichen",
)
_DOUBTS: Final = (
    "die Folgekosten nicht beziffert sind",
    "der Verkehr im Wohngebiet zunehmen würde",
    "Bäume gefällt werden müssten",
    "die Eltern nicht gefragt worden sind",
)
_WHO: Final = ("der Elternbeirat", "der Seniorenbeirat", "die Bürgerinitiative", "der Kreisverband", "der Personalrat")
_STREETS: Final = (
    "Bahnhofstraße",
    "Lindenallee",
    "Am Weiher",
    "Industriestraße",
    "Schulweg",
    "Hohe Straße",
    "Am Anger",
)
_MONTHS: Final = ("Januar", "März", "April", "Juni", "Juli", "September", "Oktober", "November", "Dezember")
_LAWS: Final = ("GO NRW", "SGB VIII", "SGB II", "BauGB", "KrO NRW", "KAG", "TIntG", "SchulG")
_SPANS: Final = ("drei Jahre", "fünf Jahre", "18 Monate", "zwei Jahre", "einen Zeitraum von vier Jahren")
_ROOMS: Final = ("großen Sitzungssaal", "Ratssaal", "Raum 204", "Bürgerhaus", "Foyer der Stadthalle")


def drawn_undertaking(chance: random.Random) -> Undertaking:
    """One of a few hundred."""
    thing = chance.choice(_OBJECTS)
    if chance.random() < len(_FEMININE) / (len(_FEMININE) + len(_MASCULINE)):
        noun = chance.choice(_FEMININE)
        articles, genitive = ("die", "die", "der", "der"), noun
    else:
        noun = chance.choice(_MASCULINE)
        articles, genitive = ("der", "den", "dem", "des"), noun + ("es" if noun.endswith("s") else "s")
    nouns = (noun, noun, noun, genitive)
    names = ("nom", "acc", "dat", "gen")
    told = zip(names, articles, nouns, strict=True)
    return Undertaking({name: f"{article} {word} {thing}" for name, article, word in told})


def drawn_words(chance: random.Random) -> dict[str, str]:
    """A word for every slot that is not a case of the undertaking."""
    board, dat_board = chance.choice(_BOARDS)
    streets = chance.sample(_STREETS, 3)
    year = chance.randint(2009, 2029)
    return {
        "euro": _euro(chance),
        "grant": _euro(chance),
        "percent": f"{chance.randint(5, 60)} {chance.choice(('%', 'Prozent'))}",
        "posts": chance.choice(("2", "3,5", "eineinhalb", "zwei", "vier", "0,5", "sechs")),
        "board": board,
        "dat_board": dat_board,
        "date": _date(chance),
        "letter": _date(chance),
        "vote": chance.choice(_VOTES),
        "party": chance.choice(_PARTIES),
        "month": f"{chance.choice(_MONTHS)} {year}",
        "quarter": _end(chance, year),
        "person": chance.choice(_PEOPLE),
        "office": chance.choice(_OFFICES),
        "reason": chance.choice(_REASONS),
        "doubt": chance.choice(_DOUBTS),
        "who": chance.choice(_WHO),
        "year": str(year),
        "law": _law(chance),
        "street1": streets[0],
        "street2": streets[1],
        "street3": streets[2],
        "count": str(chance.randint(10, 480)),
        "span": chance.choice(_SPANS),
        "room": chance.choice(_ROOMS),
        "hour": chance.choice(("17", "18", "16.30", "19", "15")),
    }  # fmt: skip


def _euro(chance: random.Random) -> str:
    whole = f"{chance.randint(1, 900) * chance.choice((50, 500, 1250, 10_000)):,}".replace(",", ".")
    return chance.choice((f"{whole} Euro", f"{whole} €", f"{whole},00 Euro", f"rund {whole} Euro"))


def _end(chance: random.Random, year: int) -> str:
    day, month = chance.randint(1, 28), chance.choice(_MONTHS)
    return chance.choice((f"Ende {year}", f"zum {day}. {month} {year}", f"Mitte {year}"))


def _law(chance: random.Random) -> str:
    number, paragraph = chance.randint(1, 120), f"Abs. {chance.randint(1, 5)} "
    return f"§ {number} {chance.choice(('', paragraph))}{chance.choice(_LAWS)}"


def _date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2009, 2028)
    if chance.random() < 0.5:
        return f"{day}. {_MONTHS[month % len(_MONTHS)]} {year}"
    return f"{day:02}.{month:02}.{year}"
