// The composer: text, files by picker, drop or paste, and the way into slash commands.

import * as api from "./api.js";
import { attempt } from "./attempt.js";
import { isForum } from "./channels.js";
import { h, icon, iconButton } from "./dom.js";
import { CommandForm, CommandList, matching, slashCommands } from "./commands.js";
import { chooseSticker } from "./stickers.js";
import { toast } from "./toast.js";
import { Tray } from "./tray.js";

const TALLEST_PX = 220;

export class Composer {
  #form = null;
  #sending = false;

  constructor(app) {
    this.app = app;
    this.tray = new Tray({ onChange: () => this.#ready() });
    this.input = h("textarea", {
      id: "composer-text",
      rows: 1,
      maxlength: 4000,
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-label": "Message",
      data: { testid: "composer-text" },
    });
    this.file = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", "aria-label": "Attach files", data: { testid: "composer-file" } });
    this.list = new CommandList({ input: this.input, onChoose: (command) => this.#choose(command) });
    this.send = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send", data: { testid: "send" } }, icon("send"));
    this.attach = iconButton("plus", "Attach files", () => this.file.click());
    this.stickers = iconButton("sticker", "Send a sticker", () => this.#chooseSticker(), { hidden: true, data: { testid: "sticker-open" } });
    this.slot = h("div", { class: "command-slot" });
    this.line = h("div", { class: "composer-line" }, this.attach, this.input, this.stickers, this.send);
    this.box = h("div", { class: "composer-box" }, this.tray.node, this.slot, this.line);
    this.node = h("div", { class: "composer" }, this.list.node, this.list.status, this.box, this.file);
    this.#listen();
    this.#ready();
  }

  /** Another channel: the draft goes with the old one. */
  turnTo(channel) {
    this.#endCommand();
    this.node.hidden = isForum(channel);
    const place = channel ? (channel.guild ? `#${channel.name}` : `@${channel.name}`) : "";
    const hint = matchMedia("(max-width: 760px)").matches ? "" : ", or / for commands";
    this.input.placeholder = channel ? `Message ${place}${hint}` : "Choose a channel";
    this.input.setAttribute("aria-label", channel ? `Message ${place}` : "Message");
    this.input.disabled = !channel;
    this.showStickers(channel);
  }

  /** A server's stickers can be sent in it. */
  showStickers(channel) {
    this.stickers.hidden = Boolean(this.#form) || !channel?.guild?.stickers?.length;
  }

  #chooseSticker() {
    const { store } = this.app;
    const send = (id) => attempt(api.say(store.user.id, store.current, "", [], { replyTo: this.app.replyTo(), stickers: [id] })).then((sent) => sent && this.app.endReply());
    chooseSticker(store.channel().guild.stickers, this.stickers, send);
  }

  addFiles(files) {
    const list = [...files];
    if (!list.length) return;
    if (this.#form?.takeFiles(list)) return;
    const left = this.tray.add(list);
    if (left) toast(`A message holds 10 files; ${left} left out`, { problem: true });
    this.input.focus();
  }

  #listen() {
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.list.hide());
    this.input.addEventListener("paste", (event) => this.#paste(event));
    this.send.addEventListener("click", () => this.#submit());
    this.file.addEventListener("change", () => {
      this.addFiles(this.file.files);
      this.file.value = "";
    });
  }

  #typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST_PX)}px`;
    this.#ready();
    const text = this.input.value;
    if (!/^\/[^\n]*$/.test(text)) return this.list.hide();
    if (text === "/") this.app.refreshDirectory();
    return this.showCommands();
  }

  /** Draw the list for what is typed; also when the commands themselves changed. */
  showCommands() {
    const text = this.input.value;
    if (!text.startsWith("/") || this.#form || document.activeElement !== this.input) return;
    const all = slashCommands(this.app.store.commandsHere());
    const exact = text.endsWith(" ") && all.filter((one) => `/${one.name} ` === text);
    if (exact && exact.length === 1) this.#choose(exact[0]);
    else this.list.show(matching(all, text.slice(1)));
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.list.isOpen && this.list.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    }
    if (event.key === "ArrowUp" && !this.input.value) this.app.editLast();
  }

  #paste(event) {
    const files = event.clipboardData?.files ?? [];
    if (!files.length) return;
    event.preventDefault();
    this.addFiles(files);
  }

  #choose(command) {
    this.list.hide();
    this.input.value = "";
    const done = () => {
      this.#endCommand();
      this.input.focus();
    };
    this.#form = new CommandForm({ command, channelId: this.app.store.current, app: this.app, onDone: done });
    this.slot.replaceChildren(this.#form.node);
    const waiting = this.tray.items.map(({ file }) => file);
    if (waiting.length && this.#form.takeFiles(waiting)) this.tray.clear();
    this.input.hidden = true;
    this.attach.hidden = true;
    this.stickers.hidden = true;
    this.box.classList.add("has-command");
    this.send.setAttribute("aria-label", `Run /${command.name}`);
    this.send.title = `Run /${command.name}`;
    this.#ready();
    if (this.#form.fields.length) this.#form.focus();
    else this.send.focus();
  }

  #endCommand() {
    if (!this.#form) return;
    this.#form = null;
    this.slot.replaceChildren();
    this.input.hidden = false;
    this.attach.hidden = false;
    this.showStickers(this.app.store.channel());
    this.box.classList.remove("has-command");
    this.send.setAttribute("aria-label", "Send");
    this.send.title = "Send";
    this.#typed();
  }

  #ready() {
    const something = Boolean(this.#form) || this.input.value.trim() !== "" || this.tray.items.length > 0;
    this.send.classList.toggle("is-ready", something);
  }

  async #submit() {
    if (this.#sending || !this.app.store.current) return;
    const work = this.#form ? this.#form.run() : this.#say();
    this.#busy(true);
    await work;
    this.#busy(false);
  }

  #busy(on) {
    this.#sending = on;
    this.box.setAttribute("aria-busy", String(on));
  }

  async #say() {
    const content = this.input.value.trim();
    const items = this.tray.items;
    if (!content && !items.length) return;
    try {
      await api.say(this.app.store.user.id, this.app.store.current, content, items, { replyTo: this.app.replyTo() });
    } catch (error) {
      toast(error.message, { problem: true });
      return;
    }
    this.tray.clear();
    this.input.value = "";
    this.app.endReply();
    this.#typed();
  }
}

/** Dropping anywhere on the chat: shows the zone while files hover, hands them over on drop. */
export function dropOn(zone, take) {
  let depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const show = (on) => zone.classList.toggle("is-dropping", on);
  const end = () => {
    depth = 0;
    show(false);
  };
  zone.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  zone.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || event.target.matches("input[type=file]")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  zone.addEventListener("dragleave", () => {
    depth = Math.max(depth - 1, 0);
    show(depth > 0);
  });
  zone.addEventListener("drop", (event) => {
    end();
    if (!hasFiles(event) || event.target.matches("input[type=file]")) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  // A file that misses the chat must not replace the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => !event.target.matches?.("input[type=file]") && event.preventDefault());
}
