/* The words of the scripts, as the page brings them: they stand in the catalogue, with the page's own. */

const words = JSON.parse(document.querySelector("#words").textContent);

/** What stands under `key`, with each {name} in it taken from `values`. */
export function said(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
