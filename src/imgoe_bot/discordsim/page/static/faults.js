// The fault panel: what can go wrong at the press of a button, beside the chat.

import * as api from "./api.js";
import { attempt } from "./attempt.js";
import { h, iconButton } from "./dom.js";
import { toast } from "./toast.js";

const HEAL = "heal";

export class FaultPanel {
  #on = [];

  constructor(app) {
    this.app = app;
    this.node = document.querySelector("#faults");
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle());
  }

  get isOpen() {
    return !this.node.hidden;
  }

  toggle() {
    this.node.hidden = this.isOpen;
    const opener = document.querySelector("[data-testid=fault-panel-open]");
    opener?.setAttribute("aria-expanded", String(this.isOpen));
    if (!this.isOpen) return opener?.focus();
    this.#draw();
    this.look();
    return this.node.querySelector("button")?.focus();
  }

  /** Ask which lasting faults are on where the person is, and show it. */
  async look() {
    const { user, current } = this.app.store;
    if (!this.isOpen || !current) return;
    const found = await api.faultsOn(user.id, current).catch(() => ({ on: [] }));
    this.#show(found.on);
  }

  #draw() {
    const faults = this.app.store.faults.filter((fault) => fault.name !== HEAL);
    const heal = this.app.store.faults.find((fault) => fault.name === HEAL);
    const close = iconButton("close", "Close faults", () => this.toggle());
    this.node.replaceChildren(
      h(
        "div",
        { class: "faults-head" },
        h("div", { class: "faults-title" }, h("h2", {}, "Faults"), close),
        h("p", { class: "quiet" }, "Give the bot a bad day and watch it cope."),
        heal && this.#button(heal),
      ),
      ...[...Map.groupBy(faults, (fault) => fault.group)].map(([name, list]) => h("section", {}, h("h3", {}, name), ...list.map((fault) => this.#button(fault)))),
    );
    this.#show(this.#on);
  }

  #button(fault) {
    return h(
      "button",
      { type: "button", class: fault.name === HEAL ? "fault is-heal" : "fault", "aria-pressed": fault.lasting ? "false" : null, data: { testid: `fault-${fault.name}`, fault: fault.name }, on: { click: () => this.#press(fault) } },
      h("span", {}, fault.label),
      h("span", { class: "quiet" }, fault.hint),
    );
  }

  async #press(fault) {
    const { user, current } = this.app.store;
    const answer = await attempt(api.fault(user.id, current, fault.name));
    if (!answer) return;
    const ended = fault.lasting && !answer.on.includes(fault.name);
    toast(`${fault.label}: ${ended ? "over" : lowerFirst(fault.hint)}`);
    this.#show(answer.on);
  }

  #show(on) {
    this.#on = on;
    for (const button of this.node.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(on.includes(button.dataset.fault)));
  }
}

const lowerFirst = (text) => text[0].toLowerCase() + text.slice(1);
