// The words of each page: behind its picture for screen readers, or instead of it ("Als Text") in any size of type.
import { announce, keepPlace } from "./dokument.js";

const byId = (id) => document.getElementById(id);
let place = ""; // "start-end" of the chosen passage in the document's text, or nothing

document.addEventListener("seite-sichtbar", (event) => fetchWords(event.detail));
document.addEventListener("stelle-gezeigt", (event) => {
  place = event.detail;
  for (const page of byId("seiten").querySelectorAll(".page")) write(page);
});

const texts = new WeakMap(); // page -> its characters; offsets count characters, not UTF-16 units

async function fetchWords(page) {
  try {
    const response = await fetch(`./seiten/${encodeURIComponent(page.dataset.document)}/${page.dataset.index}.txt`);
    texts.set(page, response.ok ? [...await response.text()] : null);
  } catch {
    texts.set(page, null);
  }
  if (byId("seiten").dataset.text) keepPlace(() => write(page));
  else write(page);
}

/** Put the words on their page, the chosen passage marked. */
function write(page) {
  if (!texts.has(page)) return;
  const letters = texts.get(page) ?? [];
  page.querySelector(".words")?.remove();
  const words = document.createElement("div");
  words.className = "words";
  const label = document.createElement("span");
  label.className = "label";
  label.textContent = page.querySelector("img").alt.split(":")[0];
  const [start, end] = place.split("-").map((offset) => Math.min(letters.length, Math.max(0, Number(offset) - Number(page.dataset.start))));
  words.append(label);
  if (place && start < end) {
    const mark = document.createElement("mark");
    mark.textContent = letters.slice(start, end).join("");
    words.append(letters.slice(0, start).join(""), mark, letters.slice(end).join(""));
  } else {
    words.append(letters.join("") || (texts.get(page) ? "Auf dieser Seite steht kein Text." : "Der Text dieser Seite ist gerade nicht erreichbar."));
  }
  page.append(words);
}

byId("zeige-text").addEventListener("click", (event) => {
  const asText = !byId("seiten").dataset.text;
  keepPlace(() => {
    if (asText) byId("seiten").dataset.text = "ja";
    else delete byId("seiten").dataset.text;
  });
  event.currentTarget.setAttribute("aria-pressed", String(asText));
  announce(asText ? "Die Seiten werden als Text gezeigt." : "Die Seiten werden als Bild gezeigt.");
});
