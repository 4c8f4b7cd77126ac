/* The console as an app on a phone: notifications, and one honest page where there is no network.
   It keeps nothing: no case and no word of anybody is ever stored here. What the page says stands in the
   address of this script, put there by alarm.js: so it is at hand without a network. */

const WORDS = new URLSearchParams(self.location.search);
const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const said = (key) => (WORDS.get(key) || "").replace(/[&<>"]/g, (mark) => MARKS[mark]);
const OFFLINE = `<!doctype html><html lang="${said("lang")}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="10"><title>${said("title")}</title>
<main><h1>${said("heading")}</h1>
<p>${said("why")}</p>
<p>${said("kept")}</p>
<p><a href="/console">${said("again")}</a></p></main></html>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.method !== "GET") return;
  if (!WORDS.has("heading")) return; // Registered before there were words: until the next page, the browser says it.
  event.respondWith(fetch(event.request).catch(() => new Response(OFFLINE, {
    status: 503,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
      "Cache-Control": "no-store",
    },
  })));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = open.find((one) => new URL(one.url).pathname.startsWith("/console"));
    await (page ? page.focus() : self.clients.openWindow("/console"));
  })());
});
