/*
 * The messages on the page: placed in the server's order, never twice, always as plain text.
 */

import { cardList } from "./cards.js";

const NAMES = { bot: "Trợ lý tự động", counsellor: "Tư vấn viên", you: "Bạn" };
const LOCATION_SENT = "Đã gửi vị trí gần đúng";

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function pushButton(className, text, onClick) {
  const node = element("button", className, text);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

function clock(at) {
  const time = element("time", "", at.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = at.toISOString();
  return time;
}

function bubble(from, name, text, at) {
  const node = element("div", "message " + from);
  node.dataset.speaker = from + name;
  const who = element("p", "who", NAMES[from] + (name && from === "counsellor" ? " " + name : ""));
  who.append(element("span", "unseen", ": "), clock(at));
  node.append(who, element("div", "said", text));
  return node;
}

export class Conversation {
  /**
   * `log` is the element with role="log". `onChoice({title, payload})` and `onLocate()` are called
   * when the person presses a button under a message, `onRetry(id)` under one of their own.
   */
  constructor(log, { onChoice, onLocate, onRetry }) {
    this.log = log;
    this.onChoice = onChoice;
    this.onLocate = onLocate;
    this.onRetry = onRetry;
    this.titles = new Map();
    this.own = new Map();
    this.forgetIds();
  }

  /** A new session numbers its messages anew; what is on the page stays. */
  forgetIds() {
    this.shown = new Set();
  }

  /** The person had their data erased: it goes from the page too. */
  erase() {
    this.log.querySelectorAll(".message").forEach((node) => node.remove());
  }

  /** Remember what a payload is called, so that the page shows the title and never "/menu". */
  nameChoice({ title, payload }) {
    this.titles.set(payload, title);
  }

  /** Show a message of the server. Returns its element, or null where it was on the page already. */
  show(message) {
    if (this.shown.has(message.id)) return null;
    this.shown.add(message.id);
    if (message.from === "you") return this.showEcho(message);
    const node = bubble(message.from, message.name || "", message.text, new Date(message.at));
    if (message.urgent) this.makeUrgent(node);
    if (message.from === "bot") this.retireButtons(message);
    const cards = cardList(message.cards);
    if (cards) node.append(cards);
    this.addButtons(node, message);
    return this.place(node);
  }

  /** Show what the person just sent, before the server has it. */
  showOwn({ id, text, kind }) {
    const node = bubble("you", "", this.wordsOf(text, kind), new Date());
    node.classList.add("pending");
    this.own.set(id, node);
    this.markRun(node, this.log.lastElementChild);
    this.log.append(node);
    return node;
  }

  markSent(id) {
    const failed = this.own.get(id).querySelector(".retry");
    if (failed) failed.remove();
  }

  markUnsent(id) {
    const node = this.own.get(id);
    if (node.querySelector(".retry")) return;
    node.append(pushButton("retry", "chưa gửi – thử lại", () => this.onRetry(id)));
  }

  /** A line of the page itself, below everything. Urgent ones are read out at once. */
  note(text, isUrgent) {
    const node = element("div", "message " + (isUrgent ? "bot" : "note"));
    node.append(element("div", "said", text));
    if (isUrgent) this.makeUrgent(node);
    this.log.append(node);
    return node;
  }

  /** The person's own message comes back: confirm the one on the page, or show it after a reload. */
  showEcho(message) {
    const known = this.own.get(message.client_id);
    if (known) this.markSent(message.client_id);
    const node = known || bubble("you", "", this.wordsOf(message.text), new Date(message.at));
    node.classList.remove("pending");
    const isInPlace = known && known.nextElementSibling === this.firstPending();
    return isInPlace ? null : this.place(node);
  }

  wordsOf(text, kind) {
    if (kind === "location" || !text) return LOCATION_SENT;
    return this.titles.get(text) || text;
  }

  makeUrgent(node) {
    node.classList.add("urgent");
    node.setAttribute("role", "alert");
    node.prepend(element("p", "flag", "Khẩn cấp"));
  }

  firstPending() {
    return this.log.querySelector(".pending");
  }

  /** What the server has not confirmed stays below what it has. */
  place(node) {
    const before = this.firstPending();
    this.markRun(node, before ? before.previousElementSibling : this.log.lastElementChild);
    this.log.insertBefore(node, before);
    return node;
  }

  /** The speaker's name is seen once for messages in a row; a screen reader hears it each time. */
  markRun(node, previous) {
    const speaker = node.dataset.speaker;
    const goesOn = previous && speaker && previous.dataset.speaker === speaker;
    node.classList.toggle("goes-on", Boolean(goesOn));
  }

  addButtons(node, message) {
    const buttons = message.buttons || [];
    if (buttons.length) {
      const group = element("div", "choices");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", "Lựa chọn");
      buttons.forEach((button) => group.append(this.choice(button, group)));
      node.append(group);
    }
    if (message.ask_location) {
      const locate = pushButton("locate", "Gửi vị trí của mình", () => this.onLocate());
      node.append(locate, element("p", "fine", "Vị trí được làm tròn, chỉ đúng đến khoảng 100 mét."));
    }
  }

  choice(button, group) {
    this.nameChoice(button);
    return pushButton("choice", button.title, () => {
      group.querySelectorAll("button").forEach((each) => { each.disabled = true; });
      this.onChoice(button);
    });
  }

  /**
   * The bot's newest offer is the one that counts. A turn of several messages keeps its buttons
   * until the person has spoken or a later message of that turn brings its own.
   */
  retireButtons(message) {
    const offersAnew = message.ask_location || (message.buttons || []).length > 0;
    const own = this.log.querySelectorAll(".you:not(.pending)");
    const lastOwn = own[own.length - 1];
    this.log.querySelectorAll(".choice, .locate").forEach((button) => {
      const isAnswered =
        lastOwn && button.compareDocumentPosition(lastOwn) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (offersAnew || isAnswered) button.disabled = true;
    });
  }
}
