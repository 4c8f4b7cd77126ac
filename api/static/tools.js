/* Ready words for an answer: "/" at the start of a line lists replies, articles and question sets, "//"
   places of help. Something is put into the box or made ready; nothing is sent. */

import { logInAgain } from "./compose.js";
import { said } from "./words.js";

const PAUSE = 150;

const find = (selector) => document.querySelector(selector);
const isMarked = (option) => option.getAttribute("aria-selected") === "true";
const options = () => [...document.querySelectorAll("#tools [role=option]")];
const isOpen = () => find("#tools-list")?.hidden === false;
let timer = 0;
let asking = null;
let dismissed = false;

/* What stands behind "/" or "//" in the line with the cursor, and where; null for nothing. */
function wish(box) {
  const found = /(?:^|\n)(\/\/?)([^\n/]*)$/.exec(box.value.slice(0, box.selectionStart));
  return found && { places: found[1] === "//", typed: found[2], from: box.selectionStart - found[1].length - found[2].length };
}

function close() {
  clearTimeout(timer);
  asking?.abort();
  const list = find("#tools-list");
  if (!list || list.hidden) return;
  list.hidden = true;
  if (find("#tools").contains(document.activeElement)) find("#answer-text").focus();
  find("#tools").replaceChildren();
  point("");
}

/* The cursor stays in the box, or in the list itself for whoever goes there with Tab. */
function point(id) {
  for (const one of document.querySelectorAll("#answer-text, #tools")) {
    if (id) one.setAttribute("aria-activedescendant", id);
    else one.removeAttribute("aria-activedescendant");
  }
}

function look(box) {
  const wanted = wish(box);
  if (!wanted) dismissed = false;
  if (!wanted || dismissed) {
    close();
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(() => list(wanted), PAUSE);
  if (!isOpen()) show(said("tools_searching"));
}

async function list(wanted, code) {
  asking?.abort();
  const mine = asking = new AbortController();
  const query = new URLSearchParams({ q: wanted.typed, ...(code && { code }) });
  const path = wanted.places ? "/console/tools/places" : "/console/tools";
  try {
    const response = await fetch(`${path}?${query}`, { headers: { "HX-Request": "true" }, signal: mine.signal });
    if (response.status === 401) logInAgain();
    else if (response.ok) show("", await response.text());
    else show(said("tools_refused"));
  } catch (error) {
    if (error.name !== "AbortError") show(said("tools_gone"));
  }
}

/* The HTML is the server's own template, its words escaped there. */
function show(told, html = "") {
  const box = find("#tools");
  if (!box) return;
  find("#tools-list").hidden = false;
  box.innerHTML = html;
  find("#tools-told").textContent = told || box.firstElementChild?.dataset.told || "";
  const every = options();
  box.hidden = !every.length;
  point("");
  if (every.length) mark(every[0]);
}

function mark(option) {
  options().forEach((one) => one.setAttribute("aria-selected", one === option));
  point(option.id);
  option.scrollIntoView({ block: "nearest" });
}

function move(by) {
  const every = options();
  const at = every.findIndex(isMarked);
  if (every.length) mark(every[(at + by + every.length) % every.length]);
}

function pick(option) {
  const box = find("#answer-text");
  const { insert, code, invite } = option.dataset;
  if (code) {
    clearTimeout(timer);
    list(wish(box), code);
    return;
  }
  const wanted = wish(box);
  put(box, insert || "", wanted ? wanted.from : box.selectionStart);
  close();
  if (invite) offerScreening(invite);
}

function put(box, words, from) {
  box.setRangeText(words, from, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.scrollTop = box.scrollHeight;
}

/* Chosen, but not asked for yet: that is a press of its own. */
function offerScreening(name) {
  const choice = find("#invite-to");
  if (!choice) return;
  choice.closest("details").open = true;
  choice.value = name;
  choice.form.querySelector("[type=submit]").focus();
}

document.addEventListener("input", (event) => {
  if (event.target.id === "answer-text" && !event.isComposing) look(event.target);
});
document.addEventListener("compositionend", ({ target }) => {
  if (target.id === "answer-text") setTimeout(() => look(target));
});

/* Before compose.js hears it: Enter chooses here, and does not send. */
document.addEventListener("keydown", (event) => {
  if (!["answer-text", "tools"].includes(event.target.id) || !isOpen() || event.isComposing) return;
  const chosen = options().find(isMarked);
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && chosen) pick(chosen);
  else if (event.key === "Escape") {
    dismissed = true;
    close();
  } else if (event.key !== "Enter") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#tools")) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const option = target.closest("#tools [role=option]");
  const opener = target.closest("[data-tool]");
  const suggested = target.closest("#suggestions [data-insert]");
  const box = find("#answer-text");
  if (option) pick(option);
  else if (opener) begin(box, opener.dataset.tool);
  else if (suggested) append(box, suggested.dataset.insert);
  else if (isOpen() && !target.closest("#answer")) close();
});

/* The buttons do what typing does: "/" or "//" on a line of its own, or in place of what stands there. */
function begin(box, slashes) {
  const wanted = wish(box);
  if (isOpen() && wanted?.places === (slashes === "//")) {
    dismissed = true;
    close();
    box.focus();
    return;
  }
  dismissed = false;
  if (wanted) put(box, slashes, wanted.from);
  else append(box, slashes);
}

function append(box, words) {
  const end = box.value.length;
  box.setSelectionRange(end, end);
  put(box, (box.value && !box.value.endsWith("\n") ? "\n" : "") + words, end);
}

/* Suggestions are asked for anew when the citizen has written. */
const saidLast = () => [...document.querySelectorAll('#lines > [data-author="citizen"]')].pop()?.id || "";
let lastSaid = saidLast();

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const isNewCase = detail.ctx?.target?.id === "pane";
  if (!isNewCase && saidLast() !== lastSaid) find("#suggestions")?.dispatchEvent(new Event("said"));
  lastSaid = saidLast();
  if (isNewCase) {
    dismissed = false;
    close();
  }
});
