// The left column: servers with their channels, direct messages, who one is.

import { channelIcon, isThread } from "./channels.js";
import { avatar, displayName, h, icon } from "./dom.js";
import { themeSwitch } from "./theme.js";

const CATEGORY = 4;

export class Sidebar {
  constructor(app) {
    this.app = app;
    this.places = h("div", { class: "places" });
    this.person = h("select", { id: "person-switch", "aria-label": "You are", data: { testid: "person-switch" } });
    this.face = h("span", { class: "face" });
    this.person.addEventListener("change", () => app.become(this.person.value));
    this.node = document.querySelector("#sidebar");
    this.node.append(
      h("div", { class: "brand" }, icon("thread"), h("span", {}, "Loopback"), h("span", { class: "brand-note" }, "local simulator")),
      this.places,
      h("div", { class: "me" }, this.face, h("label", { class: "me-name", for: "person-switch" }, h("span", { class: "quiet" }, "You are"), this.person), themeSwitch()),
    );
  }

  draw() {
    const { store } = this.app;
    const held = document.activeElement?.dataset?.channelId;
    const guilds = store.guilds.map((guild) => this.#guild(guild));
    const dms = h("nav", { class: "place", "aria-label": "Direct messages" }, h("h2", {}, "Direct messages"), h("ul", {}, ...store.dms.map((one) => this.#row(one, true))));
    this.places.replaceChildren(...guilds, ...(store.dms.length ? [dms] : []));
    if (held) this.places.querySelector(`[data-channel-id="${CSS.escape(held)}"]`)?.focus();
    this.#people();
    this.#title();
  }

  #people() {
    const { store } = this.app;
    this.face.replaceChildren(avatar(store.user ?? { name: "?" }));
    const label = (one) => (one.note ? `${displayName(one)} (${one.note})` : displayName(one));
    this.person.replaceChildren(...store.people.map((one) => h("option", { value: one.id }, label(one))));
    if (store.user) this.person.value = store.user.id;
  }

  #guild(guild) {
    const rows = ordered(guild.channels).map((channel) => this.#row(channel, false));
    return h("nav", { class: "place", "aria-label": guild.name, data: { guildName: guild.name } }, h("h2", {}, guild.name), h("ul", {}, ...rows));
  }

  #row(channel, isDm) {
    if (channel.type === CATEGORY) return h("li", { class: "category" }, channel.name);
    const { store } = this.app;
    const count = store.unread(channel.id);
    const here = channel.id === store.current;
    const badge = count > 0 && h("span", { class: isDm ? "unread is-loud" : "unread" }, String(count), h("span", { class: "visually-hidden" }, " unread"));
    const button = h(
      "button",
      {
        type: "button",
        class: ["channel", here && "is-open", count > 0 && "is-unread", isThread(channel) && "is-thread"].filter(Boolean).join(" "),
        "aria-current": here ? "page" : null,
        data: { testid: isDm ? "dm" : "channel", channelName: channel.name ?? "", channelId: channel.id },
        on: { click: () => this.app.open(channel.id) },
      },
      isDm ? avatar(channel.recipient ?? { name: channel.name, bot: true }, "small") : icon(channelIcon(channel)),
      h("span", { class: "channel-name" }, channel.name),
      channel.nsfw && h("span", { class: "tag" }, "18+"),
      badge,
    );
    return h("li", {}, button);
  }

  #title() {
    const { store } = this.app;
    const total = store.dms.reduce((sum, one) => sum + store.unread(one.id), 0);
    const place = store.channel()?.name;
    document.title = `${total ? `(${total}) ` : ""}${place ? `${place} · ` : ""}Loopback`;
  }
}

/** Threads below their parent, channels below their category. */
function ordered(channels) {
  const under = (id) => channels.filter((one) => one.parent_id === id);
  const top = channels.filter((one) => !one.parent_id || !channels.some((other) => other.id === one.parent_id));
  const nest = (one) => [one, ...under(one.id).flatMap(nest)];
  const loose = top.filter((one) => one.type !== CATEGORY);
  return [...loose, ...top.filter((one) => one.type === CATEGORY)].flatMap(nest);
}
