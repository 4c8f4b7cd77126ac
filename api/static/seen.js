/*
 * How far this page has got the talk, and how far it stood in sight: two numbers, told to the server
 * so that a counsellor knows whether their words arrived. Nothing else is told, and nothing is kept.
 */

const PAUSE_MS = 1500;
const ENOUGH = 0.5;
const TALL = 0.4;

export class Seen {
  constructor(session) {
    this.session = session;
    this.inSight = new Map();
    this.told = "";
    this.timer = 0;
    this.restart();
    // What lies behind the strip above or the box below is not in sight.
    const options = { rootMargin: "-48px 0px -96px 0px", threshold: [0, 0.2, ENOUGH, 0.8] };
    this.observer = new IntersectionObserver((entries) => this.look(entries), options);
    document.addEventListener("visibilitychange", () => this.count());
  }

  /** Another conversation begins: the old one's numbers mean nothing in it. */
  restart() {
    this.fetched = 0;
    this.read = 0;
    this.inSight.clear();
  }

  /** A line of the server is on the page. `node` is given where it is to be read. */
  got(id, node) {
    this.fetched = Math.max(this.fetched, id);
    if (node) {
      node.dataset.line = id;
      this.observer.observe(node);
    }
    this.tellSoon();
  }

  look(entries) {
    entries.forEach(({ target, isIntersecting, intersectionRatio, intersectionRect }) => {
      const isTall = intersectionRect.height >= window.innerHeight * TALL;
      if (isIntersecting && (intersectionRatio >= ENOUGH || isTall)) {
        this.inSight.set(target, Number(target.dataset.line));
      } else this.inSight.delete(target);
    });
    this.count();
  }

  /** Only a page that is itself in sight shows its lines to somebody. */
  count() {
    if (document.hidden) return;
    this.inSight.forEach((id, node) => {
      this.read = Math.max(this.read, id);
      this.observer.unobserve(node);
    });
    this.inSight.clear();
    this.tellSoon();
  }

  get words() {
    return JSON.stringify({ fetched: this.fetched, read: this.read });
  }

  tellSoon() {
    if (this.timer || this.words === this.told) return;
    this.timer = setTimeout(() => this.tell(), PAUSE_MS);
  }

  /** A try that fails is made up for by the next: the numbers only grow. */
  async tell() {
    this.timer = 0;
    const { words } = this;
    if (!this.session.token || this.session.hasLeft) return;
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: words };
    try {
      const answer = await this.session.fetchAs(this.session.token, "/chat/read", options);
      if (answer.ok) this.told = words;
    } catch (offline) {} // The stream tells the person of it, and comes back with the last line's id.
  }
}
