// Inline markdown as nodes: emphasis, code, links, mentions, spoilers, timestamps.

import { h, displayName, outsideLink, safeUrl } from "./dom.js";
import { stamp } from "./times.js";

// With context.plain nothing is pressed: links and channels are words, spoilers stay covered.
// With context.title mentions and links stay as they are written, as in titles and names of fields.

const ESCAPED = /^\\([^0-9A-Za-z\s])/;
const SHRUG = /^¯\\_\(ツ\)_\/¯/;
const CODE = /^(`+)(?!`)([\s\S]*?[^`])\1(?!`)/;

/** [pattern anchored at the start, (match, context) => node | nodes | string] in order of precedence. */
const RULES = [
  [SHRUG, ([text]) => text],
  [ESCAPED, ([, char]) => char],
  [CODE, ([, , code]) => h("code", {}, code.replace(/^ (?=`)/, "").replace(/(?<=`) $/, ""))],
  [/^`+/, ([ticks]) => ticks],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, ([, unix, style]) => stamp(unix, style)],
  [/^<(?:[@#/]|https?:)[^>]*>|^https?:\/\/[^\s<]+|^@(?:everyone|here)\b|^\[/, ([text], { title }) => (title ? text : null)],
  [/^<@!?(\d+)>/, ([, id], { people }) => mention(`@${displayName(people?.person(id) ?? { name: "unknown person" })}`)],
  [/^<@&(\d+)>/, ([, id], { people }) => mention(`@${people?.role?.(id)?.name ?? "unknown role"}`)],
  [/^<#(\d+)>/, ([, id], context) => channelMention(id, context)],
  [/^<\/([^:>]{1,100}):\d+>/, ([, name]) => mention(`/${name}`)],
  [/^<a?:(\w{2,32}):\d+>/, ([, name]) => h("span", { class: "emoji", title: `:${name}:` }, `:${name}:`)],
  [/^<(https?:\/\/[^\s<>]+)>/, ([, url], c) => link(url, [url], c)],
  [/^\[((?:\\.|[^\]\\])+)\]\(\s*<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/, ([, text, url], c) => link(url, inline(text, c), c)],
  [/^https?:\/\/[^\s<]+/, ([url], c) => bareLink(url, c)],
  [/^@(everyone|here)\b/, ([text]) => mention(text)],
  [/^\|\|([\s\S]+?)\|\|/, ([, text], c) => (c.plain ? coveredText(inline(text, c)) : spoilerText(inline(text, c)))],
  [/^\*\*\*([\s\S]+?)\*\*\*(?!\*)/, ([, text], c) => h("strong", {}, h("em", {}, ...inline(text, c)))],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, ([, text], c) => h("strong", {}, ...inline(text, c))],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, ([, text], c) => h("u", {}, ...inline(text, c))],
  [/^~~([\s\S]+?)~~/, ([, text], c) => h("s", {}, ...inline(text, c))],
  [/^\*(?!\s)((?:\\.|\*\*[^*]+\*\*|[^*\\])+?)\*(?!\*)/, ([, text], c) => h("em", {}, ...inline(text, c))],
  [/^_((?:\\.|[^_\\])+?)_(?![A-Za-z0-9_])/, ([, text], c) => (c.midWord ? null : h("em", {}, ...inline(text, c)))],
  [/^\n/, () => h("br")],
];

const mention = (text) => h("span", { class: "mention" }, text);

const link = (url, nodes, { plain }) => (plain ? h("span", {}, ...nodes) : outsideLink(url, ...nodes));

function channelMention(id, { people, open, plain }) {
  const channel = people?.channel(id);
  if (!channel || !(open || plain)) return mention("#unknown-channel");
  if (plain) return mention(`#${channel.name}`);
  const go = { click: () => open(id) };
  return h("button", { type: "button", class: "mention mention-link", on: go }, `#${channel.name}`);
}

function bareLink(raw, context) {
  const tail = raw.match(/[.,;:!?'"]+$|(?<!\([^)]*)\)+$/)?.[0] ?? "";
  const url = raw.slice(0, raw.length - tail.length);
  return safeUrl(url) ? [link(url, [url], context), tail] : raw;
}

/** A spoiler where nothing can be pressed. */
function coveredText(nodes) {
  const hidden = h("span", { class: "spoiler-inner", "aria-hidden": "true" }, ...nodes);
  return h("span", { class: "spoiler is-fixed" }, hidden, h("span", { class: "visually-hidden" }, "spoiler"));
}

/** Hidden until pressed; a button while hidden, plain text afterwards. */
export function spoilerText(nodes) {
  const hidden = h("span", { class: "spoiler-inner" }, ...nodes);
  hidden.inert = true;
  const box = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler, press to show" }, hidden);
  const reveal = (event) => {
    if (event.type === "keydown" && !["Enter", " "].includes(event.key)) return;
    if (box.classList.contains("is-shown")) return;
    event.preventDefault();
    box.classList.add("is-shown");
    hidden.inert = false;
    for (const name of ["role", "tabindex", "aria-label"]) box.removeAttribute(name);
  };
  box.addEventListener("click", reveal);
  box.addEventListener("keydown", reveal);
  return box;
}

function step(rest, context) {
  for (const [pattern, build] of RULES) {
    const match = pattern.exec(rest);
    const built = match && build(match, context);
    if (built !== null && built !== undefined) return { length: match[0].length, built };
  }
  return { length: 1, built: rest[0] };
}

/** Text to a list of nodes and strings. context: {people: Store, open: channelId => void}. */
export function inline(text, context = {}) {
  const out = [];
  let plain = "";
  let rest = text;
  while (rest) {
    const plainRun = /^[^\\`<[h@|*_~¯\n]+/.exec(rest)?.[0];
    const midWord = /\w$/.test(plain);
    const { length, built } = plainRun
      ? { length: plainRun.length, built: plainRun }
      : step(rest, { ...context, midWord });
    if (typeof built === "string") plain += built;
    else {
      if (plain) out.push(plain);
      plain = "";
      out.push(...[built].flat());
    }
    rest = rest.slice(length);
  }
  if (plain) out.push(plain);
  return out;
}

