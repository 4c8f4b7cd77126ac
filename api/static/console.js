/* The console's page: writing that is never lost, scrolling, and telling what went wrong.
   htmx brings the queue, the cases and the lines; alarm.js makes the noise. */

import { soundAlarm } from "./alarm.js";

const LONGEST = 4000;
const TIMEOUT = 15000;
const SILENCE = 40000;
const WIDE = matchMedia("(min-width: 48em)");

const find = (selector) => document.querySelector(selector);
const caseId = () => find("#case")?.dataset.case;
let heard = Date.now();
let atEnd = true;
let newest = "";

/* Drafts: kept on this device, for this counsellor and case, until the server has them. */

const draftKey = (form) => `diemtua.${document.body.dataset.me}.${caseId()}.${form.dataset.compose}`;
const readDraft = (form) => JSON.parse(localStorage.getItem(draftKey(form)) || "{}");

function keepDraft(form, draft) {
  if (draft.text) localStorage.setItem(draftKey(form), JSON.stringify(draft));
  else localStorage.removeItem(draftKey(form));
}

function forgetDrafts(part) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("diemtua.") && key.includes(part)) localStorage.removeItem(key);
  }
}

function restoreDraft(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "yes";
  const { text = "", tried } = readDraft(form);
  form.elements.text.value = text;
  fit(form);
  if (text && tried === text) tell(form, "Tin này chưa chắc đã tới. Bạn bấm gửi lại nhé.", true);
}

function fit(form) {
  const box = form.elements.text;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 3}px`;
  const count = form.querySelector(".count");
  const length = [...box.value].length;
  count.hidden = length < LONGEST * 0.9;
  count.textContent = `${length.toLocaleString("vi")} / ${LONGEST.toLocaleString("vi")} ký tự`;
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
  again.textContent = "Gửi lại";
  form.querySelector(".status").append(again);
}

/* The same words keep the same uid, so that a second try cannot double what did arrive. */
function newUid() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
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
    tell(form, "Bạn chưa viết gì.", true);
    return;
  }
  const before = readDraft(form);
  const uid = before.tried === text ? before.uid : newUid();
  keepDraft(form, { text, uid, tried: text });
  box.readOnly = true;
  tell(form, "Đang gửi…");
  const response = await post(form, text, uid);
  box.readOnly = false;
  if (response?.ok) {
    keepDraft(form, {});
    box.value = "";
    fit(form);
    tell(form, form.dataset.compose === "note" ? "Đã lưu ghi chú." : "Đã gửi.");
    if (document.activeElement === document.body) box.focus();
  } else if (response?.status === 401) {
    logInAgain();
  } else if (response && response.status < 500) {
    keepDraft(form, { text });
    tell(form, await lineOf(response), true);
  } else {
    fail(form, response ? await lineOf(response) : "Chưa gửi được: mất kết nối. Chữ của bạn vẫn còn đây.");
  }
}

async function lineOf(response) {
  const body = await response.json().catch(() => ({}));
  return body.message || "Chưa gửi được. Chữ của bạn vẫn còn đây.";
}

function logInAgain() {
  const back = caseId() ? `/console/cases/${caseId()}` : "/console";
  location.assign(`/console/login?next=${encodeURIComponent(back)}`);
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-compose]");
  if (form) {
    const { uid, tried } = readDraft(form);
    keepDraft(form, { text: target.value, uid, tried });
    fit(form);
    tell(form, "");
  } else if (target.id === "enter-sends") {
    localStorage.setItem("diemtua.enter", target.checked ? "sends" : "");
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

function choose(tab) {
  for (const one of tab.parentElement.children) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", chosen);
    one.tabIndex = chosen ? 0 : -1;
    find(`#${one.getAttribute("aria-controls")}`).hidden = !chosen;
  }
  const form = find(`#${tab.getAttribute("aria-controls")}`);
  fit(form);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button, summary");
  if (!button) return;
  if (button.getAttribute("role") === "tab") {
    choose(button);
    find(`#${button.getAttribute("aria-controls")} textarea`).focus();
  } else if (button.dataset.opens) {
    find(`#${button.dataset.opens}`).showModal();
  } else if (button.dataset.closes) {
    find(`#${button.dataset.closes}`).close();
  } else if (button.id === "newer") {
    toEnd();
  } else if (button.closest("#trouble")) {
    find("#trouble").hidden = true;
  }
});

/* What htmx brought. */

function refresh() {
  const open = caseId() || "";
  const desk = find("#desk");
  if (desk) desk.dataset.open = find("#case") ? "yes" : "no";
  for (const card of document.querySelectorAll("a.card")) {
    if (open && card.href.endsWith(open)) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
  document.querySelectorAll("[data-compose]").forEach(restoreDraft);
  const choice = find("#enter-sends");
  if (choice) choice.checked = localStorage.getItem("diemtua.enter") === "sends";
  follow();
  soundAlarm();
}

function follow() {
  const last = find("#lines > :last-child");
  const mark = last ? `${caseId()} ${last.id}` : "";
  if (mark === newest) return;
  const sameCase = mark.split(" ")[0] === newest.split(" ")[0];
  newest = mark;
  if (last && (atEnd || !sameCase || last.dataset.author !== "citizen")) toEnd();
  else if (last) find("#newer").hidden = false;
}

function toEnd() {
  const scroll = find("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
  atEnd = true;
  find("#newer").hidden = true;
}

document.addEventListener("scroll", ({ target }) => {
  if (target.id !== "scroll") return;
  atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 40;
  if (atEnd) find("#newer").hidden = true;
}, true);

document.addEventListener("htmx:after:swap", (event) => {
  refresh();
  if (event.detail.ctx?.target?.id !== "pane") return;
  const gone = find("[data-gone]");
  if (gone) forgetDrafts(location.pathname.split("/").pop());
  const box = WIDE.matches && find("#answer-text");
  (box || find("#case-title"))?.focus({ preventScroll: true });
});

/* Whether news arrive. A connection that died without a word is replaced. */

function connected(yes) {
  const status = find("#connection");
  if (!status || (yes && status.dataset.state === "open")) return;
  status.dataset.state = yes ? "open" : "lost";
  status.textContent = yes ? "Đang kết nối" : "Mất kết nối, đang nối lại…";
}

function revive() {
  const dead = find("#live");
  if (!dead || Date.now() - heard < SILENCE) return;
  heard = Date.now();
  connected(false);
  const fresh = dead.cloneNode(false);
  const url = new URL(dead.getAttribute("hx-sse:connect"), location.origin);
  const last = find("#lines > :last-child");
  if (last) url.searchParams.set("after", last.dataset.line);
  fresh.setAttribute("hx-sse:connect", url.pathname + url.search);
  dead.dispatchEvent(new Event("htmx:abort"));
  dead.replaceWith(fresh);
  window.htmx.process(fresh);
}

function hear() {
  heard = Date.now();
  connected(true);
}

for (const name of ["board", "case", "beat", "htmx:sse:after:connection", "htmx:sse:after:message"]) {
  document.addEventListener(name, hear);
}
for (const name of ["htmx:sse:error", "htmx:sse:before:connection"]) {
  document.addEventListener(name, ({ detail }) => {
    if (detail.status === 401) logInAgain();
    if (name.endsWith("error") || detail.connection.attempt) connected(false);
  });
}
document.addEventListener("over", logInAgain);
window.addEventListener("offline", () => connected(false));
setInterval(revive, 5000);

/* What went wrong. */

function showTrouble(line) {
  const box = find("#trouble");
  box.querySelector("p").textContent = line;
  box.hidden = false;
}

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status === 401) logInAgain();
  else if (ctx.response.status !== 404 && ctx.sourceElement.id !== "live") {
    let line = "Máy chủ đang trục trặc. Bạn thử lại sau ít phút nhé.";
    try { line = JSON.parse(ctx.text).message || line; } catch { /* not ours: the line above stands */ }
    showTrouble(line);
  }
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  connected(false);
  if (["submit", "click"].includes(ctx?.sourceEvent?.type)) showTrouble("Mất kết nối. Bạn thử lại nhé.");
});

refresh();
if (WIDE.matches) find("#answer-text")?.focus();
