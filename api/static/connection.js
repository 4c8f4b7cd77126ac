/*
 * The way to the server: one anonymous session, and the person's messages in their order.
 * Nothing here touches the page. Written for browsers of 2019: no optional chaining, no `??`.
 */

const SEND_MS = 20000;
const LONGEST_PAUSE_S = 30;
const TOKEN_KEY = "t";

/** The server answered, and said no. `message` is its own line for the person, or empty. */
export class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether sending the same again can ever help. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

async function refusal(response) {
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  const body = isJson ? await response.json() : {};
  const message = typeof body.message === "string" ? body.message : "";
  return new Refused(response.status, message, Number(response.headers.get("Retry-After")) || 0);
}

/** Milliseconds to wait after the n-th failure in a row (from 0): 1, 2, 4 … 30 s, with jitter. */
export function pauseAfter(failures) {
  const seconds = Math.min(LONGEST_PAUSE_S, Math.pow(2, failures));
  return seconds * 1000 * (0.75 + Math.random() * 0.25);
}

/** Where a token outlives a reload: this tab's own storage. */
export const TAB = {
  read() {
    try {
      return sessionStorage.getItem(TOKEN_KEY) || "";
    } catch (blocked) {
      return ""; // A browser that denies storage: the token then lives in memory.
    }
  },
  write(token) {
    try {
      sessionStorage.setItem(TOKEN_KEY, token);
    } catch (blocked) {} // As above: a reload then starts anew.
  },
};

/** Inside another site's page nothing is kept: whoever opens that page next finds no talk. */
export const MEMORY = { read: () => "", write: () => {} };

/** One conversation's token. It lasts as long as `kept` keeps it, and ends with `leave`. */
export class Session {
  /**
   * `kept` is TAB or MEMORY. `onReplaced()` is called when the server no longer knew the old token
   * and gave a new one.
   */
  constructor(kept, onReplaced) {
    this.kept = kept;
    this.onReplaced = onReplaced;
    this.token = kept.read();
    this.isResumed = this.token !== "";
    this.hasLeft = false;
    this.opening = null;
  }

  /**
   * Fetch with the token; where the session is over, once more with a new one.
   * `describe()` gives fetch's options and is asked anew for each try.
   * Throws Refused for an answer that is not 2xx, and what fetch throws for a broken network.
   */
  async request(path, describe) {
    const token = this.token || (await this.open(""));
    let response = await this.fetchAs(token, path, describe());
    if (response.status === 401) {
      response = await this.fetchAs(await this.open(token), path, describe());
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  fetchAs(token, path, options) {
    const headers = Object.assign({ Authorization: "Bearer " + token }, options.headers);
    return fetch(path, Object.assign({ cache: "no-store" }, options, { headers }));
  }

  /** A token other than `refused`; callers that come together share one request. */
  async open(refused) {
    if (this.token !== refused) return this.token;
    if (this.opening === null) this.opening = this.replace(refused);
    try {
      return await this.opening;
    } finally {
      this.opening = null;
    }
  }

  async replace(refused) {
    const response = await fetch("/chat/session", { method: "POST", cache: "no-store" });
    if (!response.ok) throw await refusal(response);
    const token = (await response.json()).token;
    if (this.hasLeft) throw new Error("the person has left");
    this.token = token;
    this.kept.write(token);
    if (refused) this.onReplaced();
    return token;
  }

  /** Tell the server to forget. Does not wait: the page is already gone. */
  leave() {
    this.hasLeft = true;
    if (!this.token) return;
    const gone = this.fetchAs(this.token, "/chat/leave", { method: "POST", keepalive: true });
    gone.catch(() => {}); // Nobody is left to tell.
  }
}

/** Messages of the person, sent one after the other and retried under the same id until taken. */
export class Outgoing {
  /** `onSent(message)` after 202; `onUnsent(message, error)` after each failed try. */
  constructor(session, onSent, onUnsent) {
    this.session = session;
    this.onSent = onSent;
    this.onUnsent = onUnsent;
    this.queue = [];
    this.failures = 0;
    this.isBusy = false;
    this.timer = 0;
  }

  /** Send `message` ({id, kind, …}), or try again at once where it is still waiting. */
  send(message) {
    if (!this.queue.includes(message)) this.queue.push(message);
    this.flush();
  }

  /** Try now instead of at the end of the pause. */
  async flush() {
    if (this.isBusy) return;
    this.isBusy = true;
    clearTimeout(this.timer);
    let pause = 0;
    while (this.queue.length && !pause && !this.session.hasLeft) {
      pause = await this.deliver(this.queue[0]);
      if (!pause) this.queue.shift();
    }
    this.isBusy = false;
    if (pause && !this.session.hasLeft) this.timer = setTimeout(() => this.flush(), pause);
  }

  /** 0 when `message` needs no further try, else the milliseconds to wait before the next. */
  async deliver(message) {
    const abort = new AbortController();
    const deadline = setTimeout(() => abort.abort(), SEND_MS);
    try {
      await this.session.request("/chat/messages", () => ({
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(message),
        signal: abort.signal,
      }));
    } catch (error) {
      if (this.session.hasLeft) return 0;
      this.onUnsent(message, error);
      if (error instanceof Refused && error.isFinal) return 0;
      return Math.max(error.retryAfter * 1000 || 0, pauseAfter(this.failures++));
    } finally {
      clearTimeout(deadline);
    }
    this.failures = 0;
    if (!this.session.hasLeft) this.onSent(message);
    return 0;
  }
}
