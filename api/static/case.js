/* Ending a case and handing it on: the form knows the last line that stood on the page, and says in its
   own dialog why it was refused. */

const find = (selector) => document.querySelector(selector);

document.addEventListener("click", ({ target }) => {
  if (!target.closest("#close")) return;
  const last = find("#lines > :last-child")?.dataset.line;
  if (last) find("#close-form").elements.seen.value = last;
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const told = ctx.sourceElement?.closest?.("dialog")?.querySelector("[data-refused]");
  if (!told) return;
  try { told.textContent = JSON.parse(ctx.text).message || ""; } catch { /* the page tells it */ }
});
