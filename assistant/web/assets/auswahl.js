// Which documents are searched. The choice belongs to this page; chat.py takes it from the body with each question.
const byId = (id) => document.getElementById(id);
const boxes = [...document.querySelectorAll("#auswahl input")];

/** The ids that are chosen, or null where it is everything. */
function chosen() {
  const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
  return ticked.length === boxes.length ? null : ticked;
}

/** Search in these documents only, or in all of them (null); those that are not there any more are left to the server. */
export function choose(documents) {
  for (const box of boxes) box.checked = documents === null || documents.includes(box.value);
  tell();
  if (documents && !chosen()?.length && boxes.length) document.body.dataset.auswahl = JSON.stringify(documents);
}

function tell() {
  const now = chosen();
  const all = boxes.length;
  const before = document.body.dataset.auswahl ?? "";
  document.body.dataset.auswahl = now === null ? "" : JSON.stringify(now);
  if (document.body.dataset.auswahl !== before) document.dispatchEvent(new CustomEvent("auswahl-geaendert"));
  byId("auswahl-kurz").textContent = now === null ? "allen Dokumenten"
    : now.length ? `${now.length} von ${all} Dokumenten` : "keinem Dokument – bitte auswählen";
  byId("auswahl-stand").textContent = now === null ? `Alle ${all} Dokumente sind ausgewählt.`
    : now.length ? `${now.length} von ${all} Dokumenten ${now.length === 1 ? "ist" : "sind"} ausgewählt.`
      : "Kein Dokument ist ausgewählt; bitte mindestens eines auswählen.";
  byId("gesucht").classList.toggle("narrowed", now !== null);
}

byId("auswahl").addEventListener("change", tell);
byId("auswahl").addEventListener("click", (event) => {
  const button = event.target.closest("[data-tick]");
  if (!button) return;
  for (const box of button.closest("fieldset").querySelectorAll("input")) box.checked = Boolean(button.dataset.tick);
  tell();
});
tell();
