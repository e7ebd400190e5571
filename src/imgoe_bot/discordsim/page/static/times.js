// Times as Discord writes them: message stamps, day dividers, <t:UNIX:STYLE>.

import { h } from "./dom.js";

const EPOCH_MS = 1420070400000n;
const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const format = (date, options) => new Intl.DateTimeFormat(undefined, options).format(date);

/** When a snowflake was made. */
export const idTime = (id) => new Date(Number((BigInt(id) >> 22n) + EPOCH_MS));

export const messageTime = (message) => (message.timestamp ? new Date(message.timestamp) : idTime(message.id));

export function relative(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

/** <t:…> as an element; the relative style keeps itself up to date (see refreshTimes). */
export function stamp(unixSeconds, style = "f") {
  const date = new Date(Number(unixSeconds) * 1000);
  if (Number.isNaN(date.getTime())) return h("span", {}, "Invalid date");
  const props = { datetime: date.toISOString(), title: format(date, STYLES.F), class: "stamp" };
  if (style === "R") return h("time", { ...props, data: { relative: "" } }, relative(date));
  return h("time", props, format(date, STYLES[style] ?? STYLES.f));
}

export function clock(date) {
  return h("time", { datetime: date.toISOString(), title: format(date, STYLES.F), class: "clock" }, format(date, STYLES.t));
}

export function dayLabel(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "Today";
  return days === 1 ? "Yesterday" : format(date, STYLES.D);
}

export const sameDay = (one, other) => one.toDateString() === other.toDateString();

export function refreshTimes(root) {
  for (const node of root.querySelectorAll("time[data-relative]")) {
    node.textContent = relative(new Date(node.dateTime));
  }
}
