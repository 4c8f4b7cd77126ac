/* The older lines of an open case, fetched while somebody reads up. What is being read stays where it
   is on the screen, and a screen reader is told in one line. */

import { said } from "./words.js";

const NEAR = 300;
const PAUSE = 1000;

const find = (selector) => document.querySelector(selector);
let asked = 0;
let later = 0;
let below = 0;
let focused = false;
let count = 0;
let coming = null;

/* Whoever is at the top already makes no further scroll: they are looked after once the pause is over. */
function askIfNear() {
  clearTimeout(later);
  const button = find("#older");
  if (!button || find("#scroll").scrollTop >= NEAR) return;
  const wait = asked + PAUSE - Date.now();
  if (wait > 0) {
    later = setTimeout(askIfNear, wait);
    return;
  }
  asked = Date.now();
  button.click();
}

document.addEventListener("scroll", ({ target }) => {
  if (target.id === "scroll") askIfNear();
}, true);

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx?.sourceElement?.id !== "older") return;
  const scroll = find("#scroll");
  below = scroll.scrollHeight - scroll.scrollTop;
  /* One that comes right behind another finds the button gone that had the focus. */
  focused = document.activeElement?.id === "older" || (coming !== null && focused);
  count = scroll.querySelectorAll(".line").length;
  coming = ctx;
  scroll.setAttribute("aria-live", "off");
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!coming || ctx !== coming) return;
  coming = null;
  const scroll = find("#scroll");
  scroll.scrollTop = scroll.scrollHeight - below;
  if (focused) (find("#older") || find("#beginning"))?.focus({ preventScroll: true });
  const more = scroll.querySelectorAll(".line").length - count;
  find("#older-status").textContent = said("older_shown", { count: more });
  setTimeout(() => scroll.setAttribute("aria-live", "polite"), PAUSE);
});
