/* Noise, notification and title for danger that nobody has acted on. It follows what the board
   shows, not single events, so nothing that was missed stays silent. Of several tabs one rings. */

import { forTheseOnce } from "./once.js";
import { said } from "./words.js";

const REPEAT = 15000;
const REMIND = 60000;
const SOFT_APART = 5000;
const TITLE = document.title;
const OFFLINE = ["title", "heading", "why", "kept", "again"];
const button = document.querySelector("#arm");
let audio = null;
let waiting = null;
let last = "";
let alarmed = false;

const armed = () => localStorage.getItem("diemtua.alarm") === "on";

function tone(frequency, from, seconds, loudness) {
  const at = audio.currentTime + from;
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(loudness, at + 0.02);
  volume.gain.setValueAtTime(loudness, at + seconds - 0.05);
  volume.gain.linearRampToValueAtTime(0, at + seconds);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + seconds);
}

function wakeSound() {
  if (!armed()) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume().then(showState);
}

function canSound() {
  return armed() && audio?.state === "running";
}

function ringDanger() {
  if (!canSound()) return;
  for (let round = 0; round < 3; round += 1) {
    tone(880, round * 0.5, 0.22, 0.3);
    tone(660, round * 0.5 + 0.25, 0.22, 0.3);
  }
  navigator.vibrate?.([300, 150, 300]);
}

function ringSoftly() {
  if (canSound()) tone(520, 0, 0.3, 0.1);
}

const worker = async () => navigator.serviceWorker?.getRegistration("/console");

/* No words of anybody: a notification can be read on a locked screen. */
async function notify() {
  const title = said("notice_title");
  const look = { body: said("notice_body"), tag: "danger", renotify: true, requireInteraction: true, icon: "/static/icon-192.png" };
  try {
    const registered = await worker();
    if (registered) {
      await registered.showNotification(title, look);
    } else {
      const shown = new Notification(title, look);
      shown.onclick = () => { window.focus(); shown.close(); };
    }
  } catch { /* Android's Chrome allows this to service workers only: the sound has to do */ }
}

async function takeBack() {
  const shown = await (await worker())?.getNotifications({ tag: "danger" });
  shown?.forEach((one) => one.close());
}

const mayNotify = () => armed() && "Notification" in window && Notification.permission === "granted";

function showState() {
  if (!button) return;
  const on = armed();
  const silent = on && audio?.state !== "running";
  button.setAttribute("aria-pressed", String(on && !silent));
  button.querySelector("span").textContent = said(!on ? "alarm_off" : silent ? "alarm_silent" : "alarm_on");
}

button?.addEventListener("click", () => {
  const turnOff = button.getAttribute("aria-pressed") === "true";
  localStorage.setItem("diemtua.alarm", turnOff ? "off" : "on");
  if (!turnOff) {
    wakeSound();
    audio.resume().then(() => { showState(); ringSoftly(); });
    if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
  }
  showState();
});

const alerts = () => [...document.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert);

function flash() {
  const number = alerts().length;
  const flashes = number > 0 && !document.title.startsWith("‼");
  document.title = flashes ? `‼ ${said("danger_title", { count: number })}` : TITLE;
}

/* Loudly, at once and again until somebody has acted; a tab that can make no sound leaves it to another. */
function ringWhileNeeded() {
  const now = alerts();
  if (!now.length) return;
  if (canSound()) forTheseOnce("rung", now, REPEAT, ringDanger);
  if (mayNotify()) forTheseOnce("told", now, REMIND, notify);
}

/* Ring for what is new on the board: danger loudly, somebody waiting or writing softly. */
export function soundAlarm() {
  const now = alerts();
  const cards = [...document.querySelectorAll('[data-part="waiting"] [data-card]')].map((one) => one.dataset.card);
  const came = waiting === null ? [] : cards.filter((key) => !waiting.has(key));
  waiting = new Set(cards);
  const line = document.querySelector('#lines > [data-author="citizen"]:last-child')?.id || last;
  if (last !== "" && line !== last && document.hidden) came.push(line);
  last = line;
  ringWhileNeeded();
  const soft = came.filter((key) => !now.some((alert) => alert.startsWith(key)));
  if (canSound() && soft.length) forTheseOnce("softly", soft, SOFT_APART, ringSoftly);
  if (!now.length && alarmed) {
    document.title = TITLE;
    takeBack();
  }
  alarmed = now.length > 0;
}

wakeSound();
showState();
for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, ({ target }) => {
    if (audio?.state === "suspended" && !button?.contains(target)) wakeSound();
  });
}
setInterval(() => { flash(); ringWhileNeeded(); }, 1000);

/* The worker's words stand in its address: it must have them where there is no network and no page. */
const spoken = new URLSearchParams(OFFLINE.map((part) => [part, said(`offline_${part}`)]));
spoken.set("lang", document.documentElement.lang);
navigator.serviceWorker?.register(`/static/console-worker.js?${spoken}`, { scope: "/console" }).catch(() => { /* blocked here: the page notifies by itself */ });
