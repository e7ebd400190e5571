// Building DOM nodes. Text only ever enters the page as a text node: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  hash: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
  at: "M16 12a4 4 0 1 1-1.2-2.8M16 8v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-3.6 7.2",
  thread: "M5 5v7a3 3 0 0 0 3 3h11M15 11l4 4-4 4",
  plus: "M12 5v14M5 12h14",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  close: "M6 6l12 12M18 6 6 18",
  more: "M6 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0M12.7 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0M19.4 12a.7.7 0 1 0-1.4 0 .7.7 0 0 0 1.4 0",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  reply: "M9 7 4 12l5 5M4 12h9a7 7 0 0 1 7 7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14a4.2 4.2 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  down: "M6 9l6 6 6-6",
  file: "M6 3h8l4 4v14H6zM14 3v5h4",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5",
  open: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01",
  slash: "M16 4 8 20",
  warn: "M12 4 2.8 20h18.4zM12 10v4M12 17h.01",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.6 1.6M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.6-1.6",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  check: "M5 12.5 10 17 19 7",
  pin: "M9 4h6l-1 6 4 4H6l4-4zM12 14v6",
  forum: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
  voice: "M4 10v4h3l5 4V6L7 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  news: "M4 10v4l11 4V6zM15 9a3 3 0 0 1 0 6M7 15v4h3v-3",
  forward: "M15 7l5 5-5 5M20 12h-9a7 7 0 0 0-7 7",
  sticker: "M5 4h14v9l-6 7H5zM19 13h-6v7M9 9h.01M14 9h.01M9 12.5a3 3 0 0 0 4 .8",
};

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "on") for (const [type, run] of Object.entries(value)) node.addEventListener(type, run);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Make an element; children are nodes or text, falsy ones are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) assign(node, name, value);
  node.append(...children.flat().filter((child) => child || child === 0));
  return node;
}

/** A decorative line icon; the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.dataset.icon = name;
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name] ?? ICONS.file);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, props = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: onclick }, ...props },
    icon(name),
  );
}

export const byTestId = (id) => document.querySelector(`[data-testid="${id}"]`);

let serial = 0;
export const freshId = (stem) => `${stem}-${(serial += 1)}`;

/** Only web addresses may become links or sources. */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:", "blob:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function outsideLink(url, ...children) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const UNITS = ["bytes", "KB", "MB", "GB"];

export function fileSize(bytes) {
  if (bytes === 1) return "1 byte";
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

const HUES = ["teal", "amber", "rose", "sky", "violet", "lime"];

/** Initials in a colour that stays the same for the same id. */
export function avatar(user, size = "") {
  const name = displayName(user);
  const initials = name.split(/[\s_.-]+/).filter(Boolean).slice(0, 2).map((part) => [...part][0]).join("");
  const hue = HUES[[...`${name}${user?.id ?? ""}`].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 9973, 7) % HUES.length];
  const shape = user?.bot ? "avatar-app" : "avatar-person";
  return h("span", { class: `avatar ${shape} hue-${hue} ${size}`, "aria-hidden": "true" }, initials.toUpperCase() || "?");
}

export const displayName = (user) => user?.nick || user?.display_name || user?.global_name || user?.name || user?.username || "Unknown";
