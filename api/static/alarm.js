/* Noise, notification and title for danger that nobody has acted on. It follows what the board
   shows, not single events, so nothing that was missed stays silent. */

const REPEAT = 15000;
const TITLE = document.title;
const button = document.querySelector("#arm");
let audio = null;
let rung = new Set();
let waiting = null;
let last = "";

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

/* No words of anybody: a notification can be read on a locked screen. */
function notify() {
  if (!armed() || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification("Điểm Tựa: có người cần giúp gấp", { body: "Mở bàn tư vấn để xem.", tag: "danger", renotify: true, requireInteraction: true });
    shown.onclick = () => { window.focus(); shown.close(); };
  } catch { /* Android's Chrome allows this to service workers only: the sound has to do */ }
}

function showState() {
  if (!button) return;
  const on = armed();
  const silent = on && audio?.state !== "running";
  button.setAttribute("aria-pressed", String(on && !silent));
  button.querySelector("span").textContent = !on ? "Bật báo động" : silent ? "Bấm để có tiếng" : "Báo động: bật";
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
  const alarmed = number > 0 && !document.title.startsWith("‼");
  document.title = alarmed ? `‼ NGUY HIỂM (${number})` : TITLE;
}

/* Ring for what is new on the board: danger loudly, somebody waiting or writing softly. */
export function soundAlarm() {
  const now = alerts();
  const fresh = now.some((key) => !rung.has(key));
  rung = new Set(now);
  const cards = [...document.querySelectorAll('[data-part="waiting"] [data-card]')].map((one) => one.dataset.card);
  const came = waiting !== null && cards.some((key) => !waiting.has(key));
  waiting = new Set(cards);
  const line = document.querySelector('#lines > [data-author="citizen"]:last-child')?.id || last;
  const wrote = last !== "" && line !== last && document.hidden;
  last = line;
  if (fresh) {
    ringDanger();
    notify();
  } else if (came || wrote) {
    ringSoftly();
  }
  if (!now.length) document.title = TITLE;
}

wakeSound();
showState();
for (const gesture of ["pointerdown", "keydown"]) {
  document.addEventListener(gesture, ({ target }) => {
    if (audio?.state === "suspended" && !button?.contains(target)) wakeSound();
  });
}
setInterval(flash, 1000);
setInterval(() => { if (alerts().length) ringDanger(); }, REPEAT);
