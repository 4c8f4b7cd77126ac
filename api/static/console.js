/* The console's page: following what htmx brings, staying connected, telling what went wrong.
   compose.js does the writing, alarm.js the noise. */

import "./tools.js";
import { soundAlarm } from "./alarm.js";
import { caseId, choose, forgetDrafts, logInAgain, restoreDraft } from "./compose.js";
import "./older.js";
import "./case.js";
import { said } from "./words.js";

const SILENCE = 40000;
const TYPING_SHOWN = 6000;
const WIDE = matchMedia("(min-width: 48em)");

const find = (selector) => document.querySelector(selector);
let heard = Date.now();
let atEnd = true;
let newest = "";

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
  showTyping();
  soundAlarm();
}

function follow() {
  const last = find("#lines > :last-child");
  const mark = last ? `${caseId()} ${last.id}` : "";
  if (mark === newest) return;
  const sameCase = mark.split(" ")[0] === newest.split(" ")[0];
  newest = mark;
  if (!sameCase || last?.dataset.author === "citizen") typedUntil = 0;
  if (last && !sameCase) {
    stay.disconnect();
    stay.observe(find("#scroll"));
  }
  if (last && (atEnd || !sameCase || last.dataset.author !== "citizen")) toEnd();
  else if (last) find("#newer").hidden = false;
}

/* The box shrinks when an alarm or a keyboard comes in: the last line stays in sight. */
const stay = new ResizeObserver(() => { if (atEnd && find("#lines > :last-child")) toEnd(); });

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

/* That the citizen is writing is shown until their words come, or for as long as it may still be true; a case
   that is drawn anew meanwhile still shows it. */
let typedUntil = 0;
let typed = 0;
function showTyping() {
  const left = typedUntil - Date.now();
  const line = find("#typing");
  clearTimeout(typed);
  if (line) line.hidden = left <= 0;
  if (left > 0) typed = setTimeout(showTyping, left);
}
document.addEventListener("typing", () => {
  typedUntil = Date.now() + TYPING_SHOWN;
  showTyping();
});

/* Whether news arrive. A connection that died without a word is replaced. */

function connected(yes) {
  const status = find("#connection");
  if (!status || (yes && status.dataset.state === "open")) return;
  status.dataset.state = yes ? "open" : "lost";
  status.textContent = said(yes ? "line_up" : "line_lost");
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
/* A line that two connections brought is shown once. */
document.addEventListener("htmx:sse:before:message", ({ detail }) => {
  const { event, id } = detail.message;
  if (!event && id && find(`#line-${id}`)) detail.cancelled = true;
});

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
    let line = said("server_trouble");
    try { line = JSON.parse(ctx.text).message || line; } catch { /* not ours: the line above stands */ }
    showTrouble(line);
  }
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  connected(false);
  if (["submit", "click"].includes(ctx?.sourceEvent?.type)) showTrouble(said("gone"));
});

refresh();
if (WIDE.matches) find("#answer-text")?.focus();
