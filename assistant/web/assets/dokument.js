// The document pane: draws a document's pages, lays the highlights on their words, scrolls to them.
const byId = (id) => document.getElementById(id);
const narrow = window.matchMedia("(max-width: 900px)");
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
export const isNarrow = () => narrow.matches;
const [SMALLEST, LARGEST, STEP] = [0.5, 3, 0.25];
const READABLE = 1.25; // on a narrow screen the text column of an A4 page then fills the width, its margins do not
const shown = { info: null, zoom: isNarrow() ? READABLE : 1, opener: null, request: 0 };

export function announce(text) {
  const line = byId("ansage");
  line.textContent = "";
  window.setTimeout(() => { line.textContent = text; }, 60); // a change after a pause is read even if the words repeat
}

/** Show a document; place = {pages, boxes, label, quote} of a citation, or null to begin at its first page.
 *  Without an opener nobody asked: then nothing is announced, which would drown out the answer. */
export async function showDocument(id, place, opener) {
  const request = ++shown.request;
  openPane(opener);
  let info = null;
  try {
    const response = await fetch(`./dokumente/${encodeURIComponent(id)}/seiten.json`);
    if (response.ok) info = await response.json();
    else if (request === shown.request) return fail((await response.json()).detail);
  } catch {
    if (request === shown.request) fail("Das Dokument ist gerade nicht erreichbar.");
    return undefined;
  }
  if (request !== shown.request) return undefined;
  const same = shown.info?.document === info.document && byId("seiten").querySelector(".page") !== null;
  shown.info = info;
  view("seiten");
  title(info.origin === "example" ? `${info.kind} (Beispiel, frei erfunden)` : info.kind, info.title);
  byId("original").href = `./original/${encodeURIComponent(id)}#page=${(place?.pages[0] ?? 0) + 1}`;
  byId("original").hidden = false;
  byId("fundstelle").hidden = !place;
  byId("fundstelle-text").textContent = place?.label ?? "";
  byId("fundstelle-link").dataset.link = place?.place ? `stelle=${encodeURIComponent(id)}:${place.place}` : "";
  byId("fundstelle-link").hidden = !place?.place;
  document.dispatchEvent(new CustomEvent("dokument-gezeigt", { detail: { document: id, same } }));
  const drawable = info.drawable && info.pages.every((page) => page.width > 0 && page.height > 0);
  for (const tool of ["zurueck", "vor", "kleiner", "groesser", "groesse", "seitenzahl", "zeige-suche", "zeige-text"]) byId(tool).hidden = !drawable;
  if (!drawable) return withoutPages(place);
  if (!same) drawPages(info);
  highlight(place?.boxes ?? []);
  document.dispatchEvent(new CustomEvent("stelle-gezeigt", { detail: place?.place ?? "" }));
  const target = passage() ?? (place?.pages.length ? pageElement(place.pages[0]) : pageAt(0));
  scrollTo(target, same);
  loadPictures();
  const position = info.pages.findIndex((page) => page.index === place?.pages[0]);
  if (place && opener) announce(`${info.kind}, Seite ${Math.max(0, position) + 1} wird gezeigt.`);
  return undefined;
}

export function showList(opener) {
  shown.request += 1;
  openPane(opener);
  view("liste");
  title("Dokumente", "");
  byId("fundstelle").hidden = true;
}

export function closePane() {
  if (!document.body.classList.contains("dokument-offen")) return;
  document.body.classList.remove("dokument-offen");
  inert(false);
  shown.opener?.focus();
  shown.opener = null;
}

function openPane(opener) {
  if (!isNarrow()) return;
  if (opener && !byId("dokument").contains(opener)) shown.opener = opener;
  document.body.classList.add("dokument-offen");
  inert(true);
  byId("schliessen").focus();
}

function inert(on) {
  for (const id of ["kopf", "chat", "blatt"]) byId(id).inert = on;
}

function view(name) {
  byId("seiten").hidden = name !== "seiten";
  byId("liste").hidden = name !== "liste";
  byId("werkzeuge").hidden = name !== "seiten";
  byId("zeige-liste").setAttribute("aria-pressed", String(name === "liste"));
}

function title(kind, words) {
  const heading = byId("dokument-titel");
  heading.querySelector(".kind").textContent = kind;
  heading.querySelector(".title").textContent = words;
}

function fail(sentence) {
  shown.info = null;
  view("seiten");
  title("Dokument", "");
  byId("werkzeuge").hidden = true;
  byId("fundstelle").hidden = true;
  const line = document.createElement("p");
  line.className = "failure";
  line.textContent = sentence;
  byId("seiten").replaceChildren(line);
  announce(sentence);
}

function withoutPages(place) {
  const sheet = document.createElement("div");
  sheet.className = "nopages";
  const line = document.createElement("p");
  line.textContent = "Dieses Dokument hat keine Seitenbilder; „Original öffnen“ zeigt die Datei.";
  sheet.append(line);
  if (place) {
    const quote = document.createElement("blockquote");
    const mark = document.createElement("mark");
    mark.textContent = place.quote;
    quote.append(mark);
    sheet.append(quote);
  }
  byId("seiten").replaceChildren(sheet);
}

function drawPages(info) {
  const pages = info.pages.map((page, position) => {
    const sheet = document.createElement("div");
    sheet.className = "page";
    Object.assign(sheet.dataset, { document: info.document, index: page.index, width: page.width, height: page.height, start: page.start });
    sheet.style.aspectRatio = `${page.width} / ${page.height}`;
    const picture = document.createElement("img");
    picture.alt = `Seite ${position + 1} von ${info.pages.length}: ${info.kind}, ${info.title}`;
    sheet.append(picture);
    near.observe(sheet);
    return sheet;
  });
  const box = byId("seiten");
  box.replaceChildren(...pages);
  box.scrollTop = 0;
  count();
}

/** Boxes are in points from the page's top left corner; percent of the page keeps them on their words at any size. */
const highlight = (boxes) => lay(boxes, "highlight");

/** Where the chosen passage begins: in the text where pages are shown as text, else on the picture. */
function passage() {
  const box = byId("seiten");
  return box.querySelector(box.dataset.text ? ".words mark" : ".highlight");
}

/** Bring what was in view into view again, after pages have become larger, smaller, or text. */
export function keepPlace(change) {
  const position = currentPosition();
  change();
  scrollTo(passage() ?? pageAt(position), false);
  loadPictures();
}

/** Lay boxes of this kind on the pages, instead of those that were there; returns them in their order. */
export function lay(boxes, kind) {
  for (const old of byId("seiten").querySelectorAll(`.${kind}`)) old.remove();
  const laid = [];
  for (const [index, x0, y0, x1, y1] of boxes) {
    const page = pageElement(index);
    if (!page) continue;
    const [width, height] = [Number(page.dataset.width), Number(page.dataset.height)];
    const box = document.createElement("div");
    box.className = kind;
    box.dataset.page = index;
    box.setAttribute("aria-hidden", "true");
    Object.assign(box.style, {
      left: `${(100 * x0) / width}%`, top: `${(100 * y0) / height}%`,
      width: `${(100 * (x1 - x0)) / width}%`, height: `${(100 * (y1 - y0)) / height}%`,
    });
    page.append(box);
    laid.push(box);
  }
  return laid;
}

/** A citation's boxes as this pane lays them. */
export const boxesOf = (citation) => citation.boxes.map(({ page, x0, y0, x1, y1 }) => [page, x0, y0, x1, y1]);

/** The citation of a place in a document's text, or null where there is none. */
export async function cited(id, start, end) {
  const response = await fetch(`./api/v1/documents/${encodeURIComponent(id)}/citation?start=${start}&end=${end}`);
  return response.ok ? response.json() : null;
}

/** By its index in the file, which may hold other documents before this one; and by its position among those shown. */
export const pageElement = (index) => byId("seiten").querySelector(`.page[data-index="${index}"]`);
const pageAt = (position) => byId("seiten").querySelectorAll(".page")[position];

export function scrollTo(target, smoothly) {
  if (!target) return;
  if (!target.getClientRects().length) target = target.closest(".page"); // a mark on a picture, while pages are shown as text
  const box = byId("seiten");
  const room = !target.classList.contains("page") ? box.clientHeight * 0.3 : 12;
  const top = target.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - room;
  const edge = target.getBoundingClientRect().left - box.getBoundingClientRect().left + box.scrollLeft - 12;
  const left = Math.max(0, Math.min((box.scrollWidth - box.clientWidth) / 2, edge)); // the page's middle, from where the passage begins
  box.scrollTo({ top, left, behavior: smoothly && !calm.matches ? "smooth" : "instant" });
}

// Pictures are fetched for pages near the view, as sharp as the screen shows them.
const visible = new Set();
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) visible.add(entry.target);
    else visible.delete(entry.target);
  }
  loadPictures();
}, { root: byId("seiten"), rootMargin: "80% 0%" });

function loadPictures() {
  for (const page of visible) {
    if (!page.isConnected) { visible.delete(page); near.unobserve(page); continue; }
    const wanted = Math.min(2400, Math.ceil((page.clientWidth * window.devicePixelRatio) / 200) * 200);
    if (Number(page.dataset.loaded ?? 0) >= wanted || wanted === 0) continue;
    if (!page.dataset.loaded) document.dispatchEvent(new CustomEvent("seite-sichtbar", { detail: page }));
    page.dataset.loaded = wanted;
    page.querySelector("img").src =
      `./seiten/${encodeURIComponent(shown.info.document)}/${page.dataset.index}.png?breite=${wanted}`;
  }
}

function currentPosition() {
  const box = byId("seiten").getBoundingClientRect();
  const line = box.top + box.height * 0.4;
  const pages = [...byId("seiten").querySelectorAll(".page")];
  return Math.max(0, pages.findLastIndex((page) => page.getBoundingClientRect().top <= line));
}

function count() {
  const pages = shown.info?.pages ?? [];
  if (!pages.length) return;
  const position = currentPosition();
  const printed = pages[position].printed;
  const own = printed && printed !== String(position + 1) ? ` (gedruckt: ${printed})` : "";
  byId("seitenzahl").textContent = `Seite ${position + 1} von ${pages.length}${own}`;
  byId("zurueck").disabled = position === 0;
  byId("vor").disabled = position === pages.length - 1;
}

function zoom(change) {
  shown.zoom = Math.min(LARGEST, Math.max(SMALLEST, shown.zoom + change));
  keepPlace(() => byId("seiten").style.setProperty("--zoom", shown.zoom));
  byId("groesse").textContent = `${Math.round(shown.zoom * 100)} %`;
  byId("kleiner").disabled = shown.zoom <= SMALLEST;
  byId("groesser").disabled = shown.zoom >= LARGEST;
}

zoom(0);
byId("seiten").addEventListener("scroll", () => window.requestAnimationFrame(count), { passive: true });
window.addEventListener("resize", () => { loadPictures(); count(); });
byId("zurueck").addEventListener("click", () => scrollTo(pageAt(currentPosition() - 1), true));
byId("vor").addEventListener("click", () => scrollTo(pageAt(currentPosition() + 1), true));
byId("kleiner").addEventListener("click", () => zoom(-STEP));
byId("groesser").addEventListener("click", () => zoom(STEP));
byId("schliessen").addEventListener("click", closePane);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePane(); });
narrow.addEventListener("change", () => { // turned from narrow to wide: the pane is part of the page again
  document.body.classList.remove("dokument-offen");
  inert(false);
});
