/*
 * Shift, three times within five seconds: the way out by the keyboard, on our page and on a page
 * that has our frame. In the plainest JavaScript: it works where the chat does not start.
 */
function onShiftThrice(act) {
  "use strict";
  var PRESSES = 3;
  var WITHIN_MS = 5000;
  var presses = [];
  var alone = false;

  /* Only Shift pressed and let go by itself counts: capitals and Ctrl+Shift (the switch of many
     Vietnamese keyboards) must not throw anyone out in the middle of a sentence. */
  document.addEventListener("keydown", function (event) {
    alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!alone) presses = [];
  });

  document.addEventListener("keyup", function (event) {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    var now = event.timeStamp;
    presses = presses.filter(function (at) { return now - at < WITHIN_MS; });
    presses.push(now);
    if (presses.length >= PRESSES) act();
  });
}
