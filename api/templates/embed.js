/*
 * The chat on another site's page: a button, and our own page in a frame once it is pressed. The
 * site learns that the frame is open or shut, and nothing of what is said in it.
 */
"use strict";

const site = {{ site | tojson }};
const server = new URL(document.currentScript.src).origin;
const OPENS_WITHIN_MS = 20000;
const NAME = "Trò chuyện với Điểm Tựa";
const LOOK = `
  :host { all: initial; color-scheme: light dark; }
  * { box-sizing: border-box; margin: 0; font: 600 1rem/1.3 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
  [hidden] { display: none !important; }
  .way-in, .panel { position: fixed; z-index: 2147483000; right: 1rem; bottom: calc(1rem + env(safe-area-inset-bottom, 0px)); }
  .way-in { display: flex; align-items: center; min-height: 3rem; max-width: calc(100% - 2rem); padding: .5rem 1.125rem; border: 2px solid #fff; border-radius: 1.75rem; background: #0d5f53; color: #fff; box-shadow: 0 2px 12px rgba(0, 0, 0, .3); text-align: left; cursor: pointer; touch-action: manipulation; }
  .way-in svg { flex: none; margin-right: .625rem; fill: currentColor; }
  .panel { display: flex; flex-direction: column; width: 24.5rem; max-width: calc(100% - 2rem); height: 42rem; max-height: calc(100% - 2rem); overflow: hidden; border: 1px solid #6f827c; border-radius: 1rem; background: #12312c; color: #f2faf7; box-shadow: 0 8px 32px rgba(0, 0, 0, .35); }
  .head { display: flex; align-items: center; justify-content: space-between; padding: 0 .25rem 0 1rem; }
  .shut { min-width: 2.75rem; min-height: 2.75rem; padding: .25rem .75rem; border: 0; border-radius: .625rem; background: none; color: inherit; cursor: pointer; }
  iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: Canvas; }
  .failed { flex: 1; padding: 1.25rem; background: Canvas; color: CanvasText; }
  .failed, .failed * { font-weight: 400; line-height: 1.55; }
  .failed a { color: LinkText; text-decoration: underline; }
  .failed p + p { margin-top: .75rem; }
  button:focus-visible, a:focus-visible { outline: 3px solid #ffcf70; outline-offset: 2px; box-shadow: 0 0 0 2px #12312c; }
  @media (max-width: 36em), (max-height: 30em) {
    .panel { top: var(--top, 0); right: 0; bottom: auto; width: 100%; max-width: none; height: var(--height, 100%); max-height: none; border: 0; border-radius: 0; }
  }
  @media (prefers-color-scheme: dark) { .panel { background: #0a2420; } }
  @media (forced-colors: active) { .way-in, .shut { border: 2px solid ButtonText; } }
  @media print { .way-in, .panel { display: none; } }
`;

function element(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  Object.keys(attributes).forEach((name) => node.setAttribute(name, attributes[name]));
  node.append(...inside);
  return node;
}

function picture() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const size = { viewBox: "0 0 24 24", width: "22", height: "22", "aria-hidden": "true", focusable: "false" };
  Object.keys(size).forEach((name) => svg.setAttribute(name, size[name]));
  path.setAttribute("d", "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
  svg.append(path);
  return svg;
}

/** Set by script and not as markup, so that the site's own Content-Security-Policy allows it. */
function dress(root) {
  if (root.adoptedStyleSheets === undefined || !CSSStyleSheet.prototype.replaceSync) {
    root.append(element("style", {}, LOOK));
    return;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
}

class Widget {
  constructor() {
    this.label = element("span", { role: "status" }, "Trò chuyện");
    this.wayIn = element("button", { type: "button", class: "way-in", "aria-expanded": "false" }, picture(), this.label);
    this.shutter = element("button", { type: "button", class: "shut" }, "Đóng");
    this.failed = element("div", { class: "failed", role: "alert", hidden: "" });
    const head = element("div", { class: "head" }, element("h2", {}, "Trò chuyện"), this.shutter);
    this.panel = element("section", { class: "panel", "aria-label": NAME, hidden: "" }, head, this.failed);
    this.wayIn.addEventListener("click", () => this.open());
    this.shutter.addEventListener("click", () => this.shut());
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") this.shut(); });
  }

  show() {
    const home = element("diemtua-chat", { lang: "vi" });
    const root = home.attachShadow({ mode: "open" });
    root.append(this.wayIn, this.panel);
    dress(root);
    document.body.append(home);
  }

  open() {
    if (!this.frame) this.load();
    this.panel.hidden = false;
    this.wayIn.hidden = true;
    this.wayIn.setAttribute("aria-expanded", "true");
    this.label.textContent = "Trò chuyện";
    this.enter();
  }

  /** Focus given while the frame was still loading is lost in it, and asking twice does nothing. */
  enter() {
    this.frame.blur();
    this.frame.focus();
  }

  /** Only out of sight: what was said stays in the frame until the site's page is left. */
  shut() {
    this.panel.hidden = true;
    this.wayIn.hidden = false;
    this.wayIn.setAttribute("aria-expanded", "false");
    this.wayIn.focus();
    if (!this.failed.hidden) this.unload();
  }

  load() {
    this.frame = element("iframe", { name: "diemtua-widget", title: NAME, allow: "geolocation; web-share; clipboard-write", referrerpolicy: "no-referrer", src: server + "/embed" });
    this.frame.addEventListener("load", () => this.expect(1000));
    this.panel.append(this.frame);
    this.showFailed(false);
    this.expect(OPENS_WITHIN_MS);
  }

  unload() {
    this.frame.remove();
    this.frame = null;
  }

  /** Without a word from the frame within `ms`, say where else to turn. */
  expect(ms) {
    if (this.isReady) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.fail(), ms);
  }

  fail() {
    const link = element("a", { href: server + "/", target: "_blank", rel: "noopener noreferrer" }, "trang trò chuyện");
    const lines = [element("p", {}, "Khung trò chuyện chưa mở được. Bạn thử mở ", link, " giúp mình nhé.")];
    const numbers = site.emergency.map(({ number, label }) => element("a", { href: "tel:" + number }, label + " " + number));
    if (numbers.length) lines.push(element("p", {}, "Cần gấp, bạn hãy gọi:"), ...numbers.map((number) => element("p", {}, number)));
    this.failed.textContent = "";
    this.failed.append(...lines);
    this.showFailed(true);
  }

  showFailed(hasFailed) {
    this.failed.hidden = !hasFailed;
    this.frame.hidden = hasFailed;
  }

  /** The frame says that it runs, that something new came, or that the person leaves. */
  hear({ source, origin, data }) {
    if (!this.frame || source !== this.frame.contentWindow || origin !== server) return;
    if (data === "diemtua:ready" || data === "diemtua:waiting") {
      this.isReady = true;
      clearTimeout(this.patience);
      this.showFailed(false);
      // Whoever is in it already is not sent back to its beginning.
      if (data === "diemtua:waiting" && !this.panel.hidden) this.enter();
    } else if (data === "diemtua:news" && this.panel.hidden) {
      this.label.textContent = "Trò chuyện: có tin mới";
    } else if (data === "diemtua:leave") {
      leave();
    }
  }

  /** On a phone the keyboard covers half of the page: the frame takes the half that is seen. */
  fit() {
    const seen = window.visualViewport;
    this.panel.style.setProperty("--top", seen.offsetTop + "px");
    this.panel.style.setProperty("--height", seen.height + "px");
  }
}

/** Blank first, tell nobody where from, then go. */
function leave() {
  document.documentElement.textContent = "";
  document.documentElement.append(element("meta", { name: "referrer", content: "no-referrer" }));
  window.location.replace(site.elsewhere);
}

function begin() {
  const widget = new Widget();
  widget.show();
  window.addEventListener("message", (event) => widget.hear(event));
  onShiftThrice(() => { if (widget.frame) leave(); });
  if (window.visualViewport) {
    window.visualViewport.addEventListener("resize", () => widget.fit());
    window.visualViewport.addEventListener("scroll", () => widget.fit());
  }
}

if (!site.origins.includes(location.origin)) {
  console.warn("Điểm Tựa: " + location.origin + " chưa có trong DIEMTUA_EMBED_ORIGINS, nên không hiện nút.");
} else if (document.querySelector("diemtua-chat")) {
  console.warn("Điểm Tựa: trang này đã có nút trò chuyện.");
} else if (document.body) {
  begin();
} else {
  document.addEventListener("DOMContentLoaded", begin);
}
