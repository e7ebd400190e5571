// The composition root of the page: one store, one socket, the views, and what links them.

import * as actions from "./actions.js";
import * as api from "./api.js";
import { Composer, dropOn } from "./composer.js";
import { channelIcon, isForum } from "./channels.js";
import { displayName, h, icon, iconButton } from "./dom.js";
import { FaultPanel } from "./faults.js";
import { Log } from "./log.js";
import { openModal } from "./modal.js";
import { Settling } from "./settling.js";
import { Sidebar } from "./sidebar.js";
import { Socket } from "./socket.js";
import { Store } from "./state.js";
import { applyStoredTheme } from "./theme.js";
import { refreshTimes } from "./times.js";
import { toast } from "./toast.js";

const REFRESH_TIMES_MS = 15000;
const NO_ANSWER = "The app did not respond in time";

class App {
  store = new Store();
  #replying = null;
  #awaited = null;
  #settling = new Settling();

  constructor() {
    this.markup = { people: this.store, open: (id) => this.open(id) };
    this.socket = new Socket({ onFrame: (frame) => this.#frame(frame), onStatus: (status) => this.#status(status) });
    this.sidebar = new Sidebar(this);
    this.log = new Log(this);
    this.composer = new Composer(this);
    this.faults = new FaultPanel(this);
    this.main = document.querySelector("#chat");
    this.header = document.querySelector("#chat-header");
    this.replyBar = h("div", { class: "reply-bar", hidden: true });
    this.typing = h("div", { class: "typing", "aria-live": "polite" });
    this.main.querySelector("#chat-body").append(this.log.node, this.log.jump, this.replyBar, this.composer.node, this.typing);
    this.#wire();
    this.socket.become(sessionStorage.getItem("person"));
  }

  open(channelId) {
    this.endReply();
    this.store.open(channelId);
    document.body.classList.remove("shows-sidebar");
    if (matchMedia("(hover: hover)").matches) this.composer.input.focus();
  }

  /** A place that was just made: it is opened once the directory tells of it. */
  openSoon(channelId) {
    this.#awaited = channelId;
    this.#openAwaited();
  }

  #openAwaited() {
    if (!this.#awaited || !this.store.channel(this.#awaited)) return;
    const id = this.#awaited;
    this.#awaited = null;
    this.open(id);
  }

  become(personId) {
    sessionStorage.setItem("person", personId);
    this.endReply();
    this.store.current = null;
    this.socket.become(personId);
  }

  /** Acts for the person; resolves to what went wrong (shown unless quiet), null when all is well. */
  async interact(act, files = [], { quiet = false, settle = false } = {}) {
    try {
      const { interaction_id: id } = await api.interact(this.store.user.id, act, files);
      const ok = !settle || (await this.#settling.wait(id));
      return ok ? null : NO_ANSWER;
    } catch (error) {
      if (!quiet) toast(error.message, { problem: true });
      return error.message;
    }
  }

  ask(act) {
    return api.interact(this.store.user.id, act).catch(() => null);
  }

  react = (message, emoji, on) => actions.react(message, emoji, on, this);
  messageMenu = (message, from, point) => actions.messageMenu(message, this, from, point);
  reactionMenu = (message, from) => actions.reactionMenu(message, this, from);
  jumpTo = (id) => this.log.jumpTo(id);
  refreshDirectory = () => this.socket.wantDirectory();
  pickFiles = () => this.composer.file.click();

  startCommand() {
    this.composer.input.value = "/";
    this.composer.input.focus();
    this.composer.input.dispatchEvent(new Event("input"));
  }

  editLast() {
    const own = this.store.messages().filter((one) => one.author?.id === this.store.user?.id);
    if (own.length) actions.editDialog(own.at(-1), this);
  }

  reply(message) {
    this.#replying = message;
    const end = iconButton("close", "Do not reply", () => this.endReply());
    this.replyBar.replaceChildren(icon("reply"), h("span", {}, "Replying to ", h("b", {}, displayName(message.author))), end);
    this.replyBar.hidden = false;
    this.composer.input.focus();
  }

  replyTo() {
    return this.#replying?.id ?? null;
  }

  endReply() {
    this.#replying = null;
    this.replyBar.hidden = true;
  }

  #frame(frame) {
    if (!this.store.apply(frame)) this.refreshDirectory();
  }

  #wire() {
    const on = (type, run) => this.store.addEventListener(type, ({ detail }) => run(detail));
    on("snapshot", () => this.#drawAll());
    on("open", () => this.#drawChannel());
    on("sidebar", () => this.#drawDirectory());
    on("arrived", ({ message }) => this.log.arrived(message));
    on("changed", ({ message }) => this.log.changed(message));
    on("removed", (detail) => this.log.removed(detail));
    on("typing", () => this.#drawTyping());
    on("modal", (modal) => openModal(modal, this));
    on("settled", ({ id, ok }) => {
      this.#settling.end(id, ok);
      if (!ok) toast(NO_ANSWER, { problem: true });
    });
    on("unknown-channel", () => this.refreshDirectory());
    dropOn(this.main, (files) => isForum(this.store.channel()) || this.composer.addFiles(files));
    this.main.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    this.#sidebarOnPhones();
    setInterval(() => refreshTimes(this.main), REFRESH_TIMES_MS);
    document.addEventListener("visibilitychange", () => !document.hidden && this.store.markRead());
  }

  #contextMenu(event) {
    const node = event.target.closest(".message");
    if (!node || event.target.closest("a, img, video, input, textarea") || getSelection()?.toString()) return;
    const message = this.store.message(this.store.current, node.dataset.messageId);
    if (!message) return;
    event.preventDefault();
    const byKey = event.clientX === 0 && event.clientY === 0;
    this.messageMenu(message, node.querySelector("[data-testid=message-menu]") ?? node, byKey ? null : { x: event.clientX, y: event.clientY });
  }

  #sidebarOnPhones() {
    const shade = document.querySelector("#shade");
    shade.addEventListener("click", () => document.body.classList.remove("shows-sidebar"));
    addEventListener("keydown", (event) => event.key === "Escape" && document.body.classList.remove("shows-sidebar"));
  }

  #drawAll() {
    sessionStorage.setItem("person", this.store.user.id);
    this.sidebar.draw();
    this.#drawChannel();
    this.#drawTyping();
  }

  #drawChannel() {
    const channel = this.store.channel();
    this.#drawHeader(channel);
    this.composer.turnTo(channel);
    this.log.drawAll();
    this.faults.look();
  }

  #drawDirectory() {
    this.sidebar.draw();
    this.#drawHeader(this.store.channel());
    if (isForum(this.store.channel())) this.log.drawAll();
    this.composer.showCommands();
    this.composer.showStickers(this.store.channel());
    this.#openAwaited();
  }

  #drawHeader(channel) {
    const menu = iconButton("menu", "Channels", () => this.#showSidebar(), { class: "icon-button only-narrow", data: { testid: "show-sidebar" } });
    const title = h("h1", {}, channel?.name ?? "Loopback");
    const topic = h("p", { class: "topic quiet" }, channel?.topic || (channel && !channel.guild ? "Between you and the app" : channel?.guild?.name) || "");
    const faults = iconButton("bolt", "Faults", () => this.faults.toggle(), { "aria-expanded": String(this.faults.isOpen), data: { testid: "fault-panel-open" } });
    this.header.replaceChildren(menu, icon(channelIcon(channel)), title, topic, faults);
  }

  #showSidebar() {
    document.body.classList.add("shows-sidebar");
    (document.querySelector("#sidebar .is-open") ?? document.querySelector("#sidebar button"))?.focus();
  }

  #drawTyping() {
    const names = this.store.typing().map(displayName);
    const text = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
    if (this.typing.textContent !== text) this.typing.textContent = text;
  }

  #status(status) {
    const line = document.querySelector("#connection");
    document.body.dataset.connection = status;
    line.textContent = status === "lost" ? "Connection lost. Trying again…" : "";
  }
}

applyStoredTheme();
window.addEventListener("DOMContentLoaded", () => new App());
