// The fact check: sends the draft, follows the progress, shows the verdicts. Nothing is kept outside this window.

const byId = (id) => document.getElementById(id);
const API = "./api/v1/check";
const VERDICTS = {
  "belegt": { letter: "B", style: "v-belegt" },
  "teilweise belegt": { letter: "T", style: "v-teilweise" },
  "weicht ab": { letter: "A", style: "v-weicht" },
  "nicht gefunden": { letter: "?", style: "v-nicht" },
};
let draft = "";
let check = null;
let only = null;
let running = null;
let timer = null;

function show(part) {
  for (const id of ["eingabe-entwurf", "lauf", "ergebnis"]) byId(id).hidden = id !== part;
}

function fail(message) {
  byId("fehler").textContent = message;
  byId("fehler").hidden = !message;
}

function element(name, text, options = {}) {
  return Object.assign(document.createElement(name), { textContent: text ?? "", ...options });
}

// -- checking ------------------------------------------------------------------------------------------------------

byId("eingabe-entwurf").addEventListener("submit", (event) => {
  event.preventDefault();
  start(byId("entwurf").value);
});

async function start(text) {
  fail("");
  if (!text.trim()) { fail("Der Entwurf ist leer; bitte einen Text einfügen."); byId("entwurf").focus(); return; }
  draft = text.replaceAll("\r\n", "\n");
  check = null;
  show("lauf");
  byId("fortschritt").textContent = "Der Entwurf wird gelesen …";
  byId("balken").value = 0;
  running = new AbortController();
  try {
    await follow(running.signal);
  } catch (error) {
    if (error.name !== "AbortError") fail(error.message || "Die Verbindung ist abgebrochen; bitte noch einmal prüfen.");
  }
  running = null;
  if (check) { only = null; render(); show("ergebnis"); forgetLater(); byId("zaehlung").focus?.(); }
  else { show("eingabe-entwurf"); byId("entwurf").value = draft; }
}

async function follow(signal) {
  const response = await fetch(`${API}/stream`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text: draft }), signal,
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    blocks.forEach(take);
  }
}

function take(block) {
  const [name, data] = block.split("\n");
  const content = JSON.parse(data.slice("data: ".length));
  if (name === "event: ergebnis") check = content;
  else if (name === "event: fehler") throw new Error(content.detail);
  else {
    byId("balken").max = Math.max(1, content.claims);
    byId("balken").value = content.done;
    byId("fortschritt").textContent = content.claims
      ? `${content.done} von ${content.claims} Aussagen geprüft …` : "Andere Entwürfe sind noch vor Ihrem dran …";
  }
}

byId("abbrechen-pruefung").addEventListener("click", () => running?.abort());

// -- the result ----------------------------------------------------------------------------------------------------

function render() {
  const counts = {};
  for (const claim of check.claims) counts[claim.verdict] = (counts[claim.verdict] ?? 0) + 1;
  byId("zaehlung").textContent = Object.keys(VERDICTS).filter((v) => counts[v])
    .map((v) => `${counts[v]} ${v}`).join(" · ") || "Der Entwurf enthält keine prüfbare Aussage.";
  byId("filter").replaceChildren(...[null, ...Object.keys(VERDICTS).filter((v) => counts[v])].map((verdict) => {
    const button = element("button", verdict ?? "alle", { type: "button", className: `plain ${verdict ? VERDICTS[verdict].style : ""}` });
    button.setAttribute("aria-pressed", String(verdict === only));
    button.addEventListener("click", () => { only = verdict; render(); });
    return button;
  }));
  const box = byId("geprueft");
  box.replaceChildren();
  let place = 0;
  check.claims.forEach((claim, number) => {
    box.append(draft.slice(place, claim.start));
    place = claim.end;
    const known = VERDICTS[claim.verdict];
    if (!known) { box.append(draft.slice(claim.start, claim.end)); return; }
    // No <button>: that one cannot be broken over lines like the text it stands for.
    const button = element("span", draft.slice(claim.start, claim.end), { className: known.style, role: "button", tabIndex: 0 });
    if (only !== null && only !== claim.verdict) { button.dataset.off = "ja"; button.removeAttribute("tabindex"); }
    button.dataset.letter = known.letter;
    button.dataset.number = number;
    button.setAttribute("aria-label", `${claim.verdict}: ${claim.text}`);
    button.addEventListener("click", () => choose(button, claim));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(button, claim); }
    });
    box.append(button);
  });
  box.append(draft.slice(place));
  byId("stelle").replaceChildren();
  byId("leer").hidden = false;
}

function choose(button, claim) {
  document.querySelector("#geprueft [aria-current]")?.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  byId("leer").hidden = true;
  const box = byId("stelle");
  box.replaceChildren(
    element("span", claim.verdict, { className: `urteil ${VERDICTS[claim.verdict].style}` }),
    element("p", `Wie sicher: ${Math.round(claim.confidence * 100)} %`, { className: "note" }),
  );
  if (claim.note) box.append(element("p", claim.note));
  if (claim.verdict === "nicht gefunden") {
    box.append(element("p", "Dazu enthalten die durchsuchten Unterlagen keine Angabe. Das heißt nicht, dass es falsch ist."));
  }
  for (const part of claim.unproven) box.append(element("p", `Nicht belegt: „${part.text}“`));
  for (const one of claim.differences) box.append(differenceOf(claim, one));
  for (const citation of claim.citations) box.append(...passageOf(claim, citation));
  if (matchMedia("(max-width: 900px)").matches) byId("rechts").focus();
}

function differenceOf(claim, one) {
  const list = element("dl");
  list.append(
    element("dt", "Entwurf"), element("dd", one.draft),
    element("dt", one.citation === null ? "Richtig" : "Dokument"), element("dd", one.document),
  );
  const button = element("button", "Übernehmen", { type: "button", className: "plain", title: "Den Wortlaut des Dokuments in den Entwurf setzen" });
  button.addEventListener("click", () => {
    const changed = draft.slice(0, one.draft_start) + one.document + draft.slice(one.draft_end);
    start(changed);
  });
  list.append(element("dt"), element("dd"));
  list.lastElementChild.append(button);
  return list;
}

function passageOf(claim, citation) {
  const quote = element("blockquote");
  const marks = claim.differences.filter((one) => one.citation === citation.number && one.document_start !== null)
    .sort((one, other) => one.document_start - other.document_start);
  let place = citation.char_start;
  for (const one of marks) {
    if (one.document_start < place) continue;
    quote.append(citation.quote.slice(place - citation.char_start, one.document_start - citation.char_start));
    quote.append(element("mark", citation.quote.slice(one.document_start - citation.char_start, one.document_end - citation.char_start)));
    place = one.document_end;
  }
  quote.append(citation.quote.slice(place - citation.char_start));
  const source = element("p", "", { className: "note" });
  source.append(citation.label, " · ");
  const link = element("a", "im Dokument zeigen", { target: "_blank", rel: "noopener" });
  link.href = `./#stelle=${encodeURIComponent(`${citation.document}:${citation.char_start}-${citation.char_end}`)}`;
  source.append(link);
  const invented = citation.origin === "example" ? [element("p", "Beispieldokument, frei erfunden", { className: "invented" })] : [];
  return [quote, source, ...invented];
}

// -- files, and forgetting ------------------------------------------------------------------------------------------

byId("datei").addEventListener("change", async () => {
  const [file] = byId("datei").files;
  byId("datei").value = "";
  if (!file) return;
  fail("");
  const response = await fetch(`${API}/text?name=${encodeURIComponent(file.name)}`, {
    method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file,
  });
  const content = await response.json();
  if (response.ok) byId("entwurf").value = content.text;
  else fail(content.detail);
});

for (const button of document.querySelectorAll("[data-form]")) {
  button.addEventListener("click", async () => {
    fail("");
    const response = await fetch(`${API}.${button.dataset.form}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text: draft }),
    });
    if (!response.ok) { fail((await response.json()).detail); return; }
    const link = element("a", "", { href: URL.createObjectURL(await response.blob()), download: `faktencheck.${button.dataset.form}` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function forget() {
  draft = "";
  check = null;
  byId("entwurf").value = "";
  byId("geprueft").replaceChildren();
  byId("stelle").replaceChildren();
  byId("leer").hidden = false;
  fail("");
  show("eingabe-entwurf");
  byId("entwurf").focus();
}

function forgetLater() {
  clearTimeout(timer);
  timer = setTimeout(forget, Number(document.body.dataset.minuten) * 60_000);
}

byId("bearbeiten").addEventListener("click", () => { byId("entwurf").value = draft; show("eingabe-entwurf"); byId("entwurf").focus(); });
byId("loeschen").addEventListener("click", forget);
byId("loeschen-ergebnis").addEventListener("click", forget);
byId("entwurf").addEventListener("input", forgetLater);
