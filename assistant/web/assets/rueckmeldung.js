// Opinions on answers: sent once asked for, and remembered here because Gradio redraws the conversation.
import { announce } from "./dokument.js";

const given = new Map(); // what was said of each answer, by its key

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".feedback button[data-verdict]");
  if (!button) return;
  const box = button.closest(".feedback");
  if (button.dataset.verdict === "up") send(box, { verdict: "up" });
  else open(box, button.dataset.verdict === "down" && box.querySelector("form").hidden);
});

document.addEventListener("submit", (event) => {
  const box = event.target.closest?.(".feedback");
  if (!box) return;
  event.preventDefault();
  const data = new FormData(event.target);
  send(box, { verdict: "down", reasons: data.getAll("reason"), comment: data.get("comment").trim() });
});

/** Show or hide the form behind "Nicht hilfreich"; the keyboard goes where the reader looks. */
function open(box, shown) {
  const form = box.querySelector("form");
  const button = box.querySelector('[data-verdict="down"]');
  form.hidden = !shown;
  button.setAttribute("aria-expanded", String(shown));
  (shown ? form.querySelector("input") : button).focus();
}

async function send(box, opinion) {
  const key = box.dataset.feedback;
  let said = "Das hat nicht geklappt: Der Web-Chat ist gerade nicht erreichbar. Bitte versuchen Sie es noch einmal.";
  try {
    const response = await fetch(`./rueckmeldungen/${encodeURIComponent(key)}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(opinion),
    });
    if (response.ok) {
      said = opinion.verdict === "up" ? "Danke, das ist notiert." : "Danke, das ist notiert und wird geprüft.";
      given.set(key, said);
    } else said = (await response.json()).detail;
  } catch { /* said stays: the server did not answer */ }
  tell(box, said, given.has(key));
  announce(said);
}

function tell(box, sentence, done) {
  const line = document.createElement("p");
  line.className = done ? "thanks" : "failure";
  line.textContent = sentence;
  if (done) box.replaceChildren(line);
  else {
    box.querySelector(".failure")?.remove();
    box.append(line);
  }
}

/** A redrawn conversation has its buttons again; what was said already stays said. */
new MutationObserver(() => {
  for (const box of document.querySelectorAll(".feedback:has(form)")) {
    if (given.has(box.dataset.feedback)) tell(box, given.get(box.dataset.feedback), true);
  }
}).observe(document.body, { childList: true, subtree: true });
