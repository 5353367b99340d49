"""Measures the PDF reader beside pypdf, plain PDFium and poppler on PDF files.

``python -m benchmarks.reading FILE…`` prints for each file

* pages for each second of processor time: pypdf's ``extract_text``, PDFium's text of each page without boxes, our
  reader with boxes, lines and tables, and our reader with everything up to the canonical text; one process;
* ``words``: the share of the words that poppler's ``pdftotext`` sees on a page which the others see too, counted page
  by page without regard to order, with hyphenation at line ends undone;
* ``broken``: words broken at an umlaut ("Erg änzungen", "f ür"): two neighbouring words which poppler never sees side
  by side, but whose letters together are a word that poppler sees;
* ``stray``: characters that are no text: ligatures that are not spelt out, accents apart from their letters, codes of
  the private use areas, control characters, the replacement character.

``--speed`` measures the reader on files that it makes itself, 200 pages of text in the style of a Vorlage, read by one
process and by two side by side, from the file to the canonical text.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

STRAY = re.compile("[\ufb00-\ufb06\u0300-\u036f¨\ue000-\uf8ff\x00-\x08\x0e-\x1f\x80-\x9f\ufffd]")
UMLAUT_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]*[ÄÖÜäöüß][A-Za-zÄÖÜäöüß]*")
PAGES, FILES = 200, 8
SENTENCE = (
    "Der Kreisausschuss empfiehlt dem Kreistag, die Einrichtung eines Kommunalen Integrationszentrums gemäß § 7 des "
    "Teilhabe- und Integrationsgesetzes zu beschließen und der Antragstellung beim Ministerium zuzustimmen. "
)

Extract = Callable[[Path], list[str]]
"""From a file to the text of each of its pages."""


@dataclass(frozen=True)
class Reading:
    """What an extractor made of a file, and in how many seconds."""

    pages: list[str]
    seconds: float


def by_pypdf(path: Path) -> list[str]:
    """The text that pypdf extracts."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def by_pdfium(path: Path) -> list[str]:
    """PDFium's text in PDFium's order; its mark for a hyphen at the end of a line is written as one."""
    from contextlib import closing

    from pypdfium2 import PdfDocument

    texts = []
    with closing(PdfDocument(path)) as document:
        for page in document:
            with closing(page), closing(page.get_textpage()) as textpage:
                texts.append(re.sub("[\x02\ufffe]", "-\n", textpage.get_text_range()))
    return texts


def by_us(path: Path) -> list[str]:
    """Our lines in our order."""
    from ingest.readers import PdfReader

    return ["\n".join(line.text for line in page.lines) for page in PdfReader().read(path).pages]


def to_canonical(path: Path) -> list[str]:
    """The canonical text of the whole file."""
    from ingest.canonical import make_canonical
    from ingest.readers import PdfReader

    return [make_canonical(PdfReader().read(path)).text]


def by_poppler(path: Path) -> list[str]:
    """What ``pdftotext`` sees."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)  # noqa: S607
    return done.stdout.decode().split("\f")[:-1]


def timed(extract: Extract, path: Path) -> Reading:
    """Run an extractor once."""
    start = time.process_time()
    pages = extract(path)
    return Reading(pages, time.process_time() - start)


def words_of(text: str) -> list[str]:
    """The words of a page, hyphenation at line ends undone and raised figures written as plain ones."""
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹\u2010\u2011", "0123456789--", "\xad"))
    return re.sub(r"(\w)-\s+", r"\1", " ".join(plain.split())).split()


def share_of_words(pages: Sequence[str], reference: Sequence[str]) -> float:
    """The share of the reference's words that are on the same page."""
    found = total = 0
    for page, other in zip(pages, reference, strict=False):
        wanted = Counter(words_of(other))
        total += wanted.total()
        found += (wanted & Counter(words_of(page))).total()
    return found / max(1, total)


def broken_words(pages: Sequence[str], reference: Sequence[str]) -> int:
    """How many words with an umlaut stand there in two pieces."""
    seen = [re.findall(r"[^\W\d_]+", " ".join(words_of(page))) for page in reference]
    known = {word for words in seen for word in words if UMLAUT_WORD.fullmatch(word)}
    neighbours = {pair for words in seen for pair in pairwise(words)}
    return sum(
        first + second in known and (first, second) not in neighbours
        for page in pages
        for first, second in pairwise(re.findall(r"[^\W\d_]+", " ".join(words_of(page))))
    )


def compare(paths: Sequence[Path]) -> None:
    """Print the table."""
    print(
        f"{'file':34}{'pages':>6} | {'pages per processor second':^31} | {'words':^20} | {'broken':^14} | {'stray':^18}"
    )
    names = [*("pypdf", "PDFium", "reader", "+canon."), *("pypdf", "PDFium", "reader"), *("pypdf", "PDFium", "we")]
    print(" " * 41 + " " + "{:>8}{:>8}{:>8}{:>8} |{:>7}{:>7}{:>7} |{:>5}{:>7}{:>3} |".format(*names))
    totals: Counter[str] = Counter()
    for extract in (*EXTRACTORS.values(), to_canonical):
        # What an extractor imports when it is first used is no part of its speed.
        extract(paths[0])
    for path in paths:
        reference = by_poppler(path)
        readings = {name: timed(extract, path) for name, extract in EXTRACTORS.items()}
        canonical = timed(to_canonical, path)
        count = len(reference)
        totals["pages"] += count
        for name, reading in {**readings, "+canon.": canonical}.items():
            totals[name] += int(reading.seconds * 1e6)
        speeds = "".join(f"{count / reading.seconds:8.0f}" for reading in (*readings.values(), canonical))
        texts = [reading.pages for reading in readings.values()]
        shares = "".join(f"{share_of_words(pages, reference):7.3f}" for pages in texts)
        broken = "".join(f"{broken_words(pages, reference):5}" for pages in texts)
        stray = "".join(f"{len(STRAY.findall(' '.join(pages))):6}" for pages in texts)
        print(f"{path.name[:33]:34}{count:6} |{speeds} |{shares} |{broken} |{stray}", flush=True)
    speeds = "".join(f"{1e6 * totals['pages'] / totals[name]:8.0f}" for name in (*EXTRACTORS, "+canon."))
    print(f"{'all':34}{totals['pages']:6} |{speeds}")


EXTRACTORS: dict[str, Extract] = {"pypdf": by_pypdf, "PDFium": by_pdfium, "reader": by_us}


def make_files(folder: Path) -> list[Path]:
    """Born-digital files: 3,000 characters a page, headings, items, and a ruled table on every fifth page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfgen.canvas import Canvas

    style = getSampleStyleSheet()["Normal"]
    paths = []
    for number in range(FILES):
        path = folder / f"vorlage-{number}.pdf"
        canvas = Canvas(str(path), pagesize=A4)
        for page in range(PAGES // FILES):
            y = 780.0
            with_table = page % 5 == 4
            for paragraph in range(6 if with_table else 9):
                canvas.setFont("Helvetica-Bold", 11)
                canvas.drawString(70, y, f"{page + 1}.{paragraph + 1} Sachverhalt und Begründung")
                canvas.setFont("Helvetica", 10)
                for line in simpleSplit(SENTENCE * (2 if paragraph % 3 else 1), style.fontName, 10, 455):
                    y -= 13
                    canvas.drawString(70, y, line)
                y -= 22
            if with_table:
                widths = (70, 250, 340, 430, 525)
                for row in range(10):
                    cells = (f"Kommune {row:02}", f"{row * 1234 + 5:,}".replace(",", "."), f"{row},5 %", "ja")
                    for x, cell in zip(widths, cells, strict=False):
                        canvas.drawString(x + 4, y - 14 * row - 10, cell)
                canvas.grid(list(widths), [y - 14 * row for row in range(11)])
            canvas.drawString(290, 40, str(page + 1))
            canvas.showPage()
        canvas.save()
        paths.append(path)
    return paths


def read_one(path: Path) -> int:
    """Read a file up to its canonical text; returns its characters."""
    return len(to_canonical(path)[0])


def measure_speed() -> None:
    """Print pages a second with one and with two processes, files in parallel."""
    with tempfile.TemporaryDirectory() as folder:
        paths = make_files(Path(folder))
        read_one(paths[0])
        for name, extract in (("reader, one process", by_us), ("to canonical text, one process", to_canonical)):
            start, worked = time.perf_counter(), time.process_time()
            for path in paths:
                extract(path)
            seconds, worked = time.perf_counter() - start, time.process_time() - worked
            print(f"{name:36}{PAGES / seconds:7.0f} pages/s {PAGES / worked:7.0f} pages per second of processor time")
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as workers:
            # Both workers have started and imported what they need before the clock does.
            list(workers.map(read_one, [paths[0]] * 4))
            start = time.perf_counter()
            characters = sum(workers.map(read_one, paths))
            seconds = time.perf_counter() - start
        print(f"{'to canonical text, two processes':36}{PAGES / seconds:7.0f} pages/s")
        print(f"{characters / PAGES:,.0f} characters a page")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measures the PDF reader.")
    parser.add_argument("files", nargs="*", type=Path, help="PDF files")
    parser.add_argument("--speed", action="store_true", help="measure on files made for it")
    arguments = parser.parse_args()
    if arguments.files:
        if shutil.which("pdftotext") is None:
            print("pdftotext (poppler-utils) is needed as the reference.", file=sys.stderr)
            return 2
        compare(arguments.files)
    if arguments.speed:
        measure_speed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
