/*
 * The chat page: what the person types and presses, and who is answering.
 * Text of messages is only ever set as text, and nothing but the session's token is kept.
 */

import { MEMORY, Outgoing, Refused, Session, TAB } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Reading } from "./reading.js";
import { Seen } from "./seen.js";
import { Stream } from "./stream.js";

const LIMIT = 2000;
const COUNT_WHEN_LEFT = 200;
const TYPING_MS = 15000;
const TYPING_EVERY_MS = 4000;
const IME_KEY_CODE = 229;
const HUMAN = { title: "Gặp người thật", payload: "/human" };
const MENU = { title: "Danh mục", payload: "/menu" };
const ANSWERS = {
  bot: () => "Trợ lý tự động đang trả lời",
  queue: () => "Đang chờ tư vấn viên, bạn cứ viết tiếp nhé",
  counsellor: (name) => "Tư vấn viên " + (name ? name + " " : "") + "đang trả lời",
};
const SAY = {
  reconnecting: "Mạng chập chờn, đang nối lại…",
  unsent: "Chưa gửi được. Tin của bạn vẫn ở đây và trang sẽ tự gửi lại.",
  callInstead: " Cần gấp, bạn hãy gọi các số ở đầu trang.",
  refused: "Tin này chưa gửi được. Bạn thử lại, hoặc viết ngắn hơn nhé.",
  newSession: "Cuộc trò chuyện trước đã khép lại. Đây là cuộc trò chuyện mới.",
  noLocation: "Chưa lấy được vị trí. Bạn viết tên xã, phường hoặc tỉnh giúp mình nhé.",
  left: (count) => "Còn viết được " + count + " ký tự",
  over: (count) => "Dài quá " + count + " ký tự, bạn chia thành hai tin nhé",
};

const byId = (id) => document.getElementById(id);
const log = byId("log");
const dock = byId("dock");
const text = byId("text");
const count = byId("count");
const errorLine = byId("error");
const status = byId("status");
const typing = byId("typing");
const pendingMessages = new Map();
const answersBefore = new Map();
let answers = 0;
let holder = { held_by: "", name: "" };
let typingTimer = 0;
let outage = "";

const isFramed = window.parent !== window;
const session = new Session(isFramed ? MEMORY : TAB, startAnew);
const outgoing = new Outgoing(session, wasSent, wasNotSent);
const seen = new Seen(session);
const stream = new Stream(session, takeEvent, lineChanged);
const reading = new Reading({ strip: byId("exit"), dock, newer: byId("newer") });
const conversation = new Conversation(log, {
  onChoice: choose,
  onLocate: sendLocation,
  onRetry: (id) => outgoing.send(pendingMessages.get(id)),
});

/** A version 4 UUID; crypto.randomUUID came only in 2021. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function say(line) {
  errorLine.textContent = line;
}

/** To the script on the page around our frame, whoever's it is: a word that gives nothing away. */
function tellSite(word) {
  if (isFramed) window.parent.postMessage("diemtua:" + word, "*");
}

/* ---- what the person sends ---- */

function send(message) {
  const whole = Object.assign({ id: uuid() }, message);
  pendingMessages.set(whole.id, whole);
  answersBefore.set(whole.id, answers);
  say("");
  settle();
  conversation.showOwn(whole);
  reading.begin();
  outgoing.send(whole);
}

function choose(button) {
  send({ kind: "button", text: button.payload });
  // The pressed button may be disabled now: keep the keyboard's place, but open none on a phone.
  if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
}

function sendText() {
  const words = text.value.trim();
  if (!words || lengthOf(words) > LIMIT) return text.focus();
  send({ kind: "text", text: words });
  text.value = "";
  textChanged();
  text.focus();
}

function sendLocation() {
  const refused = () => say(SAY.noLocation);
  if (!navigator.geolocation) return refused();
  const found = ({ coords }) => {
    const location = [coords.latitude, coords.longitude].map((degrees) => Number(degrees.toFixed(3)));
    send({ kind: "location", text: "", location });
  };
  navigator.geolocation.getCurrentPosition(found, refused, { timeout: 15000, maximumAge: 60000 });
}

function wasSent(message) {
  pendingMessages.delete(message.id);
  conversation.markSent(message.id);
  outage = "";
  say("");
  // The answer may have come by the stream before the word that the question arrived.
  const isWaiting = answersBefore.get(message.id) === answers;
  answersBefore.delete(message.id);
  if (isWaiting && holder.held_by !== "counsellor") showTyping("bot");
}

function wasNotSent(message, error) {
  conversation.markUnsent(message.id);
  if (isOutage(error)) showOutage(error);
  else if (error instanceof Refused && error.message) say(error.message);
  else if (error.isFinal) say(SAY.refused);
  else say(SAY.unsent + (byId("emergency") ? SAY.callInstead : ""));
}

/* ---- what the server sends ---- */

function takeEvent(type, data) {
  settle();
  if (type === "state") {
    holder = data;
    showHolder();
  } else if (type === "typing") {
    showTyping(data.from);
  } else if (type === "message") {
    showMessage(data);
  } else if (type === "erased") {
    conversation.erase();
    conversation.note(data.text, false);
  }
}

function showMessage(message) {
  const node = conversation.show(message);
  seen.got(message.id, message.from === "you" ? null : node);
  if (!node) return;
  if (message.from !== "you") {
    answers += 1;
    typing.hidden = true;
    tellSite("news");
  }
  reading.follow(node, message.urgent);
}

/** Say who answers now. While the line is down that would be a guess: `lineChanged` replaces it. */
function showHolder() {
  status.dataset.by = holder.held_by;
  if (ANSWERS[holder.held_by]) status.textContent = ANSWERS[holder.held_by](holder.name);
}

function showTyping(from) {
  byId("typing-who").textContent = (from === "counsellor" ? "Tư vấn viên" : "Trợ lý") + " đang viết…";
  typing.hidden = false;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => { typing.hidden = true; }, TYPING_MS);
  reading.keepUp();
}

function lineChanged(isUp, error) {
  if (isUp) {
    outage = "";
    status.classList.remove("down");
    showHolder();
    outgoing.flush();
    return;
  }
  typing.hidden = true;
  if (isOutage(error)) showOutage(error);
  if (stream.failures > 0 || !navigator.onLine) {
    status.textContent = SAY.reconnecting;
    status.classList.add("down");
  }
}

function isOutage(error) {
  return error instanceof Refused && error.status === 503 && error.message !== "";
}

/** Once for each outage, however often sending and listening run into it. */
function showOutage(error) {
  if (outage === error.message) return;
  outage = error.message;
  reading.follow(conversation.note(error.message, true), true);
}

function startAnew() {
  stream.restart();
  conversation.forgetIds();
  seen.restart();
  reading.follow(conversation.note(SAY.newSession, false), true);
}

/** A resumed conversation comes back in one go: nobody wants all of it read out again. */
let settleTimer = 0;
function settle() {
  if (log.getAttribute("aria-busy") !== "true") return;
  clearTimeout(settleTimer);
  settleTimer = setTimeout(() => log.removeAttribute("aria-busy"), 500);
}

/* ---- the box and the page ---- */

function lengthOf(words) {
  return words.normalize("NFC").length;
}

function textChanged() {
  text.style.height = "auto";
  text.style.height = text.scrollHeight + text.offsetHeight - text.clientHeight + "px";
  const left = LIMIT - lengthOf(text.value.trim());
  count.hidden = left > COUNT_WHEN_LEFT;
  count.classList.toggle("over", left < 0);
  if (!count.hidden) count.textContent = left < 0 ? SAY.over(-left) : SAY.left(left);
}

/** Only that something is being written, never what; it is no harm where that does not arrive. */
let typedAt = 0;
function tellTyping() {
  if (holder.held_by !== "counsellor" || !text.value.trim() || Date.now() - typedAt < TYPING_EVERY_MS) return;
  typedAt = Date.now();
  session.request("/chat/typing", () => ({ method: "POST" })).catch(() => {});
}

function listenToPerson() {
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    sendText();
  });
  text.addEventListener("keydown", (event) => {
    const isComposing = event.isComposing || event.keyCode === IME_KEY_CODE;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    sendText();
  });
  text.addEventListener("input", () => {
    textChanged();
    tellTyping();
  });
  byId("human").addEventListener("click", () => choose(HUMAN));
  byId("menu").addEventListener("click", () => choose(MENU));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // A #fragment would add to the history that quick exit leaves behind.
    text.focus();
  });
}

function listenToDevice() {
  const wake = () => {
    if (document.hidden) return;
    stream.wake();
    outgoing.flush();
    seen.tellSoon();
  };
  window.addEventListener("online", wake);
  window.addEventListener("offline", () => stream.drop());
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("leave", hangUp);
  if (isFramed) endWithThePage();
}

function hangUp() {
  session.leave();
  stream.stop();
}

/** The way back must not bring the talk back: the next reader may be another pupil, or a parent. */
function endWithThePage() {
  window.addEventListener("pagehide", () => {
    hangUp();
    log.textContent = "";
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

history.scrollRestoration = "manual";
[HUMAN, MENU].forEach((button) => conversation.nameChoice(button));
reading.hasBegun = session.isResumed;
if (session.isResumed) log.setAttribute("aria-busy", "true");
byId("loading").hidden = true;
byId("welcome").hidden = false;
dock.hidden = false;
listenToPerson();
listenToDevice();
textChanged();
stream.run();
tellSite(document.hasFocus() ? "ready" : "waiting");
