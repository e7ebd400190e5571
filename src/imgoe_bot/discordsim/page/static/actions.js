// What one can do to a message: its menu, reactions, editing.

import * as api from "./api.js";
import { attempt } from "./attempt.js";
import { takesMessages, takesThreads } from "./channels.js";
import { formDialog } from "./dialog.js";
import { displayName } from "./dom.js";
import { choiceField, textField } from "./fields.js";
import { openMenu } from "./menu.js";
import { isEphemeral } from "./message.js";
import { toast } from "./toast.js";

const MESSAGE_COMMAND = 3;
const USER_COMMAND = 2;
const QUICK = ["👍", "❤️", "😂", "🎉", "👀", "📌", "💾", "🗑️"];
const MAY_MANAGE = (1n << 13n) | (1n << 3n);

function mayDelete(message, store) {
  if (isEphemeral(message)) return false;
  if (message.author?.id === store.user?.id) return true;
  const guild = store.channel(message.channel_id)?.guild;
  if (!guild) return false;
  return guild.permissions === undefined || (BigInt(guild.permissions) & MAY_MANAGE) !== 0n;
}

function mayThread(message, store) {
  return !isEphemeral(message) && !message.thread && takesThreads(store.channel(message.channel_id));
}

export function messageMenu(message, app, from, point) {
  const { store } = app;
  const use = (command, target) => () => app.interact({ kind: "menu", channel_id: message.channel_id, name: command.name, ...target });
  const entry = (command, target) => ({ label: command.name, icon: "bolt", run: use(command, target), testid: `menu-item-${command.name}` });
  const commands = (type) => (isEphemeral(message) ? [] : store.commandsHere().filter((one) => one.type === type));
  const apps = [
    ...commands(MESSAGE_COMMAND).map((one) => entry(one, { message_id: message.id })),
    ...commands(USER_COMMAND).map((one) => entry(one, { user_id: message.author.id })),
  ];
  const own = message.author?.id === store.user?.id && !isEphemeral(message);
  const items = [
    ...apps,
    apps.length ? null : undefined,
    !isEphemeral(message) && { label: "Reply", icon: "reply", run: () => app.reply(message), testid: "menu-reply" },
    !isEphemeral(message) && { label: "Add reaction", icon: "smile", run: () => reactionMenu(message, app, from), testid: "menu-react" },
    !isEphemeral(message) && { label: "Forward", icon: "forward", run: () => forwardDialog(message, app), testid: "menu-forward" },
    mayThread(message, store) && { label: "Create thread", icon: "thread", run: () => threadDialog(message, app), testid: "menu-thread" },
    message.content && { label: "Copy text", icon: "copy", run: () => copy(message.content), testid: "menu-copy" },
    { label: "Copy message ID", icon: "copy", run: () => copy(message.id), testid: "menu-copy-id" },
    own && { label: "Edit", icon: "edit", run: () => editDialog(message, app), testid: "menu-edit" },
    mayDelete(message, store) && { label: "Delete", icon: "trash", danger: true, run: () => remove(message, app), testid: "menu-delete" },
  ];
  const shown = items.filter((item) => item !== undefined && item !== false && item !== "");
  openMenu({ items: shown, ...(point ?? beside(from)), from, label: `Message by ${displayName(message.author)}` });
}

const beside = (node) => {
  const box = node.getBoundingClientRect();
  return { x: box.left, y: box.bottom + 4 };
};

export function reactionMenu(message, app, from) {
  const items = QUICK.map((emoji) => ({ label: `React with ${emoji}`, emoji, run: () => react(message, { name: emoji }, true, app), testid: `react-${emoji}` }));
  openMenu({ items, ...beside(from), from, label: "Add reaction" });
  document.querySelector(".menu:popover-open")?.classList.add("is-emoji");
}

export const react = (message, emoji, on, { store }) =>
  attempt(api.react(store.user.id, message, emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name, on));

async function copy(text) {
  await navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("The browser did not allow copying", { problem: true }));
}

const remove = (message, { store }) => attempt(api.remove(store.user.id, message));

/** Change one's own message. */
export function editDialog(message, app) {
  const text = textField({ label: "Message", long: true, required: !message.attachments?.length, value: message.content ?? "", most: 4000, testid: "edit-text" });
  const save = () => attempt(api.edit(app.store.user.id, message, text.read()));
  formDialog({ title: "Edit message", fields: [text], action: "Save", testid: "edit-save", run: save });
}

/** Send a copy of a message to another place one may write in. */
export function forwardDialog(message, app) {
  const { store } = app;
  const places = store.channels().filter(takesMessages);
  const choices = places.map((one) => ({ value: one.id, label: one.guild ? `#${one.name} (${one.guild.name})` : `@${one.name}` }));
  const to = choiceField({ label: "Forward to", required: true, choices, testid: "forward-to" });
  const send = async () => {
    const sent = await attempt(api.forward(store.user.id, message, to.read()));
    if (sent) toast(`Forwarded to ${choices.find((one) => one.value === to.read()).label}`);
    return sent;
  };
  formDialog({ title: "Forward message", fields: [to], action: "Forward", testid: "forward-send", run: send });
}

/** Open a thread on a message, and go there. */
export function threadDialog(message, app) {
  const name = textField({ label: "Name of the thread", required: true, most: 100, testid: "thread-name" });
  const open = async () => {
    const made = await attempt(api.openThread(app.store.user.id, message, name.read()));
    if (made) app.openSoon(made.id);
    return made;
  };
  formDialog({ title: "Create thread", fields: [name], action: "Create", testid: "thread-create", run: open });
}
