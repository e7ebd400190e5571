// A select menu on a message: a button that opens a list one can filter, for one value or several.

import { freshId, h, icon } from "./dom.js";
import { choicesOf } from "./choices.js";
import { floatBelow } from "./float.js";

const PROMPTS = { 3: "Make a selection", 5: "Choose people", 6: "Choose roles", 7: "Choose people or roles", 8: "Choose channels" };
const FILTER_FROM = 8;

/** onChosen(values) runs once a choice is complete. */
export function selectMenu(component, store, onChosen) {
  const choices = choicesOf(component, store);
  const prompt = component.placeholder || PROMPTS[component.type] || "Choose";
  const chosen = choices.filter((one) => one.chosen).map((one) => one.label).join(", ");
  const trigger = h(
    "button",
    {
      type: "button",
      class: "select",
      disabled: component.disabled,
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      data: { testid: "component-select", customId: component.custom_id },
    },
    h("span", { class: chosen ? "" : "quiet" }, chosen || prompt),
    icon("down"),
  );
  if (chosen) trigger.setAttribute("aria-label", `${prompt}: ${chosen}`);
  trigger.addEventListener("click", () => new Picker({ component, store, prompt, trigger, onChosen }).open());
  return h("div", { class: "component-row" }, trigger);
}

class Picker {
  #index = 0;

  constructor({ component, store, prompt, trigger, onChosen }) {
    this.component = component;
    this.trigger = trigger;
    this.onChosen = onChosen;
    this.most = component.max_values ?? 1;
    this.least = component.min_values ?? 1;
    this.choices = choicesOf(component, store);
    this.values = new Set(this.choices.filter((one) => one.chosen).map((one) => one.value));
    this.list = h("div", { role: "listbox", id: freshId("choices"), "aria-label": prompt, tabindex: "-1", class: "picker-list" });
    if (this.most > 1) this.list.setAttribute("aria-multiselectable", "true");
    this.filter = h("input", {
      class: "picker-filter",
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      "aria-label": `${prompt}: type to filter`,
      placeholder: this.choices.length >= FILTER_FROM ? "Type to filter" : prompt,
      autocomplete: "off",
    });
    this.done = h("button", { type: "button", class: "button button-primary", data: { testid: "select-done" } }, "Done");
    this.panel = h("div", { class: "picker", popover: "auto" }, this.filter, this.list, this.most > 1 && h("div", { class: "picker-foot" }, this.done));
    this.#listen();
  }

  open() {
    this.trigger.after(this.panel);
    this.trigger.setAttribute("aria-expanded", "true");
    this.panel.showPopover();
    this.#draw();
    floatBelow(this.panel, this.trigger);
    this.filter.focus();
  }

  #listen() {
    this.filter.addEventListener("input", () => this.#draw());
    this.filter.addEventListener("keydown", (event) => this.#key(event));
    this.done.addEventListener("click", () => this.#finish());
    this.panel.addEventListener("toggle", ({ newState }) => newState === "closed" && this.#closed());
  }

  #closed() {
    const inside = this.panel.contains(document.activeElement) || document.activeElement === document.body;
    this.trigger.setAttribute("aria-expanded", "false");
    this.panel.remove();
    if (inside) this.trigger.focus();
  }

  #shown() {
    const needle = this.filter.value.trim().toLowerCase();
    return this.choices.filter((one) => one.label.toLowerCase().includes(needle)).slice(0, 50);
  }

  #draw() {
    const shown = this.#shown();
    this.#index = Math.min(this.#index, Math.max(shown.length - 1, 0));
    this.list.replaceChildren(...shown.map((one, index) => this.#option(one, index)));
    if (!shown.length) this.list.append(h("p", { class: "quiet", role: "option", "aria-disabled": "true" }, "Nothing fits"));
    this.done.disabled = this.values.size < this.least;
    this.#mark();
  }

  #option(choice, index) {
    const picked = this.values.has(choice.value);
    return h(
      "div",
      {
        role: "option",
        id: `${this.list.id}-${index}`,
        class: "choice",
        "aria-selected": String(picked),
        data: { testid: "select-option", value: choice.value },
        on: { click: () => this.#pick(choice), pointermove: () => this.#move(index) },
      },
      choice.emoji?.name && h("span", { class: "emoji", "aria-hidden": "true" }, choice.emoji.name),
      h("span", { class: "choice-text" }, h("span", {}, choice.label), choice.description && h("span", { class: "quiet" }, choice.description)),
      picked && icon("check"),
    );
  }

  #move(index) {
    if (index === this.#index) return;
    this.#index = index;
    this.#mark();
  }

  #mark() {
    const options = [...this.list.children];
    options.forEach((node, index) => node.classList.toggle("is-active", index === this.#index));
    const active = options[this.#index];
    if (active?.id) this.filter.setAttribute("aria-activedescendant", active.id);
    else this.filter.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const last = this.#shown().length - 1;
    const moves = { ArrowDown: Math.min(this.#index + 1, last), ArrowUp: Math.max(this.#index - 1, 0), Home: 0, End: last };
    if (event.key in moves) this.#move(moves[event.key]);
    else if (event.key === "Enter") this.#pick(this.#shown()[this.#index]);
    else if (event.key === "Tab" && this.most === 1) return this.panel.hidePopover();
    else return undefined;
    return event.preventDefault();
  }

  #pick(choice) {
    if (!choice) return;
    if (this.most === 1) {
      this.values = new Set([choice.value]);
      this.#finish();
      return;
    }
    if (this.values.has(choice.value)) this.values.delete(choice.value);
    else if (this.values.size < this.most) this.values.add(choice.value);
    this.#draw();
  }

  #finish() {
    if (this.values.size < this.least) return;
    const values = this.choices.filter((one) => this.values.has(one.value)).map((one) => one.value);
    this.panel.hidePopover();
    this.onChosen(values);
  }
}
