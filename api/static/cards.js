/*
 * Directory cards under a message: call a place, see it on a map, send it on. The message says it all
 * without them, and nothing here can keep it from being shown.
 */

const MAPS = "https://www.openstreetmap.org/";
const SAY = {
  all: "Gọi, xem bản đồ hoặc chia sẻ",
  call: "Gọi ",
  opens: " (mở trang khác)",
  share: "Chia sẻ",
  copied: "Đã chép. Bạn dán vào tin nhắn để gửi nhé.",
  notCopied: "Bạn chép các dòng này để gửi nhé:",
};

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** A link or button that is read out with the place it is about. */
function act(node, text, title, after) {
  node.className = "act";
  node.append(text + " ", element("span", "unseen", title + (after || "")));
  return node;
}

function link(href) {
  const node = element("a");
  node.href = href;
  return node;
}

function mapLink(card) {
  const node = act(link(card.map), card.map_title, card.title, SAY.opens);
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

/** What the person does not finish (AbortError) is their choice; a device that cannot share copies. */
async function share(card, item) {
  if (navigator.share) {
    try {
      await navigator.share({ text: card.share });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  tell(item, await copy(card.share) ? [element("p", "fine", SAY.copied)] : byHand(card.share));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** In a frame without that right, or on a page without https: the words, marked, to be copied by hand. */
function byHand(text) {
  const box = element("textarea", "to-copy");
  box.value = text;
  box.readOnly = true;
  box.rows = text.split("\n").length + 1;
  box.setAttribute("aria-label", SAY.notCopied);
  return [element("p", "fine", SAY.notCopied), box];
}

/** The log around it reads out what is new in it. */
function tell(item, nodes) {
  item.querySelectorAll(".fine, .to-copy").forEach((node) => node.remove());
  item.append(...nodes);
  const box = item.querySelector(".to-copy");
  if (!box) return;
  box.focus();
  box.select();
}

function cardItem(card) {
  const item = element("li", "card");
  item.append(element("p", "place", card.title));
  const acts = element("div", "acts");
  if (/^\d{3,15}$/.test(card.phone)) acts.append(act(link("tel:" + card.phone), SAY.call + card.phone, card.title));
  if (card.map.startsWith(MAPS)) acts.append(mapLink(card));
  if (card.share) {
    const button = act(element("button"), SAY.share, card.title);
    button.type = "button";
    button.addEventListener("click", () => share(card, item));
    acts.append(button);
  }
  item.append(acts);
  return item;
}

/** The list of a message's cards, or null where it has none that can be shown. */
export function cardList(cards) {
  try {
    const items = (cards || []).map(cardItem);
    if (!items.length) return null;
    const list = element("ul", "cards");
    list.setAttribute("aria-label", SAY.all);
    list.append(...items);
    return list;
  } catch {
    return null;
  }
}
