// Pictures, clips and files: attachments, galleries, spoilers, and the viewer that enlarges them.

import { fileSize, h, icon, iconButton, outsideLink, safeUrl } from "./dom.js";

const SPOILER_FLAG = 1 << 3;
const PICTURE = /\.(png|jpe?g|gif|webp|avif|bmp)$/i;
const CLIP = /\.(mp4|webm|mov)$/i;

export const isSpoiler = (one) => Boolean((one.flags ?? 0) & SPOILER_FLAG) || /^SPOILER_/.test(one.filename ?? "");

export function kindOf({ content_type: type, filename = "", url = "" }) {
  const name = filename || url.split("?")[0];
  if (type?.startsWith("image/") && type !== "image/svg+xml") return "picture";
  if (type?.startsWith("video/")) return "clip";
  if (type?.startsWith("audio/")) return "sound";
  if (!type && PICTURE.test(name)) return "picture";
  return !type && CLIP.test(name) ? "clip" : "file";
}

/** A message's attachments: pictures and clips in a grid, everything else as cards. */
export function attachments(list) {
  const seen = list.filter((one) => ["picture", "clip"].includes(kindOf(one)));
  const others = list.filter((one) => !seen.includes(one));
  const items = seen.map((one) => ({
    url: one.url,
    alt: one.description ?? "",
    name: one.filename.replace(/^SPOILER_/, ""),
    kind: kindOf(one),
    width: one.width,
    height: one.height,
    spoiler: isSpoiler(one),
  }));
  return [items.length ? gallery(items) : null, ...others.map(fileCard)].filter(Boolean);
}

/** items: [{url, alt, name, kind, width, height, spoiler}] */
export function gallery(items) {
  const grid = h("div", { class: "gallery", data: { count: items.length } });
  grid.append(...items.map((item) => tile(item, items.length === 1)));
  return grid;
}

function tile(item, alone) {
  const media = item.kind === "clip" ? clip(item) : picture(item);
  const box = h("div", { class: "tile" }, media);
  if (alone && item.width && item.height) box.classList.add("is-alone");
  if (alone && item.width) fit(box, item);
  if (item.alt && item.kind === "picture") box.append(h("span", { class: "alt-mark", "aria-hidden": "true", title: item.alt }, "ALT"));
  return item.spoiler ? covered(box) : box;
}

function fit(box, { width, height }) {
  const scale = Math.min(1, 420 / width, 340 / (height || width));
  box.style.aspectRatio = `${width} / ${height || width}`;
  box.style.width = `${Math.max(48, Math.round(width * scale))}px`;
}

export function picture(item) {
  const src = safeUrl(item.url);
  const name = item.alt || item.name || "Picture";
  if (!src) return broken(name);
  const img = h("img", { src, alt: item.alt || item.name || "", loading: "lazy", width: item.width, height: item.height });
  const button = h(
    "button",
    { type: "button", class: "picture", "aria-label": `Enlarge: ${name}`, on: { click: () => enlarge(src, item) } },
    img,
  );
  img.addEventListener("error", () => button.replaceWith(broken(name, src)));
  return button;
}

function clip(item) {
  const src = safeUrl(item.url);
  const name = item.alt || item.name || "Clip";
  if (!src) return broken(name);
  const video = h("video", { src, controls: true, preload: "metadata", "aria-label": name, playsinline: true });
  video.addEventListener("error", () => video.replaceWith(broken(name, src)));
  return video;
}

/** In the place of what does not show: an expired link of ours says so, anything else only that. */
function broken(name, src = null) {
  const words = h("span", {}, "This can't be shown");
  const box = h("div", { class: "broken", role: "img", "aria-label": `${name} can't be shown` }, icon("picture"), words);
  const isOurs = src && new URL(src).origin === location.origin;
  if (isOurs) fetch(src, { method: "HEAD" }).then(({ ok }) => ok || (words.textContent = "This link no longer works"), () => null);
  return box;
}

/** Blur until pressed; what is under the cover can't be reached before. */
export function covered(box) {
  const cover = h("button", { type: "button", class: "cover", "aria-label": "Spoiler, press to show" }, h("span", {}, "Spoiler"));
  const inner = h("div", { class: "cover-inner" }, box);
  inner.inert = true;
  const wrap = h("div", { class: "covered" }, inner, cover);
  cover.addEventListener("click", (event) => {
    wrap.classList.add("is-shown");
    inner.inert = false;
    cover.remove();
    if (event.isTrusted) inner.querySelector("button, video, a")?.focus();
  });
  return wrap;
}

export function fileCard({ url, filename, size, content_type: type, description }) {
  const player = kindOf({ url, filename, content_type: type }) === "sound" && safeUrl(url);
  return h(
    "div",
    { class: "file-card" },
    icon("file"),
    h(
      "div",
      { class: "file-card-text" },
      outsideLink(url, filename ?? "file"),
      h("span", { class: "quiet" }, [fileSize(size ?? 0), description].filter(Boolean).join(" · ")),
      player && h("audio", { src: player, controls: true, preload: "none", "aria-label": filename }),
    ),
  );
}

function enlarge(src, item) {
  const name = item.alt || item.name || "Picture";
  const dialog = h("dialog", { class: "viewer", "aria-label": name });
  const done = () => dialog.close();
  dialog.append(
    iconButton("close", "Close", done, { autofocus: true }),
    h("img", { src, alt: item.alt || item.name || "" }),
    h("p", {}, h("span", {}, name), outsideLink(src, "Open original")),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && done());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
