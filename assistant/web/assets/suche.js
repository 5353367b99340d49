// Finding one's way in the shown document: words, and its table of contents.
import { announce, boxesOf, cited, lay, pageElement, scrollTo } from "./dokument.js";

const byId = (id) => document.getElementById(id);
const search = { document: null, places: [], boxes: [], at: -1, request: 0, words: "" };
const PAUSE = 250; // milliseconds without another letter
let waiting = 0;

document.addEventListener("dokument-gezeigt", (event) => {
  if (search.document === event.detail.document && event.detail.same) return;
  search.document = event.detail.document;
  clear();
  outline(event.detail.document);
});

async function outline(id) {
  const list = byId("inhalt").querySelector("ul");
  list.replaceChildren();
  byId("zeige-inhalt").hidden = true;
  let details = null;
  try {
    const response = await fetch(`./api/v1/documents/${encodeURIComponent(id)}`);
    if (response.ok) details = await response.json();
  } catch { /* without its contents the document is still there */ }
  if (id !== search.document || !details || byId("seiten").querySelector(".page") === null) return;
  for (const heading of details.outline) {
    const button = document.createElement("button");
    button.type = "button";
    button.style.paddingLeft = `${10 + 14 * (heading.level - 1)}px`;
    const page = details.page_list.find((one) => one.index === heading.page);
    button.textContent = `${heading.title} – S. ${page?.printed || heading.page + 1}`;
    button.addEventListener("click", () => go(id, heading));
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  byId("zeige-inhalt").hidden = details.outline.length < 2;
}

/** To the words of the heading themselves: their boxes come from the stored text. */
async function go(id, heading) {
  byId("inhalt").hidePopover();
  const { char_start: start, title } = heading;
  const citation = await cited(id, start, start + title.length);
  const [first] = lay(citation ? boxesOf(citation).slice(0, 1) : [], "place");
  scrollTo(first ?? pageElement(heading.page), true);
  announce(`${title} wird gezeigt.`);
}

async function find(words) {
  const request = ++search.request;
  search.words = words;
  if (!words.trim()) return clear();
  const address = `./api/v1/documents/${encodeURIComponent(search.document)}/find?q=${encodeURIComponent(words)}`;
  let found = [];
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(String(response.status));
    found = await response.json();
  } catch {
    if (request === search.request) byId("treffer").textContent = "Die Suche ist gerade nicht möglich.";
    return undefined;
  }
  if (request !== search.request) return undefined;
  search.places = found.map(boxesOf);
  search.boxes = lay(search.places.flat(), "match");
  search.at = -1;
  return step(1);
}

function step(by) {
  const count = search.places.length;
  if (!count) { byId("treffer").textContent = search.words.trim() ? "Nichts gefunden" : ""; return; }
  search.at = (search.at + by + count) % count;
  const first = search.places.slice(0, search.at).flat().length;
  for (const box of search.boxes) box.classList.remove("current");
  const here = search.boxes.slice(first, first + search.places[search.at].length);
  for (const box of here) box.classList.add("current");
  scrollTo(here[0], false);
  byId("treffer").textContent = `${search.at + 1} von ${count}`;
}

function clear() {
  search.places = [];
  search.boxes = lay([], "match");
  lay([], "place");
  search.at = -1;
  search.words = "";
  byId("suchwort").value = "";
  byId("treffer").textContent = "";
}

function open(shown) {
  byId("suche").hidden = !shown;
  byId("zeige-suche").setAttribute("aria-expanded", String(shown));
  if (shown) byId("suchwort").focus();
  else { clear(); byId("zeige-suche").focus(); }
}

byId("zeige-suche").addEventListener("click", () => open(byId("suche").hidden));
byId("suche-schliessen").addEventListener("click", () => open(false));
byId("treffer-zurueck").addEventListener("click", () => step(-1));
byId("suchwort").addEventListener("input", (event) => {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => find(event.target.value), PAUSE);
});
byId("suche").addEventListener("submit", (event) => {
  event.preventDefault();
  window.clearTimeout(waiting);
  if (byId("suchwort").value === search.words) step(1);
  else find(byId("suchwort").value);
});
byId("suche").addEventListener("keydown", (event) => {
  if (event.key === "Escape") { event.stopPropagation(); open(false); }
});
