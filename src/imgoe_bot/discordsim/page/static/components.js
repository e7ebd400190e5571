// Message components: buttons, select menus, and the layout blocks of Components V2.

import { h, icon, safeUrl } from "./dom.js";
import { colour } from "./embeds.js";
import { markdown } from "./markdown.js";
import { covered, fileCard, gallery, kindOf, picture } from "./media.js";
import { selectMenu } from "./select.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** Nodes for a message's components; app acts for the person. */
export function components(message, app) {
  const build = (list) => (list ?? []).map((one) => BLOCKS[one.type]?.(one, { message, app, build }) ?? null).filter(Boolean);
  return build(message.components);
}

const row = (one, context) => h("div", { class: "component-row" }, ...context.build(one.components));

function emojiOf(emoji) {
  return emoji?.name ? h("span", { class: "emoji", "aria-hidden": emoji.id ? null : "true" }, emoji.id ? `:${emoji.name}:` : emoji.name) : null;
}

function button(one, { message, app }) {
  const style = STYLES[one.style] ?? "secondary";
  const props = { class: `button button-${style}`, data: { testid: "component-button", customId: one.custom_id ?? "" } };
  const inside = [emojiOf(one.emoji), one.label && h("span", {}, one.label)];
  if (style === "link") return linkButton(one, props, inside);
  const node = h("button", { type: "button", disabled: one.disabled, ...props }, ...inside);
  if (!one.label) node.setAttribute("aria-label", one.emoji?.name ?? "Button");
  const act = { kind: "click", channel_id: message.channel_id, message_id: message.id, custom_id: one.custom_id };
  node.addEventListener("click", () => busyWhile(node, () => app.interact(act, [], { settle: true })));
  return node;
}

function linkButton(one, props, inside) {
  const href = safeUrl(one.url);
  if (!href || one.disabled) return h("button", { type: "button", disabled: true, ...props }, ...inside);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...props }, ...inside, icon("open"));
}

async function busyWhile(node, act) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  await act();
  node.removeAttribute("aria-busy");
}

function select(one, { message, app }) {
  const sent = (value) => (one.type === 3 ? value : { id: value });
  const chosen = (values) => app.interact({ kind: "select", channel_id: message.channel_id, message_id: message.id, custom_id: one.custom_id, values: values.map(sent) });
  return selectMenu(one, app.store, chosen);
}

const text = (one, { app }) => h("div", { class: "markup text-display" }, ...markdown(one.content, app.markup));

function section(one, context) {
  const accessory = one.accessory ? context.build([one.accessory]) : [];
  return h("div", { class: "section" }, h("div", { class: "section-text" }, ...context.build(one.components)), h("div", { class: "section-side" }, ...accessory));
}

const NOT_FOUND = 3;

function mediaItem(one) {
  const media = one.media ?? {};
  return {
    url: media.loading_state === NOT_FOUND ? "" : media.url,
    alt: one.description ?? "",
    name: "",
    kind: kindOf({ content_type: media.content_type, url: media.url ?? "" }) === "clip" ? "clip" : "picture",
    width: media.width || undefined,
    height: media.height || undefined,
    spoiler: Boolean(one.spoiler),
  };
}

const mediaGallery = (one) => gallery((one.items ?? []).map(mediaItem));

function thumbnail(one) {
  const box = h("div", { class: "thumbnail" }, picture(mediaItem(one)));
  return one.spoiler ? covered(box) : box;
}

function file(one) {
  const card = fileCard({ ...one.file, filename: one.name, size: one.size });
  return one.spoiler ? covered(card) : card;
}

const separator = (one) => h(one.divider === false ? "div" : "hr", { class: one.spacing === 2 ? "separator is-wide" : "separator" });

function container(one, context) {
  const box = h("div", { class: "container-block", data: { testid: "container" } }, ...context.build(one.components));
  if (one.accent_color !== null && one.accent_color !== undefined) box.style.setProperty("--bar", colour(one.accent_color));
  return one.spoiler ? covered(box) : box;
}

const BLOCKS = {
  1: row,
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: text,
  11: thumbnail,
  12: mediaGallery,
  13: file,
  14: separator,
  17: container,
};
