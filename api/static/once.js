/* Several tabs of one counsellor, one alarm: which tab acts, and when it is time again. */

/* What one tab stores is seen by a tab in another process a little later: nobody decides meanwhile. */
const SEEN_BY_ALL = 200;

/* Calls `act` if for any of `keys` no tab did so under this `name` within `every` milliseconds. Where
   tabs cannot agree (an old browser, blocked storage) each acts for itself: twice is better than never. */
export function forTheseOnce(name, keys, every, act) {
  const decide = () => {
    if (!isDue(name, keys, every)) return undefined;
    act();
    return new Promise((done) => { setTimeout(done, SEEN_BY_ALL); });
  };
  if (navigator.locks) navigator.locks.request(`diemtua.${name}`, decide).catch(decide);
  else decide();
}

const own = {};

function isDue(name, keys, every) {
  const done = read(name);
  const now = Date.now();
  const due = keys.some((key) => !(done[key] <= now && now - done[key] < every));
  if (due) write(name, Object.fromEntries(keys.map((key) => [key, now])));
  return due;
}

const slot = (name) => `diemtua.${document.body.dataset.me}.${name}`;

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(slot(name))) || own[name] || {};
  } catch {
    return own[name] || {};
  }
}

function write(name, done) {
  own[name] = done;
  try {
    localStorage.setItem(slot(name), JSON.stringify(done));
  } catch { /* blocked: this tab alone remembers */ }
}
