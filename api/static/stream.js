/*
 * The way from the server: events as they come, and after a lost line those that were missed.
 */

import { pauseAfter } from "./connection.js";

const QUIET_MS = 40000;

/** A function that takes text as it arrives and calls `onEvent({type, id, data})` (WHATWG SSE). */
export function eventParser(onEvent) {
  let rest = "";
  let event = { type: "message", id: "", data: [] };
  const takeLine = (line) => {
    if (line === "") {
      if (event.data.length) onEvent({ ...event, data: event.data.join("\n") });
      event = { type: "message", id: "", data: [] };
      return;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "event") event.type = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data.push(value);
  };
  return (text) => {
    // A CR at the very end may be half of a CRLF cut between two chunks: it waits for the rest.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(takeLine);
  };
}

/** Server-Sent Events over fetch, because EventSource cannot send the Authorization header. */
export class Stream {
  /** `onEvent(type, data)` for each event; `onLine(isUp, error)` when the line comes or goes. */
  constructor(session, onEvent, onLine) {
    this.session = session;
    this.onEvent = onEvent;
    this.onLine = onLine;
    this.failures = 0;
    this.heardAt = 0;
    this.lastId = "";
    this.isOpen = false;
    this.isStale = false;
  }

  /** The session is another one: bring its whole conversation, and drop a line to the old one. */
  restart() {
    this.lastId = "";
    this.isStale = this.isOpen;
    if (this.isOpen) this.abort.abort();
    if (this.endRest) this.endRest();
  }

  /** Stay connected until the person leaves. */
  async run() {
    while (!this.session.hasLeft) {
      let reason = null;
      try {
        await this.read();
      } catch (error) {
        reason = error;
      }
      if (this.session.hasLeft) return;
      if (!this.isStale) {
        this.onLine(false, reason);
        await this.rest(pauseAfter(this.failures++));
      }
      this.isStale = false;
    }
  }

  async read() {
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.hear();
    try {
      const response = await this.session.request("/chat/stream", () => ({
        headers: this.lastId ? { "Last-Event-ID": this.lastId } : {},
        signal,
      }));
      this.isOpen = true;
      this.onLine(true, null);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parse = eventParser((event) => this.take(event));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.hear();
        this.failures = 0;
        parse(decoder.decode(value, { stream: true }));
      }
    } finally {
      this.isOpen = false;
      clearTimeout(this.watch);
    }
  }

  take(event) {
    this.onEvent(event.type, JSON.parse(event.data));
    if (event.id) this.lastId = event.id;
  }

  hear() {
    this.heardAt = Date.now();
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.abort.abort(), QUIET_MS);
  }

  rest(ms) {
    return new Promise((resolve) => {
      this.endRest = resolve;
      setTimeout(resolve, ms);
    });
  }

  /** The network or the person is back: connect now if resting, and drop a line gone silent. */
  wake() {
    if (this.endRest) this.endRest();
    if (this.abort && Date.now() - this.heardAt > QUIET_MS) this.abort.abort();
  }

  /** The device says that its network is gone: the line is dead, though nobody has said so yet. */
  drop() {
    if (this.isOpen) this.abort.abort();
  }

  stop() {
    if (this.abort) this.abort.abort();
    if (this.endRest) this.endRest();
  }
}
