/*
 * Quick exit. Kept apart from the chat, in the plainest JavaScript, so that it works even where the
 * chat does not start. It cannot erase the browser's history; the page says so.
 */
(function () {
  "use strict";
  var link = document.getElementById("exit");
  var elsewhere = link.href;
  var isFramed = window.parent !== window;

  /* Blank first, then forget, then go: whoever walks in sees nothing while the next page loads. */
  function leave() {
    document.documentElement.textContent = "";
    try {
      window.sessionStorage.clear();
    } catch (blocked) {
      /* A browser that blocks storage has stored nothing. */
    }
    document.dispatchEvent(new CustomEvent("leave"));
    if (isFramed) leaveSite();
    else window.location.replace(elsewhere);
  }

  /* The whole site must go, not our frame alone. Our script on the site's page blanks it at once and
     goes; a frame without that script asks the browser, and where it may not, nothing of ours is left. */
  function leaveSite() {
    if (window.name === "diemtua-widget") {
      window.parent.postMessage("diemtua:leave", "*");
      return;
    }
    try {
      window.top.location.replace(elsewhere);
    } catch (forbidden) {
      window.location.replace("about:blank");
    }
  }

  link.addEventListener("click", function (event) {
    event.preventDefault();
    leave();
  });
  window.onShiftThrice(leave);
})();
