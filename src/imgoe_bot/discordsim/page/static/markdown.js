// Block markdown as nodes: fences, quotes, headings, lists, small print, paragraphs.

import { h } from "./dom.js";
import { inline } from "./inline.js";

const FENCE = /^```(?:[\w+.#-]+\n)?\n*([^\n][\s\S]*?)```\n?/;
const OPAQUE = /\\[^0-9A-Za-z\s]|```(?:[\w+.#-]+\n)?\n*[^\n][\s\S]*?```|(`+)(?!`)[\s\S]*?[^`]\1(?!`)|`+/g;
const QUOTE_ALL = /^>>> ([\s\S]*)$/;
const QUOTE = /^(?:> .*(?:\n|$))+/;
const HEADING = /^(#{1,3}) +(.+)(?:\n|$)/;
const SMALL = /^-# +(.+)(?:\n|$)/;
const LIST = /^(?:[ \t]*(?:[-*]|\d{1,3}\.) +.+(?:\n|$))+/;
const STARTS_BLOCK = /^(?:> |>>> |#{1,3} |-# |[ \t]*[-*] |\d{1,3}\. )/;

const BLOCK_MARKS = /^[ \t]*(?:>>> |> |#{1,3} +|-# +|[-*] +|\d{1,3}\. +)+/gm;
const ONE_LINE_MOST = 400;

/** Text to one line of inline nodes in which nothing can be pressed, without the marks of blocks. */
export function oneLine(text, context = {}) {
  const bare = text.replace(/```(?:[\w+-]{1,20}\n)?/g, " ").replace(BLOCK_MARKS, "").replace(/\s+/g, " ");
  const shown = bare.length > ONE_LINE_MOST ? hideCut(bare.slice(0, ONE_LINE_MOST)) : bare;
  return inline(shown.trim(), { ...context, plain: true });
}

/** A spoiler that was cut in two is no longer seen as one: leave its first half out. */
function hideCut(text) {
  const marks = text.split("||");
  return marks.length % 2 ? text : marks.slice(0, -1).join("||");
}

/** Text to an array of block nodes. */
export function markdown(text, context = {}) {
  const out = [];
  let rest = text ?? "";
  while (rest) {
    const { length, node } = block(rest, context);
    if (node) out.push(node);
    rest = rest.slice(length);
  }
  return out;
}

function block(rest, context) {
  const fence = FENCE.exec(rest);
  if (fence) return { length: fence[0].length, node: h("pre", { tabindex: "0" }, h("code", {}, fence[1].replace(/\n+$/, ""))) };
  const whole = QUOTE_ALL.exec(rest);
  if (whole) return { length: rest.length, node: h("blockquote", {}, ...markdown(whole[1], context)) };
  const quote = QUOTE.exec(rest);
  if (quote) return { length: quote[0].length, node: quoted(quote[0], context) };
  const heading = HEADING.exec(rest);
  if (heading) return { length: heading[0].length, node: headline(heading, context) };
  const small = SMALL.exec(rest);
  if (small) return { length: small[0].length, node: h("p", { class: "small" }, ...inline(small[1], context)) };
  const list = LIST.exec(rest);
  if (list) return { length: list[0].length, node: listed(list[0], context) };
  return paragraph(rest, context);
}

const quoted = (text, context) => h("blockquote", {}, ...markdown(text.replace(/^> /gm, "").replace(/\n$/, ""), context));

// All on one level, below the author's h2: what people write skips levels as it likes.
const headline = ([, marks, text], context) =>
  h("p", { class: `md-heading md-heading-${marks.length}`, role: "heading", "aria-level": 3 }, ...inline(text, context));

function listed(text, context) {
  const lines = text.replace(/\n$/, "").split("\n");
  const tag = /^[ \t]*\d/.test(lines[0]) ? "ol" : "ul";
  const item = (line) => h("li", {}, ...inline(line.replace(/^[ \t]*(?:[-*]|\d{1,3}\.) +/, ""), context));
  return h(tag, {}, ...lines.map(item));
}

function paragraph(rest, context) {
  const lines = rest.slice(0, fenceIn(rest)).split("\n");
  let count = 1;
  while (count < lines.length && !STARTS_BLOCK.test(lines[count])) count += 1;
  const text = lines.slice(0, count).join("\n");
  const length = text.length + (rest[text.length] === "\n" ? 1 : 0);
  const shown = text.replace(/\n+$/, "");
  return { length, node: shown ? h("p", {}, ...inline(shown, context)) : null };
}

/** Where the first block of code begins that is neither escaped nor within inline code; else the end. */
function fenceIn(text) {
  for (const found of text.matchAll(OPAQUE)) if (FENCE.test(found[0])) return found.index;
  return text.length;
}
