"""Whether a page's text layer is usable: damage is seen, unusual but sound text is left alone."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.layout import Line, without_boxes
from ingest.readers.legibility import is_legible, needs_recognition

SOUND = """\
Der Ausschuss für Stadtentwicklung empfiehlt dem Rat, den Entwurf des Bebauungsplans öffentlich auszulegen.
Die Verwaltung wird beauftragt, die Träger öffentlicher Belange zu beteiligen und bis zur nächsten Sitzung
über die eingegangenen Stellungnahmen zu berichten. Für die Änderung des Flächennutzungsplans ist ein eigenes
Verfahren nötig. Die Kosten können aus dem laufenden Haushalt gedeckt werden; zusätzliche Mittel müssen nicht
bereitgestellt werden. Während der Auslegung können alle Bürgerinnen und Bürger Anregungen vorbringen.
Gemäß § 3 Abs. 2 BauGB sind Ort und Dauer der Auslegung mindestens eine Woche vorher bekannt zu machen.
Über die fristgemäß abgegebenen Stellungnahmen entscheidet der Rat. Das Ergebnis wird den Einwendern mitgeteilt.
Für den Ausbau der Straße würde ein zweiter Bauabschnitt nötig. Er könnte frühestens im übernächsten Jahr beginnen,
wenn das Land die Förderung bewilligt. Die Grundstücke gehören überwiegend der Stadt; für zwei müsste eine
Einigung mit den Eigentümern gefunden werden. Die Maßnahme wäre für die Anlieger beitragspflichtig."""

OTHER_LANGUAGES = {
    "Turkish": (
        "Belediye meclisi, yeni okul binasının yapımı için gerekli ödeneğin bütçeye konulmasına karar verdi. "
        "Göçmen ailelerin çocukları için ücretsiz dil kursları düzenlenecek ve bu kurslara katılmak "
        "isteyenler ekim ayının sonuna kadar başvurabilecek."
    ),
    "Polish": (
        "Rada powiatu postanowiła utworzyć centrum integracji, które będzie wspierać gminy w pracy z "
        "rodzinami imigrantów. Wniosek należy złożyć do końca października, a koszty pokrywa w większości "
        "budżet kraju związkowego."
    ),
    "Czech": (
        "Zastupitelstvo schválilo zřízení střediska, které bude podporovat obce při práci s rodinami "
        "přistěhovalců. Žádost je třeba podat do konce října a náklady z větší části hradí spolková země."
    ),
    "Croatian": (
        "Općinsko vijeće odlučilo je osnovati središte za integraciju koje će podupirati općine u radu s "
        "obiteljima doseljenika. Zahtjev treba podnijeti do kraja listopada, a troškove većim dijelom snosi "
        "savezna zemlja."
    ),
    "Hungarian": (
        "A járási közgyűlés úgy döntött, hogy integrációs központot hoz létre, amely a településeket a "
        "bevándorló családokkal végzett munkában támogatja. A kérelmet október végéig kell benyújtani."
    ),
    "Finnish": (
        "Kunnanvaltuusto päätti perustaa kotouttamiskeskuksen, joka tukee kuntia maahanmuuttajaperheiden "
        "kanssa tehtävässä työssä. Hakemus on jätettävä lokakuun loppuun mennessä."
    ),
    "Albanian": (
        "Këshilli i rrethit vendosi të krijojë një qendër për integrim, e cila do të mbështesë komunat në "
        "punën me familjet e emigrantëve. Kërkesa duhet të dorëzohet deri në fund të tetorit."
    ),
    "Romanian": (
        "Consiliul județean a hotărât înființarea unui centru de integrare care să sprijine comunele în "
        "lucrul cu familiile de imigranți. Cererea trebuie depusă până la sfârșitul lunii octombrie."
    ),
    "Dutch": (
        "De gemeenteraad heeft besloten een centrum voor integratie op te richten dat de gemeenten "
        "ondersteunt bij het werk met gezinnen van nieuwkomers. De aanvraag moet voor eind oktober worden "
        "ingediend."
    ),
    "Vietnamese": (
        "Hội đồng huyện đã quyết định thành lập một trung tâm hội nhập để hỗ trợ các xã trong công việc với "
        "các gia đình nhập cư. Đơn phải được nộp trước cuối tháng mười."
    ),
    "Ukrainian": (
        "Рада району вирішила створити центр інтеграції, який підтримуватиме громади в роботі з родинами "
        "мігрантів. Заяву слід подати до кінця жовтня."
    ),
    "Greek": (
        "Το συμβούλιο αποφάσισε την ίδρυση κέντρου ένταξης που θα στηρίζει τους δήμους στην εργασία τους με "
        "οικογένειες μεταναστών."
    ),
    "Arabic": (
        "قرر مجلس المنطقة إنشاء مركز للاندماج يدعم البلديات في عملها مع أسر المهاجرين، ويجب تقديم الطلب قبل "
        "نهاية أكتوبر."
    ),
    "Japanese": (
        "郡議会は移民の家族を支援する統合センターを設立することを決定しました。"
        "申請は十月末までに提出しなければなりません。"
    ),
}

UNUSUAL = {
    "a table of numbers": "\n".join(
        f"{n:02d} {n * 7919 % 99999},{n % 10}0 {n * 31 % 100},{n} % 1.{n:03d}.000,00 €" for n in range(60)
    ),
    "a title page": "Konzept\nzur Förderung\nder Integration\n\nStand: März 2014",
    "a list of abbreviations": "BAMF BezReg BHKG EStG GO NRW HSK JHA KAG KiBiz KrO LAKI LVR MAIS MKFFI NKF OVG RdErl "
    "SGB StGB TIntG UVgO VHS VwGO VwVfG ZfsL AWO DRK DPWV KSD SkF VBE GEW DGB IHK HWK KV LWL LZG MGEPA MIK MSW",
    "a contents page with dots": "\n".join(f"{n}. Abschnitt {'.' * 90} {n * 3}" for n in range(1, 30)),
    "a form with boxes": "☐ ja ☐ nein ☒ entfällt ______________ ☐ öffentlich ☐ nichtöffentlich ____________ ☐ ☐ ☐ " * 4,
    "a timetable": "mo di mi do fr 8–12 Uhr, mo bis fr 14–16 Uhr, fr geschlossen, fr nach Vereinbarung\n" * 4,
    "web addresses": "\n".join(f"https://www.service-{n}.fr/rdv?id={n}&x=%20{n}" for n in range(20)),
    "bank accounts": "\n".join(f"DE{n:02d} 3705 0299 00{n:02d} 1234 {n:02d} BIC COKSDE33XXX" for n in range(1, 30)),
    "bullets of a symbol font": "\n".join(f"\uf0b7 {line}" for line in SOUND.splitlines()),
    "a list of parties": "CDU SPD FDP B90/Grüne DIE LINKE FUW AfD ja ja nein nein enth. ja – ja 47 : 5 : 2 " * 3,
    "spaced headings": "B E S C H L U S S\n" + SOUND,
    "formulas": "U = H · (S − A) / 100; x² + y² = z²; a₁ ≤ b₁ < c₁; Σ (n) = 12 ± 0,5; 3 × 4 = 12; α + β → γ",
    "text in capitals": SOUND.upper(),
    "umlauts spelt out": re.sub("[äöüß]", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}[m[0]], SOUND),
    "recognised text with a few mistakes": SOUND.replace("l", "|", 12)
    .replace("rn", "m")
    .replace("ü", "ii", 5)
    .replace("e", "c", 15),
}


def shifted(text: str, by: int) -> str:
    """What a font without a Unicode table gives whose glyphs are numbered in the order of the alphabet."""
    return "".join(character if character.isspace() else chr(max(0x21, ord(character) + by)) for character in text)


def exchanged(text: str, alphabet: str) -> str:
    """Each character by another one of ``alphabet``, always the same."""
    chosen: dict[str, str] = {}
    generator = random.Random(5)  # noqa: S311 - damage, no secret
    return "".join(c if c.isspace() else chosen.setdefault(c, generator.choice(alphabet)) for c in text)


DAMAGE: dict[str, Callable[[str], str]] = {
    "a shifted alphabet": lambda text: shifted(text, -29),
    "an alphabet shifted by one": lambda text: shifted(text, 1),
    "exchanged letters": lambda text: exchanged(text.lower(), string.ascii_letters),
    "exchanged codes": lambda text: exchanged(text, "".join(map(chr, range(0x21, 0x7F)))),
    "codes of many scripts": lambda text: exchanged(text, "".join(filter(str.isalpha, map(chr, range(0x100, 0x1000))))),
    "private codes": lambda text: "".join(c if c.isspace() else chr(0xE000 + ord(c)) for c in text),
    "control codes": lambda text: "".join(c if c.isspace() else chr(1 + ord(c) % 8) for c in text),
    "replacement characters": lambda text: re.sub(r"\w", "\ufffd", text),
    "glyphs by number": lambda text: "".join(c if c.isspace() else f"(cid:{ord(c)})" for c in text),
    "UTF-8 read as Windows": lambda text: text.encode().decode("cp1252", "ignore"),
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "Windows read as Macintosh": lambda text: text.encode("cp1252").decode("mac_roman"),
    "DOS read as Windows": lambda text: text.encode("cp850", "replace").decode("cp1252", "replace"),
    "question marks for umlauts": lambda text: re.sub("[äöüÄÖÜß]", "?", text),
    "lost umlauts": lambda text: re.sub("[äöüÄÖÜß]", "", text),
    "letters spaced out": " ".join,
    "a body in a broken font": lambda text: "Stadt Musterstadt\nDer Bürgermeister\n" + shifted(text, -29),
}


def lines_of(text: str) -> list[Line]:
    return [Line(line, without_boxes(line)) for line in text.splitlines()]


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_text_layer_is_not_used(damage: Callable[[str], str]):
    assert needs_recognition(lines_of(damage(SOUND)), image_share=0.0)


@pytest.mark.parametrize("text", OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES)
def test_text_in_another_language_is_no_damage(text: str):
    for variant in (text, text.upper(), "\n".join([text] * 4)):
        assert not needs_recognition(lines_of(variant), image_share=0.0)


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_text_is_no_damage(text: str):
    assert not needs_recognition(lines_of(text), image_share=0.1)


def test_sound_text_over_the_picture_of_a_scan_is_used():
    assert not needs_recognition(lines_of(SOUND), image_share=1.0)


def test_a_scan_without_text_is_read():
    assert needs_recognition([], image_share=0.98)
    assert needs_recognition(lines_of("\u00a0\n \n"), image_share=0.98)


def test_a_scan_with_no_more_than_a_printed_page_number_is_read():
    assert needs_recognition(lines_of("Vorlage 123/2014, Anlage 3\nSeite 2 von 5"), image_share=0.98)


def test_an_empty_page_has_nothing_to_read():
    assert not needs_recognition([], image_share=0.0)


def test_a_page_with_nothing_but_a_logo_is_not_read():
    assert not needs_recognition([], image_share=0.02)


def test_a_short_title_beside_a_small_picture_is_left_alone():
    assert not needs_recognition(lines_of("Anhang 6\nStellungnahmen der Kommunen"), image_share=0.2)


@given(st.lists(st.sampled_from(re.findall(r"\S+", SOUND)), max_size=200))
def test_words_of_sound_text_are_legible_in_any_order(words: list[str]):
    assert is_legible(" ".join(words))


@given(st.text(alphabet=string.digits + ".,-/ €%§()\n", max_size=2000))
def test_figures_prove_nothing(figures: str):
    assert is_legible(figures)


@given(st.text(max_size=300), st.floats(0, 1))
def test_any_text_gets_an_answer(text: str, image_share: float):
    assert needs_recognition(lines_of(text), image_share) in {True, False}
