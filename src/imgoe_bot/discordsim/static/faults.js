// The fault panel: what can go wrong at the press of a button, beside the chat.

import { attempt } from "./actions.js";
import * as api from "./api.js";
import { h, iconButton } from "./dom.js";
import { toast } from "./toast.js";

export class FaultPanel {
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
    return this.node.querySelector("button")?.focus();
  }

  #draw() {
    const groups = Map.groupBy(this.app.store.faults, (fault) => fault.group);
    const close = iconButton("close", "Close faults", () => this.toggle());
    this.node.replaceChildren(
      h("div", { class: "faults-head" }, h("h2", {}, "Faults"), close),
      h("p", { class: "quiet" }, "Give the bot a bad day and watch it cope."),
      ...[...groups].map(([name, faults]) => h("section", {}, h("h3", {}, name), ...faults.map((fault) => this.#button(fault)))),
    );
  }

  #button(fault) {
    const click = async () => {
      const { user, current } = this.app.store;
      if (await attempt(api.fault(user.id, current, fault.name))) toast(fault.label);
    };
    return h(
      "button",
      { type: "button", class: "fault", data: { testid: `fault-${fault.name}` }, on: { click } },
      h("span", {}, fault.label),
      h("span", { class: "quiet" }, fault.hint),
    );
  }
}
