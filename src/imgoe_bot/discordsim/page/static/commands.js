// Slash commands: the list that appears on "/", and the chosen command's options as fields.

import { choicesOf } from "./choices.js";
import { freshId, h, icon, iconButton } from "./dom.js";
import { choiceField, complete, fileField, isEmpty, numberField, textField } from "./fields.js";
import { suggest } from "./suggest.js";

const SUBCOMMAND = 1;
const GROUP = 2;

/** Every command and subcommand one can type: {name: "settings key", description, options}. */
export function slashCommands(commands) {
  return commands.filter((one) => (one.type ?? 1) === 1).flatMap((one) => leaves(one, one.name)).sort((a, b) => a.name.localeCompare(b.name));
}

function leaves(command, name) {
  const nested = (command.options ?? []).filter((one) => one.type === SUBCOMMAND || one.type === GROUP);
  if (nested.length) return nested.flatMap((one) => leaves(one, `${name} ${one.name}`));
  return [{ name, description: command.description ?? "", options: command.options ?? [] }];
}

/** Best first: names that start with the text, then names that hold it. */
export function matching(commands, text) {
  const needle = text.trim().toLowerCase();
  const starts = commands.filter((one) => one.name.toLowerCase().startsWith(needle));
  const holds = commands.filter((one) => !starts.includes(one) && one.name.toLowerCase().includes(needle));
  return [...starts, ...holds];
}

/** The list above the composer; keys come from the text field, which keeps the focus. */
export class CommandList {
  #shown = [];
  #index = 0;

  constructor({ input, onChoose }) {
    this.input = input;
    this.onChoose = onChoose;
    this.node = h("div", { class: "command-list", role: "listbox", id: freshId("commands"), "aria-label": "Commands", hidden: true, data: { testid: "command-list" } });
    this.status = h("div", { class: "visually-hidden", role: "status" });
    input.setAttribute("aria-controls", this.node.id);
  }

  get isOpen() {
    return !this.node.hidden;
  }

  show(commands) {
    this.#shown = commands;
    this.#index = Math.min(this.#index, Math.max(commands.length - 1, 0));
    this.node.hidden = false;
    const rows = commands.map((one, index) => this.#row(one, index));
    const none = h("p", { class: "quiet", role: "option", "aria-disabled": "true" }, "No such command here");
    this.node.replaceChildren(...(rows.length ? rows : [none]));
    this.status.textContent = rows.length ? `${rows.length} commands, arrow keys choose` : "No such command here";
    this.#mark();
  }

  hide() {
    this.#index = 0;
    this.node.hidden = true;
    this.status.textContent = "";
    this.input.removeAttribute("aria-activedescendant");
  }

  /** True when the key was for the list. */
  key(event) {
    const last = this.#shown.length - 1;
    const moves = { ArrowDown: this.#index >= last ? 0 : this.#index + 1, ArrowUp: this.#index ? this.#index - 1 : last };
    if (event.key in moves) this.#index = Math.max(moves[event.key], 0);
    else if (["Enter", "Tab"].includes(event.key) && this.#shown.length) this.onChoose(this.#shown[this.#index]);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (this.isOpen) this.#mark();
    return true;
  }

  #row(command, index) {
    const wanted = command.options.filter((one) => one.required).map((one) => h("span", { class: "tag" }, one.name));
    return h(
      "div",
      {
        role: "option",
        class: "command-row",
        id: `${this.node.id}-${index}`,
        data: { testid: "command-item", commandName: command.name },
        on: { mousedown: (event) => event.preventDefault(), click: () => this.onChoose(command) },
      },
      h("span", { class: "command-name" }, `/${command.name}`, ...wanted),
      h("span", { class: "quiet" }, command.description),
    );
  }

  #mark() {
    const rows = [...this.node.children];
    rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === this.#index)));
    const active = rows[this.#index];
    if (active?.id) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }
}

/** The chosen command as a form; onDone() after it ran or was given up. */
export class CommandForm {
  constructor({ command, channelId, app, onDone }) {
    Object.assign(this, { command, channelId, app, onDone });
    this.fields = command.options.map((option) => ({ option, ...optionField(option, this) }));
    const cancel = iconButton("close", "Cancel command", () => onDone(), { data: { testid: "command-cancel" } });
    this.node = h(
      "form",
      { class: "command-form", novalidate: true, "aria-label": `Command ${command.name}` },
      h("div", { class: "command-head" }, icon("slash"), h("strong", {}, command.name), h("span", { class: "quiet" }, command.description), cancel),
      ...(this.fields.length ? scrolling(this.fields.map((one) => one.node)) : []),
    );
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && onDone());
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    this.node.append(h("button", { type: "submit", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" }));
  }

  focus() {
    this.fields[0]?.focus();
  }

  /** Files dropped on the chat go to the first attachment option; false when there is none. */
  takeFiles(files) {
    const slots = this.fields.filter((one) => one.put);
    if (!slots.length) return false;
    slots.forEach((slot, index) => files[index] && slot.put([files[index]]));
    return true;
  }

  values() {
    const given = this.fields.filter((one) => one.option.type !== 11 && !isEmpty(one.read()));
    return Object.fromEntries(given.map((one) => [one.option.name, converted(one.option, one.read())]));
  }

  async run() {
    if (!complete(this.fields)) return false;
    const attached = this.fields.filter((one) => one.option.type === 11);
    const files = attached.flatMap((one) => one.read().map((file) => ({ field: `option:${one.option.name}`, file })));
    const act = { kind: "slash", channel_id: this.channelId, name: this.command.name, options: this.values() };
    const error = await this.app.interact(act, files);
    if (!error) this.onDone();
    return !error;
  }
}

/** The fields in a box that scrolls: while there is more below, it fades out and says so. */
function scrolling(nodes) {
  const box = h("div", { class: "command-fields" }, ...nodes);
  const down = () => box.scrollBy({ top: box.clientHeight * 0.8 });
  const more = h("button", { type: "button", class: "text-button more-below", hidden: true, on: { click: down } }, icon("down"), "More options");
  const look = () => {
    const goesOn = box.scrollTop + box.clientHeight < box.scrollHeight - 1;
    box.classList.toggle("has-more", goesOn);
    more.hidden = !goesOn;
  };
  box.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(box);
  return [box, more];
}

/** Booleans are sent as such, people, channels and roles by their id. */
function converted(option, value) {
  if (option.type === 5) return value === "true";
  return option.type >= 6 && option.type <= 9 ? { id: value } : value;
}

function optionField(option, form) {
  const store = form.app.store;
  const common = { label: option.name, hint: option.description, required: Boolean(option.required), testid: `command-option-${option.name}` };
  if (option.type === 11) return fileField(common);
  if (option.choices?.length) return choiceField({ ...common, choices: option.choices.map(({ name, value }) => ({ label: name, value })) });
  if (option.type === 5) return choiceField({ ...common, choices: [{ label: "Yes", value: "true" }, { label: "No", value: "false" }] });
  if (option.type >= 6 && option.type <= 9) return entityField(option, common, store);
  if (option.autocomplete) return withSuggestions(option, common, form);
  if (option.type === 4 || option.type === 10) {
    return numberField({ ...common, whole: option.type === 4, least: option.min_value, most: option.max_value });
  }
  return textField({ ...common, least: option.min_length, most: option.max_length });
}

const SELECT_OF = { 6: 5, 7: 8, 8: 6, 9: 7 };

function entityField(option, common, store) {
  const component = { type: SELECT_OF[option.type], channel_types: option.channel_types };
  return choiceField({ ...common, choices: choicesOf(component, store) });
}

function withSuggestions(option, common, form) {
  const made = textField(common);
  const ask = async (text) => {
    const act = { kind: "autocomplete", channel_id: form.channelId, name: form.command.name, option: option.name, value: text, options: form.values() };
    return (await form.app.ask(act))?.choices ?? [];
  };
  const chosen = suggest(made, ask);
  const number = option.type === 4 || option.type === 10;
  const read = () => {
    const value = chosen() ?? made.control.value;
    return number && value !== "" ? Number(value) : value;
  };
  return { ...made, read };
}
