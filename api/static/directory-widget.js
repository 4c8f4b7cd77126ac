/*
 * A search of the directory on another site's page: <script src="…/static/directory-widget.js"></script>
 * where it shall stand, or <diem-tua-directory> anywhere. It asks our server only when the person
 * searches (or the page names a place), without cookies or an address of the page, and stores nothing.
 */
"use strict";

(() => {
  const NAME = "diem-tua-directory";
  if (customElements.get(NAME)) {
    place(document.currentScript);
    return;
  }

  const server = new URL(document.currentScript.src).origin;
  const PATIENCE_MS = 15000;
  const MOST = 5;
  const NEAR_KM = 50;
  const KINDS = {
    "rehab_centre": "cơ sở cai nghiện",
    "home_rehab": "nơi hỗ trợ cai tại nhà, tại cộng đồng",
    "substitution_treatment": "nơi điều trị bằng thuốc thay thế (methadone)",
    "addiction_identification": "nơi xác định tình trạng nghiện",
    "counselling_point": "điểm tư vấn",
    "hospital": "bệnh viện, trung tâm y tế",
    "psychiatric_hospital": "bệnh viện, khoa tâm thần",
    "hiv_harm_reduction": "nơi hỗ trợ về HIV và giảm hại",
    "psychological_support": "nơi hỗ trợ tâm lý",
    "legal_aid": "nơi trợ giúp pháp lý",
    "vocational_training": "nơi dạy nghề",
    "loan": "nơi cho vay vốn",
    "peer_group": "nhóm đồng đẳng, câu lạc bộ",
    "child_protection": "nơi bảo vệ trẻ em",
    "commune_police": "công an xã, phường"
  };
  const GROUPS = [
    ["near", "Nơi gần đây"],
    ["farther", "Nơi gần nhất thì xa, bạn gọi hỏi trước rồi hãy đi"],
    ["instead", "Nơi gần nhất thuộc loại khác, bạn gọi hỏi trước rồi hãy đi"],
    ["province", "Trong tỉnh, thành phố (chưa rõ ở xã, phường nào)"],
    ["by_law", "Làm giấy tờ thì tới"],
    ["national", "Số gọi được từ mọi nơi"]
  ];
  const GONE = "Chưa tìm được: không có mạng, hoặc máy chủ đang bận. Bạn thử lại sau ít phút nhé.";
  const LOOK = `
    :host { all: initial; display: block; color-scheme: light dark; max-width: 44rem; }
    * { box-sizing: border-box; margin: 0; font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
    [hidden] { display: none !important; }
    .all { --ink: #14211e; --soft: #46554f; --line: #6f827c; --ground: #fff; --accent: #0d5f53; --on-accent: #fff; --bad: #9b1c1c; padding: 1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
    h2, h3, .name, label, legend { font-weight: 600; }
    h2 { font-size: 1.25rem; }
    h3 { margin-top: 1.25rem; font-size: 1.0625rem; }
    form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-end; margin-top: .75rem; }
    form > div { flex: 1 1 12rem; min-width: 0; }
    form > .short { flex: 0 1 7rem; }
    form > .check { display: flex; gap: .5rem; align-items: center; min-height: 2.75rem; flex: 0 1 auto; }
    .check label { font-weight: 400; }
    input, select { width: 100%; min-height: 2.75rem; padding: .375rem .625rem; border: 1.5px solid var(--line); border-radius: .5rem; background: var(--ground); color: inherit; }
    input[type="checkbox"] { flex: none; width: 1.375rem; height: 1.375rem; min-height: 0; accent-color: var(--accent); }
    button { min-height: 2.75rem; padding: .375rem 1.25rem; border: 1.5px solid var(--accent); border-radius: .5rem; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; touch-action: manipulation; }
    .choices button { width: 100%; margin-top: .5rem; background: var(--ground); color: var(--accent); text-align: left; }
    .said { margin-top: .75rem; }
    .said:empty { display: none; }
    .said.bad { color: var(--bad); }
    ul { margin: 0; padding: 0; list-style: none; }
    li.service { padding: .75rem 0; border-bottom: 1px solid var(--line); }
    .links { display: flex; flex-wrap: wrap; gap: 0 1rem; }
    a { display: inline-block; padding: .5rem 0; color: var(--accent); font-weight: 600; text-decoration: underline; }
    .small, .small * { color: var(--soft); font-size: .875rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    @media (prefers-color-scheme: dark) {
      .all { --ink: #eef5f2; --soft: #b7c6c0; --line: #7d918a; --ground: #10201c; --accent: #7fd6c2; --on-accent: #06231d; --bad: #ffb4a9; }
    }
  `;

  function element(tag, attributes, ...inside) {
    const node = document.createElement(tag);
    Object.keys(attributes).forEach((name) => node.setAttribute(name, attributes[name]));
    node.append(...inside.filter(Boolean));
    return node;
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

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const day = (iso) => iso.split("-").reverse().join("/");
  const paragraph = (text, look) => text && element("p", look ? { class: look } : {}, text);
  const elsewhere = { target: "_blank", rel: "noopener noreferrer" };

  function where(service) {
    const spot = service.address || service.commune;
    const at = [spot, service.province].filter(Boolean).join(", ");
    const away = service.distance_km;
    if (typeof away !== "number") return at;
    const far = away < 1 ? "cách chưa tới 1 km" : `cách khoảng ${Math.round(away)} km`;
    return `${at}; ${far}${service.approximate ? " (tính đến trung tâm xã, phường)" : ""}`;
  }

  function openness(service) {
    if (!service.hours) return "";
    const now = service.open_now === null ? "" : service.open_now ? " (đang mở)" : " (giờ này đóng cửa)";
    return `Giờ mở cửa: ${service.hours}${now}`;
  }

  function links(service) {
    const found = service.phones.map((number) => element("a", { href: "tel:" + number.replace(/[^0-9+]/g, "") }, "Gọi " + number));
    if (typeof service.latitude === "number" && typeof service.longitude === "number") {
      const [lat, lon] = [service.latitude.toFixed(6), service.longitude.toFixed(6)];
      const map = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
      const of = ": " + service.name;
      const seen = service.approximate ? "Bản đồ (trung tâm xã, phường)" : "Bản đồ";
      found.push(element("a", { href: map, "aria-label": seen + of, ...elsewhere }, seen));
      // Nobody is led to the middle of a commune as if it were the door.
      if (!service.approximate) found.push(element("a", { href: `geo:${lat},${lon}?q=${lat},${lon}`, "aria-label": "Chỉ đường" + of }, "Chỉ đường"));
    }
    if (/^https?:\/\//i.test(service.website || "")) {
      found.push(element("a", { href: service.website, "aria-label": "Trang web: " + service.name, ...elsewhere }, "Trang web"));
    }
    return found.length ? element("p", { class: "links" }, ...found) : null;
  }

  function card(service) {
    const until = service.verified_until ? `; xác minh đến ${day(service.verified_until)}` : "";
    return element(
      "li", { class: "service" },
      paragraph(service.name, "name"),
      service.area ? null : paragraph(`${capital(service.kind_title)}. ${where(service)}`),
      paragraph(service.description),
      paragraph(openness(service)),
      paragraph(service.cost && `Chi phí: ${service.cost}`),
      links(service),
      service.area || service.phones.length ? null : paragraph("Chưa có số điện thoại của nơi này."),
      paragraph(service.legal_basis && `Căn cứ: ${service.legal_basis}`),
      paragraph(`Nguồn: ${service.source}${until}.`, "small")
    );
  }

  class Directory extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      this.place = element("input", { id: "place", required: "", maxlength: "200", autocomplete: "off", placeholder: "xã, phường kèm tỉnh" });
      this.kind = element("select", { id: "kind" }, element("option", { value: "" }, "Mọi loại"), ...Object.keys(KINDS).map((code) => element("option", { value: code }, KINDS[code])));
      this.age = element("input", { id: "age", type: "number", min: "0", max: "120", step: "1", inputmode: "numeric" });
      this.open = element("input", { id: "open", type: "checkbox" });
      this.said = element("p", { class: "said", role: "status" });
      this.found = element("div", {});
      const form = element(
        "form", {},
        element("div", {}, element("label", { for: "place" }, "Bạn ở đâu?"), this.place),
        element("div", {}, element("label", { for: "kind" }, "Cần nơi nào?"), this.kind),
        element("div", { class: "short" }, element("label", { for: "age" }, "Tuổi"), this.age),
        element("div", { class: "check" }, this.open, element("label", { for: "open" }, "Đang mở cửa")),
        element("button", {}, "Tìm")
      );
      form.addEventListener("submit", (event) => { event.preventDefault(); this.search({ place: this.place.value }); });
      const title = element("h2", { id: "title" }, "Tìm nơi giúp đỡ");
      root.append(element("section", { class: "all", lang: "vi", "aria-labelledby": "title" }, title, form, this.said, this.found));
      dress(root);
      const kind = this.getAttribute("kind");
      if (Object.keys(KINDS).includes(kind)) this.kind.value = kind;
      this.place.value = this.getAttribute("place") || "";
      if (this.place.value) this.search({ place: this.place.value });
    }

    disconnectedCallback() {
      if (this.asking) this.asking.abort();
    }

    /** Ask about a place or a point; of two questions at once only the later one is answered. `chosen` is
        the place picked among several: its point is asked for where its whole name is ambiguous still. */
    async search(point, chosen) {
      if (this.asking) this.asking.abort();
      const asking = this.asking = new AbortController();
      const patience = setTimeout(() => asking.abort(), PATIENCE_MS);
      this.found.textContent = "";
      this.say("Đang tìm…");
      const answer = await this.ask(point, asking.signal);
      clearTimeout(patience);
      if (this.asking !== asking) return;
      if (answer.message) this.say(answer.message, true);
      else if (!answer.near && chosen) this.search({ lat: chosen.latitude, lon: chosen.longitude });
      else if (!answer.near) this.offer(answer.places);
      else this.show(answer);
    }

    async ask(point, signal) {
      const asked = new URLSearchParams({ ...point, limit: String(MOST) });
      if (this.kind.value) asked.set("kind", this.kind.value);
      if (this.age.value) asked.set("age", this.age.value);
      if (this.open.checked) asked.set("open_now", "true");
      try {
        const response = await fetch(`${server}/directory/nearest?${asked}`, { signal, mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
        const answer = await response.json();
        return response.ok ? answer : { message: String(answer.message || GONE) };
      } catch {
        return { message: GONE };
      }
    }

    say(line, isBad = false) {
      this.said.className = isBad ? "said bad" : "said";
      this.said.textContent = line;
    }

    /** A name of several places: the person says which. */
    offer(places) {
      this.say(`Có ${places.length} nơi tên như vậy. Bạn chọn một nơi.`);
      const choices = places.map((one) => {
        const title = one.name === one.province ? one.name : `${one.name}, ${one.province}`;
        const button = element("button", { type: "button" }, title);
        button.addEventListener("click", () => {
          this.place.value = title;
          this.place.focus();
          this.search({ place: title }, one);
        });
        return element("li", {}, button);
      });
      this.found.append(element("ul", { class: "choices" }, ...choices));
    }

    show(answer) {
      const near = answer.near.length;
      const [at] = answer.places;
      const around = at ? ` quanh ${at.name}` : "";
      this.say(near ? `Có ${near} nơi${around} đã được xác minh.` : `Chưa có nơi nào như vậy đã được xác minh trong vòng ${NEAR_KM} km${around}.`);
      for (const [name, title] of GROUPS) {
        const services = (answer[name] || []).filter((one) => one.verified);
        if (services.length) this.found.append(element("h3", {}, title), element("ul", {}, ...services.map(card)));
      }
    }
  }

  customElements.define(NAME, Directory);
  place(document.currentScript);

  /** A script in the page's body stands where its form shall be; one in its head only knows the element. */
  function place(script) {
    if (!script.closest("body")) return;
    const home = document.createElement("diem-tua-directory");
    for (const name of ["kind", "place"]) {
      if (script.dataset[name]) home.setAttribute(name, script.dataset[name]);
    }
    script.after(home);
  }
})();
