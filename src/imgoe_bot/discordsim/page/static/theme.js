// Light, dark, or as the system says; remembered on this machine.

import { h, icon } from "./dom.js";

const ORDER = ["auto", "light", "dark"];
const NAMES = { auto: ["auto", "Theme: system"], light: ["sun", "Theme: light"], dark: ["moon", "Theme: dark"] };

export function applyStoredTheme() {
  set(localStorage.getItem("theme") ?? "auto");
}

function set(theme) {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = theme;
}

export function themeSwitch() {
  const button = h("button", { type: "button", class: "icon-button", data: { testid: "theme-switch" } });
  const show = () => {
    const [name, label] = NAMES[localStorage.getItem("theme") ?? "auto"];
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(localStorage.getItem("theme") ?? "auto") + 1) % ORDER.length];
    localStorage.setItem("theme", next);
    set(next);
    show();
  });
  show();
  return button;
}
