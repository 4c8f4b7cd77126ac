/* Drafts: each tab keeps its own on this device until the server has the words. What a closed tab left
   behind goes to the next tab that opens the case. */

const ROLL_CALL = 400;

const channel = new BroadcastChannel("diemtua");
const self = freshId();
const memory = new Map();
const present = new Set();
let tab = "";

export function freshId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* A device that forbids or has no room for storage must not keep anybody from writing. */
function read(store, key) {
  try { return store.getItem(key); } catch { return memory.get(key) ?? null; }
}

function write(store, key, value) {
  memory.set(key, value);
  try { store.setItem(key, value); } catch { /* it stays in memory, for as long as the page is open */ }
}

function remove(store, key) {
  memory.delete(key);
  try { store.removeItem(key); } catch { /* as above */ }
}

function storedKeys() {
  try { return Object.keys(localStorage); } catch { return [...memory.keys()]; }
}

function nameTab(id) {
  tab = id;
  write(sessionStorage, "diemtua.tab", id);
}

nameTab(read(sessionStorage, "diemtua.tab") || freshId());

/* A doubled tab comes with the name of the first: who had it keeps it. */
channel.addEventListener("message", ({ data }) => {
  if (data.asks && data.asks !== self) channel.postMessage({ here: tab, page: self, to: data.asks, since });
  else if (data.to === self && data.here === tab && data.since < since) nameTab(freshId());
  else if (data.to === self) present.add(data.here);
});

const since = Date.now();
channel.postMessage({ asks: self });

const whose = (form) => `diemtua.${document.body.dataset.me}.${form.dataset.case}.${form.dataset.compose}`;
const keyOf = (form) => `${whose(form)}.${tab}`;

/** The draft of a form in this tab: `{text, uid, tried}`, where `tried` was sent under `uid`. */
export const readDraft = (form) => JSON.parse(read(localStorage, keyOf(form)) || "{}");

export function keepDraft(form, draft) {
  if (draft.text) write(localStorage, keyOf(form), JSON.stringify({ ...draft, at: Date.now() }));
  else remove(localStorage, keyOf(form));
}

/** Hand the newest draft that no open tab has to `take`, unless `form` has one meanwhile. */
export function adoptDraft(form, take) {
  const left = () => storedKeys().filter((key) => key.startsWith(`${whose(form)}.`) || key === whose(form));
  if (readDraft(form).text || !left().length) return;
  present.clear();
  channel.postMessage({ asks: self });
  setTimeout(() => {
    const orphans = left()
      .filter((key) => key !== keyOf(form) && !present.has(key.slice(whose(form).length + 1)))
      .map((key) => [key, JSON.parse(read(localStorage, key))])
      .sort(([, one], [, other]) => (other.at || 0) - (one.at || 0));
    if (!orphans.length || form.elements.text.value || !form.isConnected) return;
    const [key, draft] = orphans[0];
    keepDraft(form, draft);
    remove(localStorage, key);
    take(draft);
  }, ROLL_CALL);
}

export function forgetDrafts(part) {
  for (const key of storedKeys()) {
    if (key.startsWith("diemtua.") && key.includes(part)) remove(localStorage, key);
  }
}
