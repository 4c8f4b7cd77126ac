/*
 * The chat page: what the person types and presses, and who is answering.
 * Text of messages is only ever set as text, and nothing but the session's token is kept.
 */

import { Outgoing, Refused, Session, Stream } from "./connection.js";
import { Conversation } from "./conversation.js";

const LIMIT = 2000;
const COUNT_WHEN_LEFT = 200;
const TYPING_MS = 15000;
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
const newer = byId("newer");
const pendingMessages = new Map();
let holder = { held_by: "", name: "" };
let typingTimer = 0;
let outage = "";
let isFollowing = true;

const session = new Session(startAnew);
const outgoing = new Outgoing(session, wasSent, wasNotSent);
const stream = new Stream(session, takeEvent, lineChanged);
let hasBegun = session.isResumed;
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

/* ---- what the person sends ---- */

function send(message) {
  const whole = Object.assign({ id: uuid() }, message);
  pendingMessages.set(whole.id, whole);
  say("");
  settle();
  hasBegun = true;
  conversation.showOwn(whole);
  toBottom();
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
  if (!node) return;
  if (message.from !== "you") typing.hidden = true;
  follow(node, message.urgent);
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
  if (isFollowing && hasBegun) toBottom();
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
  follow(conversation.note(error.message, true), true);
}

function startAnew() {
  stream.restart();
  conversation.forgetIds();
  follow(conversation.note(SAY.newSession, false), true);
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

function isAtBottom() {
  const page = document.documentElement;
  return page.scrollHeight - page.clientHeight - window.pageYOffset < 120;
}

function toBottom() {
  window.scrollTo(0, document.documentElement.scrollHeight);
  newer.hidden = true;
  isFollowing = true;
}

/**
 * Go along with the talk, but never pull away someone who is reading further up, and let the
 * promise at the top be read first. What `must` be seen (danger) is always brought into view.
 */
function follow(node, must) {
  const mayStay = !hasBegun && node.getBoundingClientRect().top < dock.getBoundingClientRect().top - 80;
  if (!must && mayStay) return;
  if (!must && !(isFollowing && hasBegun)) {
    newer.hidden = false;
    return;
  }
  toBottom();
  const strip = byId("exit").getBoundingClientRect().bottom;
  const isTall = node.offsetHeight > dock.getBoundingClientRect().top - strip - 24;
  if (isTall) node.scrollIntoView({ block: "start" });
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
  text.addEventListener("input", textChanged);
  byId("human").addEventListener("click", () => choose(HUMAN));
  byId("menu").addEventListener("click", () => choose(MENU));
  newer.addEventListener("click", toBottom);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // A #fragment would add to the history that quick exit leaves behind.
    text.focus();
  });
}

function keepInView() {
  window.addEventListener("scroll", () => {
    isFollowing = isAtBottom();
    if (isFollowing) newer.hidden = true;
  }, { passive: true });
  const keepUp = () => { if (isFollowing && hasBegun) toBottom(); };
  window.addEventListener("resize", keepUp);
  new ResizeObserver(keepUp).observe(dock); // A longer text or an error line would cover the talk.
}

function listenToDevice() {
  const wake = () => {
    if (document.hidden) return;
    stream.wake();
    outgoing.flush();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("leave", () => {
    session.leave();
    stream.stop();
  });
}

history.scrollRestoration = "manual";
[HUMAN, MENU].forEach((button) => conversation.nameChoice(button));
if (session.isResumed) log.setAttribute("aria-busy", "true");
byId("loading").hidden = true;
byId("welcome").hidden = false;
dock.hidden = false;
listenToPerson();
keepInView();
listenToDevice();
textChanged();
stream.run();
