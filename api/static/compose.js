/* Writing to the citizen, or for colleagues: what was typed is never lost, and never sent twice. */

import { adoptDraft, forgetDrafts, freshId, keepDraft, readDraft } from "./drafts.js";
import { said } from "./words.js";

export { forgetDrafts };

const LONGEST = 4000;
const TIMEOUT = 15000;
const TYPING_EVERY = 4000;

const find = (selector) => document.querySelector(selector);

export const caseId = () => find("#case")?.dataset.case;

/** Bring back what was typed in this case, once for each form that htmx brings. */
export function restoreDraft(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "yes";
  form.dataset.case = caseId();
  const draft = readDraft(form);
  if (draft.text) showDraft(form, draft);
  else adoptDraft(form, (left) => showDraft(form, left));
}

function showDraft(form, { text, tried }) {
  form.elements.text.value = text;
  fit(form);
  if (tried === text && !settle(form)) {
    tell(form, said("write_unsure"), true);
  }
}

/* Whether the words under way stand in the transcript already, though nobody told us. */
function settle(form) {
  const { uid, tried } = readDraft(form);
  if (!uid || !document.querySelector(`.line[data-uid="${uid}"]`)) return false;
  arrived(form, tried);
  return true;
}

/* The form may have been brought anew meanwhile, and other words typed into it: those stay. */
function arrived(form, text) {
  delete form.dataset.failed;
  const now = find(`#case[data-case="${form.dataset.case}"] [data-compose="${form.dataset.compose}"]`) || form;
  const box = now.elements.text;
  if (box.value === text) {
    box.value = "";
    fit(now);
    tell(now, said(now.dataset.compose === "note" ? "write_noted" : "write_sent"));
  }
  keepDraft(form, { text: box.value });
}

function fit(form) {
  const box = form.elements.text;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 3}px`;
  const count = form.querySelector(".count");
  const length = [...box.value].length;
  count.hidden = length < LONGEST * 0.9;
  const [written, longest] = [length, LONGEST].map((one) => one.toLocaleString(document.documentElement.lang));
  count.textContent = said("write_length", { length: written, longest });
  count.classList.toggle("over", length > LONGEST);
}

function tell(form, line, failed = false) {
  const status = form.querySelector(".status");
  status.textContent = line;
  status.classList.toggle("failed", failed);
}

function fail(form, line) {
  tell(form, line, true);
  const again = document.createElement("button");
  again.type = "submit";
  again.textContent = said("write_again");
  form.querySelector(".status").append(again);
}

async function post(form, text, uid) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT);
  try {
    return await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams({ text, uid }),
      headers: { "HX-Request": "true", Accept: "application/json" },
      signal: stop.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function send(form) {
  const box = form.elements.text;
  const text = box.value;
  if (box.readOnly) return;
  if (!text.trim()) {
    tell(form, said("write_empty"), true);
    return;
  }
  /* The same words keep the same uid, so that a second try cannot double what did arrive. */
  const before = readDraft(form);
  const uid = before.tried === text ? before.uid : freshId();
  keepDraft(form, { text, uid, tried: text });
  delete form.dataset.failed;
  box.readOnly = true;
  tell(form, said("write_sending"));
  const response = await post(form, text, uid);
  box.readOnly = false;
  if (response?.ok) {
    arrived(form, text);
    if (document.activeElement === document.body) find(`#${box.id}`)?.focus();
  } else if (response?.status === 401) {
    logInAgain();
  } else if (response && response.status < 500) {
    keepDraft(form, { text });
    tell(form, await lineOf(response), true);
  } else {
    form.dataset.failed = "yes";
    fail(form, response ? await lineOf(response) : said("write_gone"));
  }
}

/* The server is back: what could not be sent goes out now, once. */
function sendFailed() {
  for (const form of document.querySelectorAll("[data-compose][data-failed]")) {
    if (!settle(form) && readDraft(form).tried === form.elements.text.value) send(form);
  }
}

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-compose]").forEach(settle));
document.addEventListener("htmx:sse:after:connection", sendFailed);
window.addEventListener("online", sendFailed);

async function lineOf(response) {
  const body = await response.json().catch(() => ({}));
  return body.message || said("write_refused");
}

export function logInAgain() {
  const back = caseId() ? `/console/cases/${caseId()}` : "/console";
  location.assign(`/console/login?next=${encodeURIComponent(back)}`);
}

/* Only that something is being written, never what; it is no harm where that does not arrive. */
let typedAt = 0;
function showTyping(form) {
  const { value } = form.elements.text;
  if (form.dataset.compose !== "answer" || !value.trim() || value.startsWith("/")) return;
  if (Date.now() - typedAt < TYPING_EVERY) return;
  typedAt = Date.now();
  const to = `/console/cases/${form.dataset.case}/typing`;
  fetch(to, { method: "POST", headers: { "HX-Request": "true" } }).catch(() => {});
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-compose]");
  if (target.id === "enter-sends") {
    localStorage.setItem("diemtua.enter", target.checked ? "sends" : "");
  } else if (form) {
    const { uid, tried } = readDraft(form);
    keepDraft(form, { text: target.value, uid, tried });
    delete form.dataset.failed;
    fit(form);
    tell(form, "");
    showTyping(form);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.compose) {
    event.preventDefault();
    send(form);
  } else if (form.id === "logout") {
    forgetDrafts(document.body.dataset.me);
  } else if ("once" in form.dataset) {
    form.querySelector("[type=submit]").disabled = true;
  }
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-compose]");
  if (form && event.key === "Enter" && !event.isComposing && event.target.tagName === "TEXTAREA") {
    const always = event.ctrlKey || event.metaKey;
    const chosen = form.id === "answer" && find("#enter-sends").checked && !event.shiftKey;
    if (always || chosen) {
      event.preventDefault();
      send(form);
    }
  }
  if (event.target.role === "tab" && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const other = event.target.nextElementSibling || event.target.previousElementSibling;
    choose(other);
    other.focus();
  }
});

export function choose(tab) {
  for (const one of tab.parentElement.children) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", chosen);
    one.tabIndex = chosen ? 0 : -1;
    find(`#${one.getAttribute("aria-controls")}`).hidden = !chosen;
  }
  fit(find(`#${tab.getAttribute("aria-controls")} form`));
}
