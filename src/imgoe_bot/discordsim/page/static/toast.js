// Short notices beside the chat; problems are announced at once, news politely.

import { h, icon, iconButton } from "./dom.js";

const LIFE_MS = 3500;
const PROBLEM_LIFE_MS = 7000;

export function toast(text, { problem = false } = {}) {
  const area = document.querySelector(problem ? "#alerts" : "#notices");
  const note = h("div", { class: problem ? "toast is-problem" : "toast" }, icon(problem ? "warn" : "check"), h("span", {}, text));
  note.append(iconButton("close", "Dismiss", () => note.remove()));
  area.append(note);
  while (area.children.length > 3) area.firstElementChild.remove();
  setTimeout(() => note.remove(), problem ? PROBLEM_LIFE_MS : LIFE_MS);
}
