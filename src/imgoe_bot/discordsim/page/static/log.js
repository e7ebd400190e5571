// The message log of the open channel: keeps its place, follows the newest, greets when empty.

import * as api from "./api.js";
import { isForum } from "./channels.js";
import { avatar, h, icon } from "./dom.js";
import { forumView } from "./forum.js";
import { isEphemeral, messageNode } from "./message.js";
import { dayLabel, messageTime, sameDay } from "./times.js";

const NEAR_END_PX = 120;
const NEAR_BEGINNING_PX = 300;
const TOGETHER_MS = 5 * 60 * 1000;

export class Log {
  constructor(app) {
    this.app = app;
    this.inner = h("div", { class: "log-inner" });
    this.node = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": "Messages" }, this.inner);
    this.jump = h("button", { type: "button", class: "jump-down", hidden: true, on: { click: () => this.#toEnd() } }, "New messages", icon("down"));
    this.node.addEventListener("scroll", () => this.#nearEnd() && (this.jump.hidden = true), { passive: true });
    // Pictures that load late push the end away, an open form or tray covers it; stay there if we were.
    const follow = new ResizeObserver(() => this.stick && this.#toEnd());
    for (const node of [this.inner, this.node]) follow.observe(node);
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Everything anew: another channel, another person, a fresh snapshot. */
  drawAll() {
    const { store } = this.app;
    const channel = store.channel();
    if (isForum(channel)) return this.inner.replaceChildren(forumView(channel, this.app));
    const list = store.messages();
    this.node.setAttribute("aria-label", channel ? `Messages in ${channel.name}` : "Messages");
    const nodes = list.flatMap((message, index) => this.#withDay(message, list[index - 1]));
    const greeting = isUntouched(list, channel) ? [emptyState(channel, this.app)] : [];
    this.inner.replaceChildren(...greeting, ...nodes);
    this.jump.hidden = true;
    return this.#toEnd();
  }

  /** What is further back comes as one scrolls there; what one looks at stays where it is. */
  async #loadOlder() {
    const { store } = this.app;
    const channelId = store.current;
    const first = store.messages()[0];
    if (this.loading || !first || store.isWhole()) return;
    this.loading = true;
    const found = await api.older(store.user.id, channelId, first.id).catch(() => null);
    this.loading = false;
    if (!found || store.current !== channelId) return;
    store.addOlder(channelId, found.messages);
    const fromEnd = this.node.scrollHeight - this.node.scrollTop;
    this.drawAll();
    this.stick = false;
    this.node.scrollTop = this.node.scrollHeight - fromEnd;
  }

  #scrolled() {
    const fits = this.node.scrollHeight <= this.node.clientHeight;
    this.stick = this.#nearEnd();
    if (!fits && this.node.scrollTop < NEAR_BEGINNING_PX) this.#loadOlder();
  }

  arrived(message) {
    if (message.channel_id !== this.app.store.current) return;
    const mine = [message.author?.id, message.interaction_metadata?.user?.id].includes(this.app.store.user?.id);
    const follow = this.#nearEnd() || mine || isEphemeral(message);
    const list = this.app.store.messages();
    const at = list.findIndex((one) => one.id === message.id);
    if (!isUntouched(list, this.app.store.channel())) this.inner.querySelector(".empty")?.remove();
    const fresh = this.#withDay(message, list[at - 1]);
    const next = list[at + 1] && this.find(list[at + 1].id);
    for (const node of fresh) next ? next.before(node) : this.inner.append(node);
    fresh.at(-1).classList.add("is-new");
    if (follow) this.#toEnd();
    else this.jump.hidden = false;
  }

  changed(message) {
    const old = this.find(message.id);
    if (!old || message.channel_id !== this.app.store.current) return;
    const list = this.app.store.messages();
    const at = list.findIndex((one) => one.id === message.id);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const fresh = messageNode(message, this.app, { follows: this.#follows(message, list[at - 1]) });
    keepShown(old, fresh);
    old.replaceWith(fresh);
    if (held) sameControl(held, fresh).focus({ preventScroll: true });
    if (this.stick) this.#toEnd();
  }

  removed({ channelId, id }) {
    if (channelId !== this.app.store.current) return;
    const node = this.find(id);
    if (!node) return;
    if (node.contains(document.activeElement)) this.node.focus({ preventScroll: true });
    node.remove();
    if (isUntouched(this.app.store.messages(), this.app.store.channel())) this.drawAll();
    else this.#regroup();
  }

  find(id) {
    return this.inner.querySelector(`#message-${CSS.escape(id)}`);
  }

  jumpTo(id) {
    const node = this.find(id);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    node.classList.remove("is-found");
    requestAnimationFrame(() => node.classList.add("is-found"));
  }

  /** The first message after a removed one may need its head back. */
  #regroup() {
    const list = this.app.store.messages();
    list.forEach((message, index) => {
      const node = this.find(message.id);
      const follows = this.#follows(message, list[index - 1]);
      if (node && node.classList.contains("is-following") !== follows) this.changed(message);
    });
  }

  #withDay(message, before) {
    const date = messageTime(message);
    const node = messageNode(message, this.app, { follows: this.#follows(message, before) });
    if (before && sameDay(messageTime(before), date)) return [node];
    return [h("div", { class: "day" }, h("span", {}, dayLabel(date))), node];
  }

  #follows(message, before) {
    if (!before || before.author?.id !== message.author?.id || isEphemeral(before) || isEphemeral(message)) return false;
    if (message.message_reference || message.interaction || message.interaction_metadata) return false;
    const apart = messageTime(message) - messageTime(before);
    return apart < TOGETHER_MS && sameDay(messageTime(message), messageTime(before));
  }

  #nearEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.stick = true;
    this.jump.hidden = true;
    this.node.scrollTop = this.node.scrollHeight;
  }
}

/** Spoilers somebody opened stay open when the message is drawn again. */
function keepShown(old, fresh) {
  const was = [...old.querySelectorAll(".covered, .spoiler")];
  const now = [...fresh.querySelectorAll(".covered, .spoiler")];
  if (was.length !== now.length) return;
  was.forEach((node, index) => {
    if (!node.classList.contains("is-shown")) return;
    (now[index].querySelector(":scope > .cover") ?? now[index]).click();
  });
}

function sameControl(held, fresh) {
  const { customId, testid } = held.dataset;
  const match = (node) => node.dataset.customId === customId && node.dataset.testid === testid && !node.disabled;
  return [...fresh.querySelectorAll("button, a")].find(match) ?? fresh;
}

/** Nobody but the app has said anything here yet; in a direct conversation, not even the app. */
const isUntouched = (list, channel) => list.every((one) => isEphemeral(one) || (channel?.guild && one.author?.bot));

function emptyState(channel, app) {
  if (!channel) return h("div", { class: "empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, "Choose a channel on the left."));
  if (!channel.guild) {
    return h("div", { class: "empty" }, avatar(channel.recipient ?? { name: channel.name, bot: true }, "huge"), h("h2", {}, channel.name), h("p", {}, "Messages the app sends only to you arrive here."));
  }
  return h(
    "div",
    { class: "empty" },
    h("div", { class: "empty-picture" }, icon("picture")),
    h("h2", {}, "Drop a picture here"),
    h("p", {}, "Drag one onto this window, paste it, or press + below."),
    h(
      "ul",
      { class: "hints" },
      h("li", {}, h("button", { type: "button", class: "hint-button", on: { click: () => app.startCommand() } }, h("kbd", {}, "/"), "lists every command")),
      h("li", {}, h("button", { type: "button", class: "hint-button", on: { click: () => app.pickFiles() } }, icon("plus"), "chooses a file")),
    ),
  );
}
