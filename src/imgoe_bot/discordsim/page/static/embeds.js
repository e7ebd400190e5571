// Embeds as cards; those that share one url become one card with a gallery of up to four.

import { h, outsideLink, safeUrl } from "./dom.js";
import { inline } from "./inline.js";
import { markdown } from "./markdown.js";
import { covered, gallery, picture } from "./media.js";
import { clock } from "./times.js";

const GALLERY_LIMIT = 4;

/** All embeds of a message as nodes. hidden: the addresses that its text shows in spoilers. */
export function embeds(list, context, hidden = []) {
  const one = (embed) => (hidden.includes(safeUrl(embed.url)) ? covered(card(embed, context)) : card(embed, context));
  return merged(list).map(one);
}

function merged(list) {
  const out = [];
  for (const embed of list) {
    const host = embed.url && seen(embed.image) && out.find((one) => one.url === embed.url && one.pictures.length);
    if (host && host.pictures.length < GALLERY_LIMIT) host.pictures.push(embed.image);
    else if (!host) out.push({ ...embed, pictures: seen(embed.image) ? [embed.image] : [] });
  }
  return out;
}

// Discord shows nothing of a picture it could not load: 0×0.
const seen = (picture) => Boolean(picture) && picture.width !== 0;

function card(embed, context) {
  const box = h("div", { class: "embed", data: { testid: "embed" } });
  const title = embed.title ? titleText(embed.title, context) : [];
  const name = h("span", {}, ...title).textContent;
  if (embed.color !== null && embed.color !== undefined) box.style.setProperty("--bar", colour(embed.color));
  const body = h(
    "div",
    { class: "embed-body" },
    embed.provider?.name && h("p", { class: "embed-provider" }, embed.provider.name),
    embed.author && author(embed.author),
    embed.title && h("p", { class: "embed-title" }, embed.url ? outsideLink(embed.url, ...title) : title),
    embed.description && h("div", { class: "embed-text markup" }, ...markdown(embed.description, context)),
    embed.fields?.length && fields(embed.fields, context),
  );
  const thumb = seen(embed.thumbnail) && h("div", { class: "embed-thumb" }, picture({ ...sized(embed.thumbnail), name }));
  box.append(h("div", { class: "embed-top" }, body, thumb));
  if (embed.pictures.length) box.append(gallery(embed.pictures.map((one) => ({ ...sized(one), name, kind: "picture" }))));
  if (embed.footer || embed.timestamp) box.append(footer(embed));
  return box;
}

const sized = ({ url, width, height }) => ({ url, width: width || undefined, height: height || undefined });

export const colour = (number) => `#${Number(number).toString(16).padStart(6, "0")}`;

// A title may be a link as a whole, so nothing in it can be pressed.
const titleText = (text, context) => inline(text, { ...context, plain: true, title: true });

function author({ name, url, icon_url: image }) {
  const src = image && safeUrl(image);
  return h("p", { class: "embed-author" }, src && h("img", { src, alt: "" }), url ? outsideLink(url, name) : name);
}

function fields(list, context) {
  const one = (field) =>
    h(
      "div",
      { class: field.inline ? "field field-inline" : "field" },
      h("dt", {}, ...titleText(field.name, context)),
      h("dd", { class: "markup" }, ...markdown(field.value, context)),
    );
  return h("dl", { class: "fields" }, ...list.map(one));
}

function footer({ footer: foot, timestamp }) {
  const date = timestamp && new Date(timestamp);
  const src = foot?.icon_url && safeUrl(foot.icon_url);
  return h("p", { class: "embed-footer" }, src && h("img", { src, alt: "" }), foot?.text, foot?.text && date && " · ", date && clock(date));
}
