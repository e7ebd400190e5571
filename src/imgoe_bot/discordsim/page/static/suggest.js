// Autocomplete at a text field: the app is asked as one types, its choices are a listbox.

import { freshId, h } from "./dom.js";
import { floatBelow } from "./float.js";

const PAUSE_MS = 150;
const MOST = 25;

/** ask(text) → [{name, value}]; returns a function giving the chosen value, null when typed freely. */
export function suggest(made, ask) {
  const suggestions = new Suggestions(made.control, ask);
  return () => suggestions.picked?.value ?? null;
}

class Suggestions {
  picked = null;
  #choices = [];
  #index = -1;
  #timer = 0;
  #asked = 0;

  constructor(input, ask) {
    Object.assign(this, { input, ask });
    this.list = h("div", { role: "listbox", class: "suggestion-list", id: freshId("suggestions"), "aria-label": "Suggestions" });
    // A popover: neither the form's own scrolling nor the edge of the window cuts it.
    this.panel = h("div", { class: "suggestions", popover: "manual" }, this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) {
      input.setAttribute(name, value);
    }
    this.#listen();
    input.after(this.panel);
  }

  get #isOpen() {
    return this.panel.matches(":popover-open");
  }

  #listen() {
    this.input.addEventListener("focus", () => this.#soon());
    this.input.addEventListener("blur", () => this.#close());
    this.input.addEventListener("input", () => {
      this.picked = null;
      this.#soon();
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    // The form scrolls under it; scrolling does not bubble, so it is caught on the way down.
    document.addEventListener("scroll", this.#follow, { capture: true, passive: true });
  }

  #follow = ({ target }) => {
    if (!this.panel.isConnected) document.removeEventListener("scroll", this.#follow, { capture: true });
    else if (this.#isOpen && target !== this.list) floatBelow(this.panel, this.input);
  };

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), PAUSE_MS);
  }

  async #refresh() {
    const turn = (this.#asked += 1);
    const found = await this.ask(this.input.value);
    if (turn !== this.#asked || document.activeElement !== this.input) return;
    this.#choices = found.slice(0, MOST);
    this.#index = -1;
    this.list.replaceChildren(...this.#choices.map((choice, at) => this.#row(choice, at)));
    if (this.#choices.length) this.#open();
    else this.#close();
  }

  #row(choice, at) {
    const on = { mousedown: (event) => event.preventDefault(), click: () => this.#pick(choice) };
    return h("div", { role: "option", id: `${this.list.id}-${at}`, class: "choice", "aria-selected": "false", data: { testid: "suggestion" }, on }, choice.name);
  }

  #open() {
    if (!this.#isOpen) this.panel.showPopover();
    floatBelow(this.panel, this.input);
    this.input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  #close() {
    if (this.#isOpen) this.panel.hidePopover();
    this.#index = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.#mark();
  }

  #pick(choice) {
    this.picked = choice;
    this.input.value = choice.name;
    this.#close();
  }

  #key(event) {
    if (!this.#isOpen) return;
    const count = this.#choices.length;
    const moves = { ArrowDown: (this.#index + 1) % count, ArrowUp: (this.#index - 1 + count) % count };
    if (event.key in moves) this.#index = moves[event.key];
    else if (event.key === "Enter" && this.#index >= 0) this.#pick(this.#choices[this.#index]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.#index)));
    const active = this.list.children[this.#index];
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }
}
