// Forum and media channels: their posts as a list, and the dialog that opens a new one.

import { attempt } from "./actions.js";
import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { complete, fileField, textField } from "./fields.js";
import { idTime, relative } from "./times.js";

const FORUM = 15;
const MEDIA = 16;

export const isForum = (channel) => [FORUM, MEDIA].includes(channel?.type);

export function forumView(channel, app) {
  const posts = channel.guild.channels.filter((one) => one.parent_id === channel.id).sort((a, b) => idTime(b.id) - idTime(a.id));
  const start = h("button", { type: "button", class: "button button-primary", data: { testid: "forum-new" }, on: { click: () => newPost(channel, app) } }, icon("plus"), "New post");
  const none = h("p", { class: "quiet" }, "No posts yet. The first one could be yours.");
  const list = posts.length ? h("ul", { class: "posts" }, ...posts.map((one) => row(one, app))) : none;
  return h("div", { class: "forum" }, h("div", { class: "forum-head" }, h("h2", {}, "Posts"), start), list);
}

function row(post, app) {
  const unread = app.store.unread(post.id);
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "post", data: { testid: "forum-post", channelName: post.name }, on: { click: () => app.open(post.id) } },
      icon("thread"),
      h("span", { class: "post-name" }, post.name),
      h("span", { class: "quiet" }, relative(idTime(post.id))),
      unread > 0 && h("span", { class: "unread" }, String(unread), h("span", { class: "visually-hidden" }, " unread")),
    ),
  );
}

function newPost(channel, app) {
  const title = textField({ label: "Title", required: true, most: 100, testid: "post-title" });
  const text = textField({ label: "Message", long: true, required: true, most: 4000, testid: "post-content" });
  const files = fileField({ label: "Pictures", most: 10, testid: "post-files" });
  const send = h("button", { type: "submit", class: "button button-primary", data: { testid: "post-send" } }, "Post");
  const cancel = h("button", { type: "button", class: "button button-secondary", on: { click: () => dialog.close() } }, "Cancel");
  const form = h("form", { novalidate: true }, h("div", { class: "modal-body" }, title.node, text.node, files.node), h("div", { class: "modal-foot" }, cancel, send));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "post-heading" }, h("div", { class: "modal-head" }, h("h2", { id: "post-heading" }, `New post in ${channel.name}`)), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!complete([title, text])) return;
    if (await attempt(api.post(app.store.user.id, channel.id, title.read(), text.read(), files.read()))) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
}
