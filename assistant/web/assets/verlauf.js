// Earlier conversations: their questions, kept by this browser only. Opening one asks them again, so that what it shows
// is never older than the documents; saving one lets the server write it as a file.
import { choose } from "./auswahl.js";
import { ask } from "./gespraech.js";
import { announce } from "./dokument.js";

const byId = (id) => document.getElementById(id);
// One browser may serve several people: what one account asked is not shown to another.
const owner = document.body.dataset.konto;
const [KEPT, MOST] = [owner ? `unterhaltungen-${owner}` : "unterhaltungen", 60];
let current = crypto.randomUUID?.() ?? String(Date.now()); // no randomUUID on pages that come unencrypted
let restoring = false;
let kept = 0; // questions of this page that have been kept; what is deleted is not kept again

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => one.id && Array.isArray(one.questions)) : [];
  } catch { return []; }
}

function write(conversations) {
  try { localStorage.setItem(KEPT, JSON.stringify(conversations.slice(0, MOST))); } catch { /* nothing is kept then */ }
}

/** Questions as they are kept and sent: with the documents that were chosen for them, or their words only. */
const asked = () => [...document.querySelectorAll('#gespraech .exchange[data-state="done"] .question')].map((line) => (
  line.dataset.documents ? { question: line.dataset.question, documents: JSON.parse(line.dataset.documents) } : line.dataset.question));
const firstWords = (conversation) => conversation.questions[0].question ?? conversation.questions[0];

/** Keep what has been asked; the newest conversation first, its name as somebody gave it. */
function remember() {
  const questions = asked();
  if (questions.length <= kept || restoring) return;
  kept = questions.length;
  const all = read();
  const known = all.find((one) => one.id === current);
  const entry = { id: current, name: known?.name ?? "", at: new Date().toISOString(), questions };
  write([entry, ...all.filter((one) => one.id !== current)]);
  draw();
}

function draw() {
  const list = byId("unterhaltungen");
  const all = read();
  list.replaceChildren(...all.map(item));
  byId("verlauf-leer").hidden = all.length > 0;
  byId("alle-loeschen").hidden = all.length === 0;
  byId("speichern").hidden = asked().length === 0;
}

function item(conversation) {
  const name = conversation.name || firstWords(conversation);
  const line = document.createElement("li");
  const open = control(name, () => reopen(conversation.id));
  open.className = "open";
  if (conversation.id === current) open.setAttribute("aria-current", "true");
  const when = document.createElement("span");
  const count = conversation.questions.length === 1 ? "1 Frage" : `${conversation.questions.length} Fragen`;
  when.textContent = `${new Date(conversation.at).toLocaleString("de-DE", { dateStyle: "medium", timeStyle: "short" })} · ${count}`;
  const row = document.createElement("span");
  row.className = "acts";
  row.append(control("Umbenennen", () => rename(line, conversation), name), control("Löschen", () => remove(conversation.id), name));
  line.append(open, when, row);
  return line;
}

function control(words, act, about = "") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  if (about) button.setAttribute("aria-label", `${words}: ${about}`);
  button.addEventListener("click", act);
  return button;
}

function rename(line, conversation) {
  const form = document.createElement("form");
  const input = document.createElement("input");
  input.value = conversation.name || firstWords(conversation);
  input.maxLength = 120;
  input.setAttribute("aria-label", "Name der Unterhaltung");
  const done = document.createElement("button");
  done.type = "submit";
  done.textContent = "Übernehmen";
  form.append(input, done);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write(read().map((one) => (one.id === conversation.id ? { ...one, name: input.value.trim() } : one)));
    draw();
    announce("Umbenannt.");
  });
  line.replaceChildren(form);
  input.select();
}

function remove(id) {
  write(read().filter((one) => one.id !== id));
  draw();
  announce("Gelöscht.");
  byId("verlauf").querySelector("button:not([hidden])")?.focus();
}

/** A fresh page: the conversation that is there now must not be mixed with the other. */
function reopen(id) {
  location.hash = `verlauf=${id}`;
  location.reload();
}

/** Ask the questions of a kept conversation again, one after the other, as its follow-ups need it. */
export async function restore(id) {
  const conversation = read().find((one) => one.id === id);
  if (!conversation) return;
  current = id;
  restoring = true;
  for (const question of conversation.questions) {
    const before = document.querySelectorAll("#gespraech .exchange").length;
    choose(question.documents ?? null);
    ask(question.question ?? question);
    await arrived(before + 1);
  }
  kept = asked().length;
  restoring = false;
  draw();
}

const arrived = (count) => new Promise((resolve) => {
  const look = window.setInterval(() => {
    const last = [...document.querySelectorAll("#gespraech .exchange")].at(-1);
    if (Number(last?.dataset.turn) >= count && last.dataset.state !== "reading") { window.clearInterval(look); resolve(); }
  }, 100);
});

async function save(form) {
  let said = "Die Datei ließ sich nicht erstellen; bitte noch einmal versuchen.";
  try {
    const response = await fetch(`./api/v1/export.${form}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ questions: asked() }),
    });
    if (response.ok) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = `unterhaltung.${form}`;
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      said = "Gespeichert.";
    } else said = (await response.json()).detail;
  } catch { /* said stays */ }
  byId("speichern-meldung").textContent = said;
}

for (const button of document.querySelectorAll("#speichern [data-form]")) button.addEventListener("click", () => save(button.dataset.form));
byId("alle-loeschen").addEventListener("click", () => { write([]); draw(); announce("Alle Unterhaltungen sind gelöscht."); });
byId("verlauf").addEventListener("toggle", () => { byId("speichern-meldung").textContent = ""; draw(); });
new MutationObserver(() => window.requestAnimationFrame(remember)).observe(document.body, { childList: true, subtree: true });
