"""Texts that show a model's activations at their largest: something of every kind that a file may hold."""

from __future__ import annotations

CHECK_TEXT = (
    "Der Ausschuss nimmt zur Kenntnis, dass die Ertüchtigung der Sporthalle (Baujahr 1974) statt 1,2 Mio. € nun "
    "1.385.000 € kosten wird. Über die Deckung der Mehrkosten entscheidet der Rat nach § 83 GO NRW am 12. Mai."
)
"""Not among the others: shows whether what was learnt from them holds elsewhere."""

_TEXTS = """
Die Verwaltung wird beauftragt, bis zur Sommerpause ein Konzept für die Ganztagsbetreuung an den vier Grundschulen im
Stadtgebiet vorzulegen. Dabei sind die Elternbeiträge, der Raumbedarf und die Trägerschaft darzustellen.

Beschlussvorschlag: Der Rat der Stadt beschließt die als Anlage 2 beigefügte dritte Änderung der Satzung über die
Erhebung von Hundesteuer. Abstimmungsergebnis: 31 Ja-Stimmen, 7 Nein-Stimmen, 2 Enthaltungen.

Nach § 34 Abs. 2 Satz 1 Halbsatz 2 BauGB i. V. m. § 15 Abs. 1 BauNVO ist ein Vorhaben im Einzelfall unzulässig, wenn es
nach Anzahl, Lage, Umfang oder Zweckbestimmung der Eigenart des Baugebiets widerspricht.

Produkt\tAnsatz 2023\tAnsatz 2024\tAbweichung
01.11.05 Personal\t1.204.500,00 €\t1.288.300,00 €\t+ 6,96 %
01.11.06 Sachmittel\t86.000,00 €\t79.250,00 €\t- 7,85 %
Summe\t1.290.500,00 €\t1.367.550,00 €\t+ 5,97 %

Tagesordnung
1. Eröffnung und Feststellung der Beschlussfähigkeit
2. Niederschrift über die 14. Sitzung
3. Bericht des Bürgermeisters
4. Neubau der Feuerwache Süd – Sachstand
5. Anfragen und Mitteilungen

„Ich kann das den Menschen in unserem Ortsteil nicht mehr erklären“, sagte die Vorsitzende der SPD-Fraktion. Seit sechs
Jahren warte man auf den Radweg, und jedes Mal heiße es, das Geld fehle. Ihre Fraktion stimme dagegen.

Herr Dr. Klaus-Peter Öztürk, Amt für Umwelt, Abfall und Klimaschutz, Rathausplatz 1, Zimmer 3.17, Tel. 0123 50-1234,
E-Mail umwelt@stadt.example, Sprechzeiten Mo–Do 8:30–12:00 und 14:00–16:00 Uhr.

Im Norden grenzt das Plangebiet an einen Auwald mit Erlen und Eschen, in dem Eisvogel und Kleinspecht brüten. Gutachter
fanden Wochenstuben der Zwergfledermaus; gefällt werden darf daher nur zwischen Oktober und Februar. Als Ausgleich
entstehen 2,4 ha Streuobstwiese.

Der Orgelbauer schuf das Instrument 1868 mit 24 Registern auf zwei Manualen und Pedal. Nach dem Brand von 1943 blieb nur
der Prospekt erhalten. Musiker aus ganz Europa spendeten für den Wiederaufbau, der dreizehn Jahre dauerte und den die
Gemeinde bis heute mit einem Konzert im September feiert.

Wie viele Plätze fehlen in den Kindertagesstätten, und was kostet ein Platz im Jahr?

ANTRAG DER FRAKTION: KOSTENFREIER NAHVERKEHR FÜR SCHÜLERINNEN UND SCHÜLER AB 1. AUGUST

einstimmig

Anlage 3

47 von 54

The council adopted the integration plan in 2016. Refugees receive language lessons, help with finding work and advice
on housing; the county pays two thirds of the costs and the state of North Rhine-Westphalia the rest.

Dieses Dokument gibt es auch in anderen Sprachen. Ce document est disponible en français. Este documento está disponible
en español. Dokument jest dostępny po polsku. Bu belge Türkçe olarak da mevcuttur.

https://www.kreis.example/ratsinfo/vo0050.php?__kvonr=4711&voselect=99 (abgerufen am 03.11.2021) ........ 17
"""

CALIBRATION_TEXTS = tuple(_TEXTS.strip().split("\n\n"))
"""Written for this purpose."""
