"""``aktenkundig ingest corpus/akten`` reads all eight documents: their sections, tables, page labels and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.settings import Settings
from corpus.store import Scope, Store
from corpus.types import Span
from tests.conftest import AKTEN, Run

pytestmark = pytest.mark.slow

ANNEX_1 = "Anhang 1 Kostenaufstellung Integrationsarbeit Rhein-Sieg-Kreis"
# What each document must hold: printed labels of its pages, some of its sections, rows and columns of its tables, and
# quotes with the printed label of the page that they stand on.
EXPECTED: dict[str, tuple[list[str], list[str], list[tuple[int, int]], list[tuple[str, str]]]] = {
    "ki-vorlage": (
        ["1", "2", "3"],
        ["Beschlussvorschlag", "Vorbemerkungen/Erläuterungen", "Anlage", "Anhänge"],
        [],
        [
            ("1", "Der Kreisausschuss empfiehlt dem Kreistag, die Einrichtung eines Kommunalen"),
            ("1", "Ministerium für Arbeit, Integration und Soziales des Landes Nordrhein-Westfalen"),
            ("1", "vom 02.10.2012 wurde die Thematik in den Sitzungen"),
            ("1", "am 22.10.2012, 19.11.2012 und 11.03.2013 erörtert"),
            ("1", "In seiner Sitzung am 09.12.2013 ist er einem weiteren gemeinsamen Antrag"),
            ("1", "sinnvoll ergänzen könnte."),
            ("2", "Die gewünschte Konzeption ist als Anlage zur Beratung beigefügt."),
            ("2", "47 von insgesamt 54 Kreisen und kreisfreien Städten"),
            ("2", "(siehe beigefügte Anhänge 4 und 5)"),
            ("2", "wird von diesen nach wie vor überwiegend abgelehnt"),
            ("3", "keinesfalls „abschneiden“"),
            ("3", "Zur Sitzung des Kreisausschusses am 17.03.2014"),
            ("3", "2.) Verteilung von Belastungen für die Einrichtung eines Kommunalen Integrationszentrums"),
        ],
    ),
    "ki-konzeption": (
        ["1", "ii", *map(str, range(1, 11))],
        [
            "Inhaltsverzeichnis",
            "1 Anlass und Auftrag",
            "3.2 Voraussetzungen des Antrags",
            "6.2 Stellenplan",
            "8.4 Risiken",
            "11 Ausblick",
        ],
        [(7, 4), (6, 3), (6, 4), (25, 5)],
        [
            ("1", "In der Sitzung am 09.12.2013 hat er die Verwaltung einstimmig beauftragt"),
            ("1", "¹ Die LaKI wurde im Dezember 2013 in Dortmund eröffnet."),
            ("2", "tragen ebenso zur Sprach- und Kulturförderung bei"),
            ("3", "Das Land fördert je KI und Jahr bis zu 170.000,00 Euro."),
            ("3", "³ Abgeordnete Lehrkräfte bleiben im Dienst des Landes."),
            ("4", "4. Neu zugewanderte Schülerinnen und Schüler werden nach einem einheitlichen Verfahren beraten"),
            ("5", "Sozialpädagogische Fachkräfte\t2,0\tKreis\tbis 100.000,00 €"),
            ("6", "Fünf der acht Kommunen lehnen die Einrichtung des KI ab."),
            ("7", "Im ersten vollen Jahr 2015 kostet das KI 295.950,00 Euro."),
            ("7", "Eigenanteil des Kreises\t62.975,00\t125.950,00\t130.100,00"),
            ("8", "Zeitraum\tArbeitsschritt\tFeld\tZuständig\tErgebnis"),
            ("8", "Die Stellen sollen deshalb zunächst bis zum 31.12.2016 befristet werden."),
        ],
    ),
    "ki-anhang-1": (
        ["1", "2"],
        [ANNEX_1, "1 Grundlagen der Berechnung", "2 Kosten und Finanzierung", "4 Anmerkungen"],
        [(24, 5), (5, 4)],
        [
            ("1", "Maßgeblich ist 2015, das erste volle Jahr."),
            ("1", "A. Bisherige Integrationsarbeit"),
            ("1", "Zwischensumme A\t1,0\t177.400,00\t177.400,00\t178.620,00"),
            ("1", "Zwischensumme B\t5,5\t103.800,00\t207.600,00\t211.750,00"),
            ("2", "Zwischensumme C\t\t44.175,00\t88.350,00\t88.350,00"),
            ("2", "Summe Kommunales Integrationszentrum (B + C)\t5,5\t147.975,00\t295.950,00\t300.100,00"),
            ("2", "abzüglich Landesförderung (Anmerkung 5)\t\t−85.000,00\t−170.000,00\t−170.000,00"),
            ("2", "Eigenanteil des Kreises\t\t62.975,00\t125.950,00\t130.100,00"),
            ("2", "Gesamtaufwand nach Abzug der Landesförderung\t\t240.375,00\t303.350,00\t308.720,00"),
            ("2", "Verwaltungsfachkraft\t1,0\t1 × 50.000,00\t50.000,00"),
            ("2", "Summe\t3,5\t\t170.000,00"),
            ("2", "5. Die Förderung wird jährlich bewilligt."),
        ],
    ),
    "ki-anhang-2": (
        ["1"],
        [],
        [(21, 5)],
        [
            ("1", "Der Kreis deckt seinen Finanzbedarf zu einem großen Teil durch eine Umlage."),
            ("1", "nach § 56 der Kreisordnung (KrO NRW)"),
            ("1", "ein Hebesatz von 38,50 v. H. zugrunde"),
            ("1", "Kommune\tUmlagegrundlagen 2014 in Euro\tKreisumlage 2014 in Euro\tAnteil in %"),
            ("1", "Kommune 01\t31.482.615,00\t12.120.806,78\t5,08\t6.391,24"),
            ("1", "Kommune 07\t38.174.260,00\t14.697.090,10\t6,15\t7.749,70"),
            ("1", "Kommune 09\t94.612.335,00\t36.425.748,98\t15,25\t19.207,11"),
            ("1", "Kommune 14\t9.874.120,00\t3.801.536,20\t1,59\t2.004,53"),
            ("1", "Kommune 19\t37.035.060,00\t14.258.498,10\t5,97\t7.518,43"),
            ("1", "Summe\t620.417.390,00\t238.860.695,19\t100,00\t125.950,00"),
            ("1", "¹ Verteilt ist der Eigenanteil des Jahres 2015"),
            ("1", "für Kommune 09 sind es 19.207,11 Euro"),
        ],
    ),
    "ki-anhang-3": (
        ["1", "2", "3"],
        ["NEUE AKZENTE IN NRW", "Vom Projekt zur festen Einrichtung", "Begleitung durch das Land", "Und die Kosten?"],
        [],
        [
            ("1", "Seit 2012 können Kreise und kreisfreie Städte in Nordrhein-Westfalen"),
            ("1", "Ein Verein gründet eine Hausaufgabenhilfe, eine Schule entwickelt ein Elterncafé"),
            ("1", "Mit den Menschen, die das Vorhaben getragen haben, geht dann auch das Wissen verloren."),
            ("1", "Sie sind keine Projekte, sondern feste Einrichtungen"),
            ("1", "Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten"),
            ("1", "Ein ländlicher Kreis wird anders wählen als eine Großstadt."),
            ("2", "Der Musterkreis ist frei erfunden, die Lage ist es nicht."),
            ("2", "Mit dem KI wird aus dem Netzwerk im Süden ein Pool für das ganze Kreisgebiet."),
            ("2", "Auch die Sprach- und Kulturförderung der Büchereien und Musikschulen"),
            ("2", "Seit Dezember 2013 arbeitet in Dortmund die Landesweite Koordinierungsstelle"),
            ("3", "Die Aufgabe ist freiwillig."),
            ("3", "Verlieren die Gemeinden Zuständigkeiten?"),
        ],
    ),
    "ki-anhang-4": (
        ["1", "2", "3"],
        ["A. Ausgangslage", "D. Maßnahmen", "G. Stand der Abstimmung", "H. Maßnahmenplan 2014 bis 2016"],
        [(8, 8)],
        [
            ("1", "gaben 71 v. H. an, mindestens einmal in der Woche auf Verständigungsprobleme zu stoßen"),
            ("1", "1. Zugewanderte kennen die Wege im Gesundheitssystem"),
            ("1", "☒ Familien mit Kindern bis zum Schulalter"),
            ("1", "☐ ältere Zugewanderte (für die Zeit ab 2017 vorgesehen)"),
            ("2", "• G5 Arbeitsgruppe Gesundheit und Migration."),
            ("2", "(Ziel: 10.000 Hefte bis Ende 2015)"),
            ("2", "☒ Gesundheitsamt des Kreises"),
            ("2", "☐ gesetzliche Krankenkassen (angefragt)"),
            ("2", "☐ vom Kreistag beschlossen"),
            ("3", "Nr.\tMaßnahme\tZeitraum\tZuständig\tBeteiligte\tSachkosten 2015 in Euro"),
            ("3", "G5\tArbeitsgruppe Gesundheit und Migration\tab I/2015\tGesundheitsamt\talle Partner\t0,00"),
            ("3", "Summe\t\t\t\t\t24.500,00"),
        ],
    ),
    "ki-anhang-5": (
        ["1", "2", "3"],
        ["Ausgangslage", "Ziele", "Maßnahmen", "Maßnahmenplan 2014 bis 2016"],
        [(8, 8)],
        [
            ("1", "im Unterricht aber, wo Texte lang, Fachwörter dicht und Sätze verschachtelt sind"),
            ("1", "1. Neu zugewanderte Kinder und Jugendliche erhalten innerhalb von vier Wochen einen Schulplatz"),
            ("1", "2. Sprachbildung ist Aufgabe aller Fächer und in den Schulprogrammen verankert."),
            ("1", "Darunter waren auch viele Kinder, die zu Hause nur Deutsch sprechen."),
            ("1", "☒ neu zugewanderte Schülerinnen und Schüler aller Schulformen"),
            ("1", "☐ Jugendliche im Übergang in den Beruf (für die Zeit ab 2017 vorgesehen)"),
            ("1", "• B3 Fortbildungsreihe durchgängige Sprachbildung."),
            ("2", "ein Beitrag zur Sprach- und Kulturförderung der Kommunen"),
            ("2", "• Anzahl der Netzwerke am Übergang (Ziel: 4) und der beteiligten Einrichtungen"),
            ("2", "☐ eine Hochschule zur wissenschaftlichen Begleitung (angefragt)"),
            ("2", "☒ mit der Schulaufsicht abgestimmt"),
            ("3", "Nr.\tMaßnahme\tZeitraum\tZuständig\tBeteiligte\tSachkosten 2015 in Euro"),
        ],
    ),
    "ki-anhang-6": (
        [str(number) for number in range(1, 10)],
        ["Anhang 6 Stellungnahmen der Städte und Gemeinden"],
        [(9, 4)],
        [
            ("1", "Bis zum 28.02.2014 sind acht Rückäußerungen eingegangen."),
            ("1", "3\tKommune 07\t10.02.2014\tlehnt ab"),
            ("1", "6\tKommune 12\t12.02.2014\tstimmt zu"),
            ("1", "Elf Kommunen haben sich noch nicht geäußert"),
            ("2", "entfielen auf uns zusätzlich 3.517,50 Euro im Jahr"),
            ("2", "Die Mehrkosten lehne ich deshalb ab."),
            ("3", "dass der Hebesatz der Kreisumlage dadurch nicht über 38,50 v. H. hinaus steigt"),
            ("3", "gilt unsere Zustimmung als nicht erteilt"),
            ("4", "Vierzehn ehrenamtliche Sprachpaten begleiten Familien in Schule und Alltag."),
            ("4", "Dafür geben wir im Jahr 46.300 Euro aus."),
            ("5", "an der Notwendigkeit von Integrationsarbeit besteht in Kommune 08 kein Zweifel"),
            ("5", "von 207.600 Euro im Jahr 2015 auf 211.750 Euro im Jahr 2016"),
        ],
    ),
}


@pytest.fixture(scope="module")
def store(whole_akte_settings: Settings) -> Store:
    return Store(whole_akte_settings.data)


def test_all_eight_documents_are_read_and_nothing_is_missing(store: Store) -> None:
    assert [info.document for info in store.documents()] == list(EXPECTED)
    assert store.missing(Scope()) == []
    assert {info.origin for info in store.documents() if info.document != "ki-vorlage"} == {"example"}


@pytest.mark.parametrize("document", EXPECTED)
def test_every_page_has_the_label_that_it_shows(store: Store, document: str) -> None:
    pages = store.pages(document)
    assert [page.printed for page in pages] == EXPECTED[document][0]
    assert [page.index for page in pages] == list(range(len(pages)))


@pytest.mark.parametrize("document", EXPECTED)
def test_its_sections_are_known(store: Store, document: str) -> None:
    assert set(EXPECTED[document][1]) <= {section.title for section in store.sections(document)}


@pytest.mark.parametrize("document", EXPECTED)
def test_its_tables_are_found_and_nothing_else_is_taken_for_one(store: Store, document: str) -> None:
    tables = {store.table_of(document, s.span) for s in store.sentences(document) if s.kind in ("row", "header")}
    found = sorted((table for table in tables if table is not None), key=lambda table: table.index)
    assert [(len(table.rows), table.columns) for table in found] == EXPECTED[document][2]


@pytest.mark.parametrize(
    ("document", "label", "quote"),
    [(document, label, quote) for document, (_, _, _, quotes) in EXPECTED.items() for label, quote in quotes],
)
def test_the_quote_stands_on_its_page(store: Store, document: str, label: str, quote: str) -> None:
    text = store.text(document)
    start = text.find(quote)
    assert start >= 0
    span = Span(start, start + len(quote))
    (page,) = store.pages_of(document, span)
    assert page.printed == label
    assert {box.page for box in store.boxes(document, span)} == {page.index}


def test_sums_and_subtotals_of_the_cost_table_are_recognised(store: Store) -> None:
    text = store.text("ki-anhang-1")
    first = store.table_of("ki-anhang-1", Span(text.index("Zwischensumme A"), text.index("Zwischensumme A") + 10))
    assert first is not None
    roles = {text[cell.span.start : cell.span.end]: first.rows[cell.row] for cell in first.cells if cell.column == 0}
    assert roles["Zwischensumme A"] == roles["Zwischensumme B"] == roles["Zwischensumme C"] == "subtotal"
    assert roles["Gesamtaufwand Integrationsarbeit (A + B + C)"] == "total"
    assert roles["Lehrkräfte, Abordnung bezahlt das Land (Anmerkung 2)"] == "body"


def test_a_row_is_found_by_itself(store: Store) -> None:
    from corpus.analysis import analyse

    for number in range(1, 20):
        name = f"Kommune {number:02}"
        keys = [key for key, _ in store.search_terms(analyse(f"Kreisumlage 2014 {name}"), 3, Scope())]
        passages = store.passages(keys, Scope())
        assert any((passages[key].reading or "").startswith(f"{name}: ") for key in keys), name


def test_reading_again_reads_nothing(run: Run, whole_akte_settings: Settings, tmp_path: Path) -> None:
    import shutil

    data = Path(shutil.copytree(whole_akte_settings.data, tmp_path / "daten"))
    assert run("ingest", str(AKTEN), data=data).out.count("unverändert (") == len(EXPECTED)
