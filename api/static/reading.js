/*
 * Where the person reads: the page goes along with the talk, and never pulls them away.
 */

const NEAR_PX = 120;

export class Reading {
  /** `strip` covers the page's upper edge and `dock` the lower; `newer` brings them to the end. */
  constructor({ strip, dock, newer }) {
    this.strip = strip;
    this.dock = dock;
    this.newer = newer;
    this.hasBegun = false;
    this.isFollowing = true;
    newer.addEventListener("click", () => this.toEnd());
    window.addEventListener("scroll", () => this.look(), { passive: true });
    window.addEventListener("resize", () => this.keepUp());
    // A longer text or an error line would cover the talk.
    new ResizeObserver(() => this.keepUp()).observe(dock);
  }

  /** The person has spoken: from now on the page follows the talk. */
  begin() {
    this.hasBegun = true;
    this.toEnd();
  }

  look() {
    const page = document.documentElement;
    this.isFollowing = page.scrollHeight - page.clientHeight - window.pageYOffset < NEAR_PX;
    if (this.isFollowing) this.newer.hidden = true;
  }

  keepUp() {
    if (this.isFollowing && this.hasBegun) this.toEnd();
  }

  toEnd() {
    window.scrollTo(0, document.documentElement.scrollHeight);
    this.newer.hidden = true;
    this.isFollowing = true;
  }

  /**
   * Bring a new line into view, but leave alone someone who is reading further up, and let the
   * promise at the top be read first. What `must` be seen (danger) is always brought into view.
   */
  follow(node, must) {
    const dockTop = this.dock.getBoundingClientRect().top;
    const mayStay = !this.hasBegun && node.getBoundingClientRect().top < dockTop - 80;
    if (!must && mayStay) return;
    if (!must && !(this.isFollowing && this.hasBegun)) {
      this.newer.hidden = false;
      return;
    }
    this.toEnd();
    const stripBottom = this.strip.getBoundingClientRect().bottom;
    const isTall = node.offsetHeight > this.dock.getBoundingClientRect().top - stripBottom - 24;
    if (isTall) node.scrollIntoView({ block: "start" });
  }
}
