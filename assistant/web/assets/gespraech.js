// The conversation: opens citations, copies passages, asks examples, and says once what has arrived.
import { announce, closePane, isNarrow, showDocument, showList } from "./dokument.js";

const byId = (id) => document.getElementById(id);
let current = null; // the key of the chosen citation; Gradio redraws the conversation, which forgets attributes
let seen = "";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches(".chip")) choose(button, button);
  else if (button.matches("[data-open]")) open(button.dataset.open, button);
  else if (button.matches("[data-question]")) ask(button.dataset.question);
  else if (button.dataset.link) copy(`${location.origin}${location.pathname}#${button.dataset.link}`, button);
  else if (button.matches("[data-copy]")) copy(button.dataset.copy, button);
  else if (button.id === "abbrechen") calledOff();
  else if (button.id === "fundstelle-kopieren") copy(byId("fundstelle-text").textContent, button);
  else if (button.id === "zeige-liste") { current = null; markCurrent(); showList(button); }
});

export function choose(chip, opener) {
  current = chip.dataset.key;
  markCurrent();
  const place = {
    pages: JSON.parse(chip.dataset.pages), boxes: JSON.parse(chip.dataset.boxes),
    label: chip.dataset.label, quote: chip.title, place: chip.dataset.place,
  };
  return showDocument(chip.dataset.document, place, opener);
}

function open(id, button) {
  current = null;
  markCurrent();
  return showDocument(id, null, button);
}

/** Whoever calls a question off mostly wants to ask it differently: it goes back into the input. */
function calledOff() {
  const asked = [...document.querySelectorAll("#gespraech .question")].at(-1)?.dataset.question;
  const input = document.querySelector("#frage textarea");
  if (asked && input && !input.value) {
    input.value = asked;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  input?.focus();
  announce("Die Frage ist abgebrochen.");
}

function markCurrent() {
  for (const chip of document.querySelectorAll(".chip")) {
    if (chip.dataset.key === current) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
}

/** Type a question and send it; while Gradio is still starting, as soon as it has (chat.py marks the page then). */
export function ask(question) {
  const input = document.querySelector("#frage textarea");
  if (!input || !document.body.dataset.bereit) { window.setTimeout(() => ask(question), 100); return; }
  input.value = question;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  window.setTimeout(() => { byId("fragen").click(); input.focus(); }, 30);
}

async function copy(text, button) {
  const done = (await toClipboard(text)) ? "Kopiert" : "Nicht kopiert";
  if (!button.dataset.words) button.dataset.words = button.textContent.trim();
  button.textContent = done;
  announce(done);
  window.setTimeout(() => { button.textContent = button.dataset.words; }, 1800);
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no clipboard for pages that come unencrypted over the house network
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr-only";
    document.body.append(field);
    const before = document.activeElement;
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    before?.focus();
    return copied;
  }
}

/** After each redraw: mark the chosen citation again; a new answer is announced, scrolled to and opened once. */
function arrived() {
  markCurrent();
  const last = [...document.querySelectorAll("#gespraech .exchange")].at(-1);
  if (!last) { seen = ""; return; }
  const state = `${last.dataset.turn} ${last.dataset.state}`;
  if (state === seen) return; // how far an answer is, is shown, not read out
  seen = state;
  byId("meldung").hidden = true;
  const box = byId("gespraech");
  box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 16;
  if (last.dataset.state === "reading") return announce(last.querySelector(".reading").textContent);
  announce(last.querySelector(".answer")?.dataset.announce ?? "");
  const chip = last.querySelector(".answer .chip");
  if (chip && !chip.closest(".near") && !isNarrow()) choose(chip, null);
  return undefined;
}

/** Gradio reports failures in English; what the reader can do about them is always the same. */
function failed() {
  const line = byId("meldung");
  line.textContent = "Das hat nicht geklappt: Der Web-Chat ist gerade nicht erreichbar oder überlastet. "
    + "Bitte fragen Sie noch einmal oder laden Sie die Seite neu.";
  line.hidden = false;
}

let drawn = false;
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node.matches?.(".toast-body, .toast-wrap:has(*)")
    || node.querySelector?.(".toast-body")))) failed();
  if (drawn) return;
  drawn = true;
  window.requestAnimationFrame(() => { drawn = false; arrived(); });
}).observe(document.body, { childList: true, subtree: true, characterData: true });

window.addEventListener("pagehide", closePane);
