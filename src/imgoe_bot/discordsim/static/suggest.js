// Autocomplete under a text field: the app is asked as one types, its choices are a listbox.

import { freshId, h } from "./dom.js";

const PAUSE_MS = 150;

/** ask(text) → [{name, value}]; returns a function giving the chosen value, null when typed freely. */
export function suggest(made, ask) {
  const input = made.control;
  const list = h("div", { role: "listbox", class: "suggestions", id: freshId("suggestions"), "aria-label": "Suggestions", hidden: true });
  let choices = [];
  let index = -1;
  let picked = null;
  let timer = 0;
  let asked = 0;

  const mark = () => {
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
    const active = list.children[index];
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    list.hidden = true;
    index = -1;
    input.setAttribute("aria-expanded", "false");
    mark();
  };
  const pick = (choice) => {
    picked = choice;
    input.value = choice.name;
    close();
  };
  const row = (choice, at) =>
    h(
      "div",
      { role: "option", id: `${list.id}-${at}`, class: "choice", "aria-selected": "false", data: { testid: "suggestion" }, on: { mousedown: (event) => event.preventDefault(), click: () => pick(choice) } },
      choice.name,
    );
  const refresh = async () => {
    const turn = (asked += 1);
    const found = await ask(input.value);
    if (turn !== asked || document.activeElement !== input) return;
    choices = found.slice(0, 25);
    index = -1;
    list.replaceChildren(...choices.map(row));
    list.hidden = !choices.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.addEventListener("focus", soon);
  input.addEventListener("blur", close);
  input.addEventListener("input", () => {
    picked = null;
    soon();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") index = (index + 1) % choices.length;
    else if (event.key === "ArrowUp") index = (index - 1 + choices.length) % choices.length;
    else if (event.key === "Enter" && index >= 0) pick(choices[index]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    mark();
  });
  input.after(list);
  return () => picked?.value ?? null;
}
