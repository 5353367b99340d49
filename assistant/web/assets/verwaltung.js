// Staff work: upload with progress and report, say who may see a document, remove it. The key stays in this page's memory.
const byId = (id) => document.getElementById(id);
const PAUSE = 700; // milliseconds between two looks at what is being worked on
const STAFF = "./api/v1/staff";
const known = document.body.dataset.verwaltung === "ja"; // logged in with a role that may: no key is asked for
let key = "";
let watching = false;

async function asked(path, options = {}) {
  const headers = key ? { ...options.headers, Authorization: `Bearer ${key}` } : options.headers;
  const response = await fetch(`${STAFF}${path}`, { ...options, headers });
  const content = await response.json();
  if (!response.ok) throw new Error(content.detail);
  return content;
}

function tell(sentence) { byId("verwaltung-meldung").textContent = sentence; }

/** What went wrong, in the server's German sentence, or that it cannot be reached. */
function failed(error) {
  tell(error instanceof TypeError ? "Der Web-Chat ist gerade nicht erreichbar." : error.message);
}

function line(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  if (className) element.className = className;
  return element;
}

function action(words, name, act) {
  const button = line("button", words);
  button.type = "button";
  button.setAttribute("aria-label", `${words}: ${name}`);
  button.addEventListener("click", () => act(button));
  return button;
}

const SEEN = { public: "öffentlich", non_public: "nichtöffentlich", internal: "intern" };
const seen = (info) => SEEN[info.visibility] + (info.gremien.length ? `, für ${info.gremien.join(", ")}` : "");
const DONE = { waiting: "wartet", working: "wird eingelesen", done: "fertig", failed: "nicht übernommen" };
const KINDS = { upload: "Hochladen", remove: "Entfernen", move: "Sichtbarkeit" };

async function showDocuments() {
  const documents = await asked("/documents");
  byId("bestand").replaceChildren(...documents.map((info) => {
    const item = document.createElement("li");
    const pages = info.pages > 0 ? ` · ${info.pages === 1 ? "1 Seite" : `${info.pages} Seiten`}` : "";
    const from = info.file ? ` · ${info.file}` : " · aus einem Ordner";
    const invented = info.origin === "example" ? " · Beispiel, frei erfunden" : "";
    item.append(line("span", `${info.kind}: ${info.title}`), line("span", `${seen(info)}${pages}${from}${invented}`, "details"));
    if (info.file) {
      const other = info.visibility === "public" ? "non_public" : "public";
      const acts = line("span", "", "acts");
      acts.append(
        action(`${SEEN[other]} machen`, info.title, () => change(`/documents/${encodeURIComponent(info.document)}/visibility`, {
          method: "PUT", body: JSON.stringify({ visibility: other }), headers: { "Content-Type": "application/json" },
        })),
        action("Entfernen", info.title, (button) => {
          if (button.dataset.sure) change(`/documents/${encodeURIComponent(info.document)}`, { method: "DELETE" });
          else { button.dataset.sure = "ja"; button.textContent = "Wirklich entfernen?"; button.setAttribute("aria-label", `Wirklich entfernen: ${info.title}`); }
        }),
      );
      item.append(acts);
    }
    return item;
  }));
}

function showChanges(changes) {
  byId("vorgaenge").replaceChildren(...changes.map((one) => {
    const item = document.createElement("li");
    item.dataset.state = one.state;
    item.append(line("span", `${KINDS[one.kind]} „${one.name}“: ${DONE[one.state]}`));
    if (one.state === "working" || one.state === "waiting") {
      const bar = document.createElement("progress");
      bar.max = 1;
      if (one.share > 0) bar.value = one.share;
      bar.setAttribute("aria-label", `Fortschritt von ${one.name}`);
      item.append(bar);
    }
    item.append(...one.report.map((words) => line("span", words, one.state === "failed" ? "failed" : "details")));
    return item;
  }));
}

/** Look until nothing is being worked on any more; then the list of documents is new. */
async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (let busy = true; busy;) {
      const changes = await asked("/changes");
      showChanges(changes);
      busy = changes.some((one) => one.state === "waiting" || one.state === "working");
      if (busy) await new Promise((wake) => window.setTimeout(wake, PAUSE));
      else if (changes.length) tell(changes[0].state === "failed" ? "Nicht übernommen; der Grund steht beim Vorgang." : "Fertig. Neu geladen zeigt diese Seite den neuen Stand.");
    }
    await showDocuments();
  } catch (error) {
    failed(error);
  } finally {
    watching = false;
  }
}

async function change(path, options) {
  try {
    await asked(path, options);
    tell("");
    await watch();
  } catch (error) { failed(error); }
}

async function upload(files) {
  const visibility = document.querySelector('#hochladen input[name="sichtbarkeit"]:checked').value;
  const named = visibility === "non_public" ? byId("gremien").value.split(",").map((name) => name.trim()).filter(Boolean) : [];
  const gremien = named.map((name) => `&gremium=${encodeURIComponent(name)}`).join("");
  for (const file of files) {
    tell(`„${file.name}“ wird hochgeladen …`);
    await change(`/uploads?name=${encodeURIComponent(file.name)}&visibility=${visibility}${gremien}`, {
      method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" },
    });
  }
}

byId("anmelden").addEventListener("submit", async (event) => {
  event.preventDefault();
  key = byId("schluessel").value.trim();
  tell("");
  try {
    if (!/^[!-~]+$/.test(key)) throw new Error("Der Schlüssel fehlt oder ist falsch."); // no header could carry it
    await open();
  } catch (error) { key = ""; failed(error); return; }
  byId("schluessel").value = "";
  byId("dateien").focus();
});

async function open() {
  await showDocuments();
  showChanges(await asked("/changes"));
  byId("anmelden").hidden = true;
  byId("verwaltung-inhalt").hidden = false;
  watch();
}

if (known) byId("verwaltung").addEventListener("toggle", (event) => { if (event.newState === "open") open().catch(failed); });

// The browser's own words for a file input are in its language, not in the page's: the label and this line say them.
function tellChosen() {
  const names = [...byId("dateien").files].map((file) => file.name);
  byId("gewaehlt").textContent = names.length > 3 ? `${names.length} Dateien ausgewählt` : names.join(", ") || "oder hierher ziehen";
}

byId("dateien").addEventListener("change", tellChosen);
byId("hochladen").addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...byId("dateien").files];
  if (!files.length) { tell("Bitte erst Dateien auswählen."); byId("dateien").focus(); return; }
  byId("dateien").value = "";
  tellChosen();
  await upload(files);
});

const panel = byId("verwaltung");
panel.addEventListener("dragover", (event) => { if (key || known) { event.preventDefault(); panel.classList.add("drop"); } });
panel.addEventListener("dragleave", () => panel.classList.remove("drop"));
panel.addEventListener("drop", (event) => {
  panel.classList.remove("drop");
  if (!key && !known) return;
  event.preventDefault();
  upload([...event.dataTransfer.files]);
});
