// A context menu: one open at a time, moved through with the arrow keys.

import { h, icon } from "./dom.js";
import { floatAt } from "./float.js";

/** items: [{label, icon, run, danger, testid} | null for a line]; focus returns to `from`. */
export function openMenu({ items, x, y, from, label }) {
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" });
  menu.append(...items.map((item) => (item ? entry(item, menu) : h("hr", { class: "menu-line" }))));
  menu.addEventListener("keydown", (event) => step(event, menu));
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    const lost = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (lost && from?.isConnected) from.focus();
  });
  document.querySelector("main").append(menu);
  menu.showPopover();
  floatAt(menu, x, y);
  menu.querySelector("button")?.focus();
}

function entry({ label, icon: name, emoji, run, danger, testid }, menu) {
  const click = () => {
    menu.hidePopover();
    run();
  };
  const props = { type: "button", role: "menuitem", tabindex: "-1", class: danger ? "is-danger" : "", data: { testid: testid ?? `menu-item-${label}` } };
  return h("button", { ...props, on: { click } }, emoji ? h("span", { class: "emoji" }, emoji) : icon(name), h("span", {}, label));
}

function step(event, menu) {
  const all = [...menu.querySelectorAll("[role=menuitem]")];
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  all[(next + all.length) % all.length].focus();
}
