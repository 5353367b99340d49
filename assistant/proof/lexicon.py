"""The words that turn a statement round: negations, modality, tense, quantity, direction; and those that say nothing.

Kept as lists and not learnt, because a small model weighs "nicht" and "soll" too lightly, and because whoever objects
to a sentence has to say which word it is.
"""

from __future__ import annotations

import re
from typing import Final

NEGATION: Final = re.compile(
    r"\b(?:nicht|kein(?:e[nmrs]?|erlei|eswegs)?|nie|niemals|ohne|weder|nichts|niemand\w*|nirgends?)\b", re.IGNORECASE
)
NO_NEGATION: Final = re.compile(
    r"\b(?:nicht nur|nicht zuletzt|nicht (?:mehr|weniger) als|nicht allein|ohne weiteres|nichts anderes als)\b",
    re.IGNORECASE,
)
"""Phrases that contain a word of negation and deny nothing."""

MODALITY: Final[dict[str, re.Pattern[str]]] = {
    "muss": re.compile(
        r"\b(?:muss|müssen|mussten?|müssten?|müsse|verpflichte\w*|Pflicht\w*|zwingend\w*|vorgeschrieben\w*|erforderlich\w*"
        r"|notwendig\w*|nötig\w*|benötig\w*|(?:ist|sind|hat|haben|war|waren) (?:[\wäöüß-]+ ){0,6}?(?:zu \w+en"
        r"|\w+zu\w+en)\b)"
    ),
    "soll": re.compile(
        r"\b(?:soll(?:en|te|ten|e)?|geplant\w*|plan(?:t|en)|vorgesehen\w*|sieht\b[^;]*\bvor|sehen\b[^;]*\bvor|vorsehen"
        r"|beabsichtig\w*|vorgeschlagen\w*|vorzuschlagen|schl(?:ägt|agen|ug|ugen)\b[^;]*\bvor|Vorschlag\w*|empf(?:iehlt|ehlen"
        r"|ohlen|ehle|ahl)\w*|Empfehlung\w*|strebt\w* an|angestrebt\w*|will|wollen|wollten?|wolle|möchten?|Absicht\w*"
        r"|Beschlussvorschlag\w*|Beschlussempfehlung\w*|Entwurf\w*|Ziel\b|beantrag\w*|Antrag|Anträge|fordert?e?n?|gefordert"
        r"|um (?:[\wäöüß-]+ ){0,8}?(?:zu \w+en|\w+zu\w+en)|damit|bitte[nt]?|gebeten|regt\b[^;]*\ban|angeregt|anregt"
        r"|rät|raten)\b"
    ),
    "kann": re.compile(
        r"\b(?:kann|können|konnten?|könne|könnten?|möglich|Möglichkeit\w*|ermöglich\w*|darf|dürfen|durften?|dürfe|erlaub\w*"
        r"|berechtigt\w*|in der Lage|eröffnet\w*|freigestellt|freiwillig\w*|lässt sich|lassen sich)\b"
    ),
    "vielleicht": re.compile(
        r"\b(?:würden?|wäre[n]?|hätten?|dürften?|möglicherweise|vielleicht|voraussichtlich\w*|wahrscheinlich\w*|vermutlich\w*"
        r"|eventuell\w*|gegebenenfalls|ggf\.?|erwart\w+|falls|sofern|wenn|soweit|vorbehaltlich|Vorbehalt\w*"
        r"|unter der Voraussetzung"
        r"|Voraussetzung|abhängig|in Aussicht|gestellt werden könnte|könnten?|müssten?|scheint|womöglich"
        r"|unter Umständen"
        r"|gerechnet|rechnet|prognos\w+|geschätzt\w*|schätz\w+|angekündigt\w*|kündigt\w*)\b"
    ),
}
"""Ways in which something is not simply so, by the name used in objections."""

PAST: Final = re.compile(
    r"\b(?:hat|haben|habe|hatten?|wurden?|worden|war(?:en)?|gewesen|sei(?:en)?|ist|sind)\b[^;]*?\b(?:ge\w{3,}(?:t|en)|\w+ge\w{3,}(?:t|en)"
    r"|(?:be|ver|er|ent|zer|emp|über|unter|wider|miss)\w{3,}(?:t|en)|\w+iert|worden|gewesen)\b"
    r"|\b(?:wurden?|hatten?|war(?:en)?|worden|gewesen|konnten?|mussten?|sollten?|wollten?|durften?|bislang|bisher|bereits)\b"
    r"|\b[a-zäöüß]{2,}(?:te|ten)\b|\b(?:beschloss\w*|entschied\w*|gab\w*|kam\w*|sprach\w*|nahm\w*|trug\w*|lag\w*|stand\w*"
    r"|stieg\w*|fiel\w*|hielt\w*|wies\w*|schrieb\w*|trat\w*|zog\w*|bot\w*|fand\w*|ging\w*|schlug\w*|blieb\w*|rief\w*"
    r"|empfahl\w*|begann\w*|beriet\w*|erhielt\w*|bat\w*|ließ\w*|riet|sah\w*|ablehnte\w*|zustimmte\w*)\b"
)
"""Something has happened; "ist eingerichtet" counts, too."""
WAS: Final = re.compile(
    r"\b(?:hat|haben|habe)\b[^;]*?\b(?:ge\w{3,}(?:t|en)|\w+ge\w{3,}(?:t|en)|(?:be|ver|er|ent|zer|emp|über|unter)\w{3,}(?:t|en)|\w+iert)\b"
    r"|\b(?:hatten?|wurden?|worden|war(?:en)?|gewesen)\b"
)
"""How a writer tells of the past, but for the weak preterites, which look like much else; see :data:`PAST`."""
WILL: Final = re.compile(
    r"\b(?:wird|werden|werde)\b(?![^.;,]*\b(?:ge\w{3,}(?:t|en)|\w+ge\w{3,}(?:t|en)|(?:be|ver|er|ent|zer|emp|über|unter)\w{3,}t"
    r"|\w+iert)\b)[^.;,]*\b\w+(?:en|ern|eln)\b|\bkünftig\w*|\bzukünftig\w*"
)
"""Future, which is "wird" with an infinitive."""

QUANTITY: Final[dict[str, re.Pattern[str]]] = {
    "alle": re.compile(
        r"\b(?:alle[rmns]?|sämtliche\w*|jede[rmns]?|jeweils|ausnahmslos|vollständig\w*|komplett\w*|gesamte?\w*|ganze\w*|restlos"
        r"|durchweg|allesamt|einstimmig\w*|einhellig\w*|geschlossen)\b",
        re.IGNORECASE,
    ),
    "die meisten": re.compile(
        r"\b(?:meisten|überwiegend\w*|mehrheitlich\w*|Mehrheit\w*|Mehrzahl|größtenteils|großteils|zumeist|meist|weitgehend\w*"
        r"|Großteil\w*|hauptsächlich)\b",
        re.IGNORECASE,
    ),
    "einige": re.compile(
        r"\b(?:einige[rmns]?|manche[rmns]?|mehrere[rmns]?|teilweise|teils|Teil(?:e|en|s)? de[rs]|ein Teil"
        r"|vereinzelt\w*|einzelne[rmns]?"
        r"|etliche\w*|verschiedene\w*)\b",
        re.IGNORECASE,
    ),
    "wenige": re.compile(r"\b(?:wenige[rmns]?|kaum|selten\w*|gering\w*)\b", re.IGNORECASE),
    "viele": re.compile(r"\b(?:viele[rmns]?|zahlreiche\w*|häufig\w*|oft|vielfach\w*|Vielzahl)\b", re.IGNORECASE),
    "nur": re.compile(r"\b(?:nur|ausschließlich\w*|lediglich|allein(?:ig\w*)?|bloß|einzig\w*)\b", re.IGNORECASE),
    "fast": re.compile(r"\b(?:fast|nahezu|beinahe|annähernd)\b(?!\s+\d)", re.IGNORECASE),
    "immer": re.compile(
        r"\b(?:immer|stets|jederzeit|dauerhaft\w*|ständig\w*|unbefristet\w*)\b(?! noch)", re.IGNORECASE
    ),
    "einmal": re.compile(
        r"\b(?:erstmals|einmalig\w*|zunächst|vorerst|vorläufig\w*|befristet\w*|übergangsweise)\b", re.IGNORECASE
    ),
    "regelmäßig": re.compile(
        r"\b(?:jährlich\w*|monatlich\w*|wöchentlich\w*|täglich\w*|regelmäßig\w*|(?:pro|je|im|jedes) (?:Jahr"
        r"|Monat)(?! \d)"
        r"|laufend\w*)\b",
        re.IGNORECASE,
    ),
}
"""How much or how often, by the name used in objections."""
NEEDED: Final = frozenset({"die meisten", "einige", "wenige", "nur", "fast", "einmal"})
"""Whoever leaves these out says more than the source."""

_OPPOSITES: Final = """
    ablehnen ablehnung dagegen widersprechen versagen verweigern Gegenstimme Nein-Stimme zurückweisen
        | zustimmen befürworten annehmen genehmigen billigen mittragen dafür Ja-Stimme bewilligen
    steigen erhöhen zunehmen wachsen anheben ausweiten Zunahme Erhöhung mehr höher
        | sinken senken abnehmen zurückgehen verringern reduzieren kürzen Rückgang weniger niedriger mindern
    beginnen starten eröffnen aufnehmen | enden beenden auslaufen schließen einstellen
    Einnahmen Erträge Einzahlung Überschuss | Ausgaben Aufwendungen Auszahlung Fehlbetrag Defizit
    vor vorher zuvor bevor | nach nachher danach nachdem
    öffentlich | nichtöffentlich nicht-öffentlich vertraulich
    freiwillig | pflichtig verpflichtend Pflichtaufgabe
    vorteil chance gewinn | nachteil risiko verlust
    vertagen verschieben | beschließen entscheiden verabschieden
    erste erster | letzte letzter
    oben obere | unten untere
    neu | alt bisherig
    früher | später
    innerhalb | außerhalb
    mit | ohne
    für | gegen
    intern | extern
    Norden | Süden
    Osten | Westen
    schneller | langsamer
    größer | kleiner
    besser | schlechter
    teurer | billiger günstiger
"""
"""Words that say the contrary of each other, on two sides of a bar."""


def opposites() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words of each side of each pair."""
    found = []
    rows: list[str] = []
    for line in _OPPOSITES.strip().splitlines():
        if line.strip().startswith("|"):
            rows[-1] += line
        else:
            rows.append(line)
    for row in rows:
        one, other = row.split("|")
        found.append((tuple(one.split()), tuple(other.split())))
    return found


SYNONYMS: Final = tuple(
    tuple(line.split())
    for line in """
    betragen belaufen beziffern ausmachen liegen kosten
    erhalten bekommen empfangen
    zahlen bezahlen entrichten
    zuschuss förderung zuwendung fördermittel fördern bezuschussen
    derzeit aktuell gegenwärtig momentan zurzeit heute
    bisher bislang
    notwendig erforderlich nötig benötigen brauchen müssen bedürfen
    planen vorsehen beabsichtigen sollen wollen
    stattfinden erfolgen
    beginnen beginn starten start anfangen aufnehmen
    enden ende auslaufen
    ablehnen dagegen
    zustimmen befürworten dafür
    erarbeiten erstellen ausarbeiten entwickeln
    einrichten schaffen errichten gründen
    stelle vollzeitstelle planstelle
    begründen grund weil da wegen aufgrund denn
    jährlich jahr pro
    verantwortlich zuständig verantworten
    sitzung beraten tagen
    berichten mitteilen erklären angeben sagen äußern darlegen ausführen
    gehören zählen umfassen
    ziel zweck dienen
    aufwendungen kosten ausgaben aufwand
    gemeinde kommune
    bürger einwohner
    mitarbeiter beschäftigte
    übernehmen tragen
    möglich können
    verlangen fordern
    beifügen anlage
    verwenden nutzen einsetzen
    vermuten annehmen
    fehlen mangeln
    ausreichen genügen
    verbessern stärken
    bauen errichten neubau bau
    schnell zügig rasch
    """.strip().splitlines()
)
"""What an honest writer may exchange for each other; none of them turns a statement round."""

NEUTRAL: Final = frozenset(
    """
    laut gemäß zufolge demnach hierzu hierfür hierbei dabei dafür dazu daher deshalb somit damit außerdem zudem
    ferner weiter
    weiterhin sowie insgesamt nämlich zwar jedoch allerdings dagegen hingegen aber während wobei sodann anschließend
    konkret genannt nennt nennen steht stehen heißt lautet folgende folgenden folgender folgendes folgt
    beziehungsweise bzw
    dokument dokumente dokumenten unterlage unterlagen quelle text auszug angabe angaben demzufolge entsprechend
    diesbezüglich
    geht hervor ergibt hinsichtlich bezüglich bezug rahmen fall sache dessen deren darum worden werden hierdurch dadurch
    wodurch womit sowohl zugleich gleichzeitig ebenfalls ebenso gleichfalls zusätzlich darüber hinaus hinzu kommt
    einerseits andererseits statt anstatt sich selbst eigene eigenen jeweilige jeweiligen davon darunter hiervon
    betrifft
    betreffen handelt dient zwecks seitens gegenüber innerhalb zwischen rund etwa circa ca mindestens höchstens über
    unter
    wird wurde liegt liegen macht machen lässt lassen gilt gelten solche solcher solches solchen weitere weiteren
    weiterer
    """.split()
)
"""Words that join, point back or name the source; they need no proof."""
