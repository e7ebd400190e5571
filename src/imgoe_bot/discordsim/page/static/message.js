// One message as a node: who, when, what was said, and everything that hangs on it.

import { attempt } from "./attempt.js";
import * as api from "./api.js";
import { avatar, displayName, h, icon, iconButton } from "./dom.js";
import { components } from "./components.js";
import { embeds } from "./embeds.js";
import { markdown, oneLine } from "./markdown.js";
import { attachments } from "./media.js";
import { sticker } from "./stickers.js";
import { voiceMessage } from "./voice.js";
import { clock, messageTime } from "./times.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
const SUPPRESS_EMBEDS = 1 << 2;
const VOICE = 1 << 13;
const PINNED = 6;
const THREAD_STARTER = 21;
const NO_TEXT = { [PINNED]: "pinned a message", 7: "joined", 18: "started a thread" };

export const isEphemeral = (message) => Boolean((message.flags ?? 0) & EPHEMERAL);
const isLoading = (message) => Boolean((message.flags ?? 0) & LOADING);

/** follows: the message above is by the same author, moments before, so the head is left out. */
export function messageNode(message, app, { follows = false } = {}) {
  const classes = ["message", follows && "is-following", isEphemeral(message) && "is-ephemeral", mentionsMe(message, app) && "is-mention"];
  const node = h("article", {
    class: classes.filter(Boolean).join(" "),
    id: `message-${message.id}`,
    tabindex: "-1",
    "aria-label": `${displayName(message.author)}, ${messageTime(message).toLocaleTimeString([], { timeStyle: "short" })}`,
    data: { testid: "message", messageId: message.id },
  });
  node.append(...[occasion(message, app), gutter(message, follows), body(message, app, follows), toolbar(message, app)].filter(Boolean));
  return node;
}

const mentionsMe = (message, { store }) => (message.mentions ?? []).some((one) => one.id === store.user?.id);

function gutter(message, follows) {
  return h("div", { class: "gutter" }, follows ? clock(messageTime(message)) : avatar(message.author));
}

function body(message, app, follows) {
  const box = h("div", { class: "body" });
  if (!follows) box.append(head(message));
  box.append(...content(message, app));
  if (message.reactions?.length) box.append(reactions(message, app));
  if (message.thread) box.append(threadLink(message.thread, app));
  if (isEphemeral(message)) box.append(onlyYou(message, app));
  return box;
}

function head(message) {
  const name = h("h2", { class: "author" }, displayName(message.author));
  const badge = message.author?.bot && h("span", { class: "badge" }, "APP");
  return h("div", { class: "head" }, name, badge, clock(messageTime(message)));
}

function content(message, app) {
  if (isLoading(message)) return [thinking(message)];
  if (message.type === THREAD_STARTER && message.referenced_message) return content(message.referenced_message, app);
  if (NO_TEXT[message.type]) return [h("p", { class: "quiet" }, NO_TEXT[message.type])];
  const parts = [];
  const said = message.content ? textOf(message, app) : null;
  if (said) parts.push(said);
  for (const { message: snapshot } of message.message_snapshots ?? []) parts.push(forwarded(snapshot, app));
  const v2 = Boolean((message.flags ?? 0) & (1 << 15));
  if (!v2) parts.push(...files(message), ...(message.sticker_items ?? []).map(sticker));
  if (!((message.flags ?? 0) & SUPPRESS_EMBEDS)) parts.push(...embeds(message.embeds ?? [], app.markup, spoiled(said)));
  parts.push(...components(message, app));
  if (!parts.length) parts.push(h("p", { class: "quiet" }, "(nothing to show)"));
  return parts;
}

function textOf(message, app) {
  const blocks = markdown(message.content, app.markup);
  if (message.edited_timestamp) (blocks.at(-1) ?? h("p")).append(h("span", { class: "quiet edited" }, " (edited)"));
  return h("div", { class: "markup text", data: { testid: "message-text" } }, ...blocks);
}

/** The addresses that a text shows in spoilers. */
const spoiled = (said) => [...(said?.querySelectorAll(".spoiler a") ?? [])].map((one) => one.getAttribute("href"));

function thinking(message) {
  const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  return h("p", { class: "thinking", data: { testid: "thinking" } }, dots, `${displayName(message.author)} is thinking…`);
}

function forwarded(snapshot, app) {
  const inner = content({ flags: 0, ...snapshot, type: 0 }, app);
  return h("div", { class: "forwarded" }, h("p", { class: "quiet" }, icon("reply"), "Forwarded"), ...inner);
}

function files(message) {
  const list = message.attachments ?? [];
  return (message.flags ?? 0) & VOICE ? list.map(voiceMessage) : attachments(list);
}

/** What the message answers: another message, or a command somebody used. */
function occasion(message, app) {
  const told = message.interaction_metadata ?? message.interaction;
  const used = message.interaction?.name ?? told?.name;
  if (told?.user && used) {
    const what = [h("b", {}, displayName(told.user)), " used ", h("span", { class: "mention" }, message.type === 23 ? used : `/${used}`)];
    return h("div", { class: "occasion" }, icon("reply"), avatar(told.user, "tiny"), h("span", {}, ...what));
  }
  if (!message.message_reference || message.message_snapshots?.length || [PINNED, 18, THREAD_STARTER].includes(message.type)) return null;
  return repliedTo(message, app);
}

function repliedTo(message, app) {
  const target = message.referenced_message ?? app.store.message(message.channel_id, message.message_reference.message_id);
  if (!target) return h("div", { class: "occasion quiet" }, icon("reply"), h("span", {}, "The original message was deleted"));
  const words = target.content || target.embeds?.[0]?.title;
  const short = words ? oneLine(words, app.markup) : [target.attachments?.length ? "a file" : "a message"];
  const jump = h("button", { type: "button", class: "reply-jump", on: { click: () => app.jumpTo(target.id) } }, h("b", {}, displayName(target.author)), " ", ...short);
  return h("div", { class: "occasion" }, icon("reply"), avatar(target.author, "tiny"), jump);
}

function onlyYou(message, app) {
  const dismiss = () => attempt(api.remove(app.store.user.id, message));
  return h(
    "p",
    { class: "only-you", data: { testid: "ephemeral" } },
    icon("eye"),
    "Only you can see this · ",
    h("button", { type: "button", class: "text-button", on: { click: dismiss } }, "Dismiss message"),
  );
}

function reactions(message, app) {
  const one = ({ emoji, count, me }) =>
    h(
      "button",
      {
        type: "button",
        class: me ? "reaction is-mine" : "reaction",
        "aria-pressed": String(Boolean(me)),
        "aria-label": `${emoji.name}, ${count} ${count === 1 ? "reaction" : "reactions"}`,
        data: { testid: "reaction", emoji: emoji.name },
        on: { click: () => app.react(message, emoji, !me) },
      },
      h("span", { class: "emoji", "aria-hidden": "true" }, emoji.id ? `:${emoji.name}:` : emoji.name),
      String(count),
    );
  return h("div", { class: "reactions" }, ...message.reactions.map(one));
}

function threadLink(thread, app) {
  return h("button", { type: "button", class: "thread-link", on: { click: () => app.open(thread.id) } }, icon("thread"), h("span", {}, thread.name), h("span", { class: "quiet" }, "Open thread"));
}

function toolbar(message, app) {
  if (isLoading(message) && !isEphemeral(message)) return null;
  const open = (event) => app.messageMenu(message, event.currentTarget);
  const tools = [];
  if (!isEphemeral(message)) {
    tools.push(iconButton("smile", "Add reaction", (event) => app.reactionMenu(message, event.currentTarget), { data: { testid: "message-react" } }));
    tools.push(iconButton("reply", "Reply", () => app.reply(message), { data: { testid: "message-reply" } }));
  }
  tools.push(iconButton("more", "More actions", open, { "aria-haspopup": "menu", data: { testid: "message-menu" } }));
  return h("div", { class: "toolbar" }, ...tools);
}
