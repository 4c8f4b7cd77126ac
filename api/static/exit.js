/*
 * Quick exit. Kept apart from the chat, in the plainest JavaScript, so that it works even where the
 * chat does not start. It cannot erase the browser's history; the page says so.
 */
(function () {
  "use strict";
  var PRESSES = 3;
  var WITHIN_MS = 5000;
  var link = document.getElementById("exit");
  var elsewhere = link.href;
  var presses = [];
  var alone = false;

  /* Blank first, then forget, then go: whoever walks in sees nothing while the next page loads. */
  function leave() {
    document.documentElement.textContent = "";
    try {
      window.sessionStorage.clear();
    } catch (blocked) {
      /* A browser that blocks storage has stored nothing. */
    }
    document.dispatchEvent(new CustomEvent("leave"));
    try {
      window.top.location.replace(elsewhere);
    } catch (framed) {
      window.location.replace(elsewhere);
    }
  }

  link.addEventListener("click", function (event) {
    event.preventDefault();
    leave();
  });

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
    if (presses.length >= PRESSES) leave();
  });
})();
