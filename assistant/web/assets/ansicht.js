// What is shown on the left (conversation or session sheet), how it looks, keys, and links that open something again.
import { choose as chooseDocuments } from "./auswahl.js";
import { ask, choose } from "./gespraech.js";
import { announce, boxesOf, cited, closePane, showDocument } from "./dokument.js";
import { restore } from "./verlauf.js";

const byId = (id) => document.getElementById(id);
const sheet = { shown: null, request: 0 };

export function showChat() {
  document.body.dataset.ansicht = "fragen";
  pressed("zeige-fragen");
}

/** Show the session sheet of a document; it is made anew each time, so that it is never older than the documents. */
export async function showSheet(id) {
  const request = ++sheet.request;
  document.body.dataset.ansicht = "blatt";
  pressed("zeige-blatt");
  const box = byId("blatt-inhalt");
  if (!id) return tell(box, "empty", "Zu den vorliegenden Dokumenten gibt es kein Sitzungsblatt: Es ist keine Vorlage darunter.");
  if (sheet.shown !== id) tell(box, "empty", "Ich stelle das Sitzungsblatt zusammen …");
  try {
    const response = await fetch(`./blatt/${encodeURIComponent(id)}`);
    if (request !== sheet.request) return undefined;
    if (!response.ok) return tell(box, "failure", (await response.json()).detail);
    box.innerHTML = await response.text(); // made by our server, where all text of documents is escaped
    if (sheet.shown !== id) box.scrollTop = 0;
    sheet.shown = id;
    announce("Sitzungsblatt wird gezeigt.");
  } catch {
    if (request === sheet.request) tell(box, "failure", "Das Sitzungsblatt ist gerade nicht erreichbar.");
  }
  return undefined;
}

function tell(box, kind, sentence) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = sentence;
  box.replaceChildren(line);
  sheet.shown = null;
}

function pressed(id) {
  for (const other of ["zeige-fragen", "zeige-blatt"]) byId(other).setAttribute("aria-pressed", String(other === id));
}

byId("zeige-fragen").addEventListener("click", showChat);
byId("zeige-blatt").addEventListener("click", (event) => showSheet(sheet.shown ?? event.currentTarget.dataset.document));
byId("blatt-inhalt").addEventListener("change", (event) => { if (event.target.id === "blatt-wahl") showSheet(event.target.value); });
byId("blatt-inhalt").addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

// -- how it looks: kept by this browser only ---------------------------------------------------------------------------

for (const name of ["farben", "schrift"]) {
  const root = document.documentElement;
  for (const input of document.querySelectorAll(`#darstellung input[name="${name}"]`)) {
    input.checked = input.value === (root.dataset[name] ?? "");
    input.addEventListener("change", () => {
      root.dataset[name] = input.value;
      try { localStorage.setItem(name, input.value); } catch { /* then it holds until the page is left */ }
    });
  }
}

// -- keys: single letters, only where nobody is writing (WCAG 2.1.4: they act on no control that has the focus) --------

const keys = {
  f: () => { closePane(); showChat(); document.querySelector("#frage textarea")?.focus(); },
  b: () => byId("zeige-blatt").click(),
  d: () => byId("zeige-liste").click(),
  s: () => { if (!byId("zeige-suche").hidden && !byId("werkzeuge").hidden) byId("zeige-suche").click(); },
  n: () => step(1),
  v: () => step(-1),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = keys[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
});

/** The next or previous passage of what is shown on the left. */
function step(by) {
  const side = document.body.dataset.ansicht === "blatt" ? "#blatt-inhalt" : "#gespraech";
  const chips = [...document.querySelectorAll(`${side} .chip`)];
  if (!chips.length) return;
  const now = chips.findIndex((chip) => chip.hasAttribute("aria-current"));
  const next = chips[Math.max(0, Math.min(chips.length - 1, now < 0 ? 0 : now + by))];
  next.focus();
  choose(next, next);
}

// -- links: #frage=… (with &dokumente=["…"] where only these were searched), #blatt=dokument, #stelle=dokument:anfang-ende, #verlauf=kennung ---------------------------------

async function follow() {
  const [name, value] = location.hash.slice(1).split("&", 1)[0].split("=", 2);
  if (!value) return;
  const chosen = /&dokumente=([^&]+)/.exec(location.hash)?.[1];
  history.replaceState(null, "", location.pathname); // so that reloading begins afresh
  const wanted = decodeURIComponent(value);
  if (name === "frage") { showChat(); chooseDocuments(idsIn(chosen)); ask(wanted); }
  else if (name === "blatt") showSheet(wanted);
  else if (name === "verlauf") { showChat(); restore(wanted); }
  else if (name === "stelle") {
    const [, id, start, end] = /^(.+):(\d+)-(\d+)$/.exec(wanted) ?? [];
    if (id) openPlace(id, start, end);
  }
}

/** The ids in a link, or null where it names none: then everything is searched. */
function idsIn(chosen) {
  try {
    const ids = JSON.parse(decodeURIComponent(chosen ?? ""));
    return Array.isArray(ids) ? ids : null;
  } catch { return null; }
}

async function openPlace(id, start, end) {
  const citation = await cited(id, start, end);
  const place = citation && {
    pages: citation.pages.map((page) => page.index), boxes: boxesOf(citation),
    label: citation.label, quote: citation.quote, place: `${citation.char_start}-${citation.char_end}`,
  };
  return showDocument(id, place, byId("zeige-liste"));
}

window.addEventListener("hashchange", follow);
follow();
