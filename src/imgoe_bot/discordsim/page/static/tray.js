// Files waiting to be sent: previews with spoiler, alt text and remove.

import { fileSize, freshId, h, icon, iconButton } from "./dom.js";

const MOST = 10;

export class Tray {
  #items = [];

  constructor({ onChange }) {
    this.onChange = onChange;
    this.node = h("ul", { class: "tray", "aria-label": "Files to send", hidden: true, data: { testid: "tray" } });
  }

  get items() {
    return this.#items.map(({ file, spoiler, description }) => ({ file, spoiler, description }));
  }

  /** Returns how many did not fit. */
  add(files) {
    const room = MOST - this.#items.length;
    const taken = [...files].slice(0, room);
    for (const file of taken) this.#items.push(this.#item(file));
    this.#changed();
    return Math.max([...files].length - room, 0);
  }

  clear() {
    this.#items.forEach(({ url }) => url && URL.revokeObjectURL(url));
    this.#items = [];
    this.#changed();
  }

  #changed() {
    this.node.hidden = !this.#items.length;
    this.node.replaceChildren(...this.#items.map(({ node }) => node));
    this.onChange();
  }

  #item(file) {
    const url = /^(image|video)\//.test(file.type) ? URL.createObjectURL(file) : null;
    const item = { file, url, spoiler: false, description: "" };
    item.node = this.#card(item);
    return item;
  }

  #card(item) {
    const { file } = item;
    const hide = iconButton("eye", `Mark ${file.name} as a spoiler`, () => this.#toggleSpoiler(item, hide), { "aria-pressed": "false" });
    const describe = iconButton("edit", `Describe ${file.name}`, () => {
      alt.hidden = false;
      alt.focus();
    });
    const remove = iconButton("trash", `Remove ${file.name}`, () => this.#remove(item), { data: { testid: "tray-remove" } });
    const alt = h("input", {
      class: "input tray-alt",
      id: freshId("alt"),
      "aria-label": `Description of ${file.name}`,
      placeholder: "Description (alt text)",
      maxlength: 1024,
      hidden: true,
      on: { input: () => (item.description = alt.value) },
    });
    return h(
      "li",
      { class: "tray-item" },
      h("div", { class: "tray-picture" }, preview(item)),
      h("div", { class: "tray-tools" }, hide, describe, remove),
      h("div", { class: "tray-name", title: file.name }, file.name),
      h("div", { class: "quiet" }, fileSize(file.size)),
      alt,
    );
  }

  #toggleSpoiler(item, button) {
    item.spoiler = !item.spoiler;
    button.setAttribute("aria-pressed", String(item.spoiler));
    item.node.classList.toggle("is-spoiler", item.spoiler);
  }

  #remove(item) {
    const at = this.#items.indexOf(item);
    if (item.url) URL.revokeObjectURL(item.url);
    this.#items.splice(at, 1);
    this.#changed();
    const next = this.#items[Math.min(at, this.#items.length - 1)];
    next?.node.querySelector("[data-testid=tray-remove]").focus();
  }
}

function preview({ file, url }) {
  if (url && file.type.startsWith("image/")) return h("img", { src: url, alt: "" });
  if (url) return h("video", { src: url, muted: true, "aria-hidden": "true", tabindex: "-1" });
  return icon("file");
}
