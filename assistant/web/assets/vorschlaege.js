// What may be asked next, below the newest answer: fetched once the answer is shown, put in quietly, gone with the next.
const found = new Map(); // by the answer's key; Gradio redraws the conversation
let asking = null;

async function look(box) {
  const key = box.dataset.further;
  if (found.has(key)) return show(box, found.get(key));
  if (asking?.key === key) return undefined;
  asking?.controller.abort(); // nobody needs those of an older answer any more
  asking = { key, controller: new AbortController() };
  try {
    const response = await fetch(`./vorschlaege/${encodeURIComponent(key)}`, { signal: asking.controller.signal });
    if (!response.ok) return undefined;
    found.set(key, await response.text());
    const there = document.querySelector(`[data-further="${key}"]`);
    if (there && there === newest()) show(there, found.get(key));
  } catch { /* without suggestions one asks one's own question */ }
  return undefined;
}

function show(box, markup) {
  if (!markup || box.firstChild) return;
  box.innerHTML = markup; // made by our server, where all text of documents is escaped
  box.hidden = false;
}

/** The place for them below the newest answer, if that is there. */
const newest = () => document.querySelector('#gespraech .exchange:last-of-type[data-state="done"] .further');

/** They were tried in the documents that were chosen then. */
document.addEventListener("auswahl-geaendert", () => {
  asking?.controller.abort();
  const box = newest();
  if (!box) return;
  found.set(box.dataset.further, "");
  box.hidden = true;
  box.replaceChildren();
});

new MutationObserver(() => {
  const box = newest();
  if (box) look(box);
  else if (asking && document.querySelector('#gespraech [data-state="reading"]')) asking.controller.abort();
}).observe(document.body, { childList: true, subtree: true });
