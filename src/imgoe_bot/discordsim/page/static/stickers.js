// Stickers: as they stand in a message, and the list to choose one from.

import { h, icon } from "./dom.js";
import { floatBelow } from "./float.js";

const SUFFIXES = { 1: "png", 2: "png", 4: "gif" };

/** Where the CDN has it; null for an animation in vectors (Lottie), which is only named. */
const addressOf = ({ id, format_type: format }) => (SUFFIXES[format] ? `/cdn/stickers/${id}.${SUFFIXES[format]}` : null);

export function sticker(one) {
  const src = addressOf(one);
  const label = `Sticker: ${one.name}`;
  if (!src) return h("div", { class: "sticker-named", role: "img", "aria-label": label }, icon("sticker"), one.name);
  return h("img", { class: "sticker", src, alt: label, title: one.name, loading: "lazy" });
}

/** Opens the list at an anchor; onChosen(id) runs once. */
export function chooseSticker(stickers, anchor, onChosen) {
  const panel = h("div", { class: "menu sticker-list", popover: "auto", role: "menu", "aria-label": "Stickers" });
  const entry = (one) => {
    const click = () => {
      panel.hidePopover();
      onChosen(one.id);
    };
    const props = { type: "button", role: "menuitem", "aria-label": one.name, title: one.name, data: { testid: `sticker-${one.name}` } };
    return h("button", { ...props, on: { click } }, sticker(one));
  };
  panel.append(...stickers.map(entry));
  panel.addEventListener("toggle", ({ newState }) => newState === "closed" && panel.remove());
  anchor.after(panel);
  panel.showPopover();
  floatBelow(panel, anchor);
  panel.querySelector("button")?.focus();
}
