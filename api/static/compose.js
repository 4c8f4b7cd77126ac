/* Writing to the citizen, or for colleagues: what was typed is never lost, and never sent twice. */

const LONGEST = 4000;
const TIMEOUT = 15000;

const find = (selector) => document.querySelector(selector);

export const caseId = () => find("#case")?.dataset.case;

/* Drafts: kept on this device, for this counsellor and case, until the server has them. */

const draftKey = (form) => `diemtua.${document.body.dataset.me}.${caseId()}.${form.dataset.compose}`;
const readDraft = (form) => JSON.parse(localStorage.getItem(draftKey(form)) || "{}");

function keepDraft(form, draft) {
  if (draft.text) localStorage.setItem(draftKey(form), JSON.stringify(draft));
  else localStorage.removeItem(draftKey(form));
}

export function forgetDrafts(part) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("diemtua.") && key.includes(part)) localStorage.removeItem(key);
  }
}

export function restoreDraft(form) {
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

export function logInAgain() {
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

export function choose(tab) {
  for (const one of tab.parentElement.children) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", chosen);
    one.tabIndex = chosen ? 0 : -1;
    find(`#${one.getAttribute("aria-controls")}`).hidden = !chosen;
  }
  fit(find(`#${tab.getAttribute("aria-controls")} form`));
}
