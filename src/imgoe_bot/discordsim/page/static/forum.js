// Forum and media channels: their posts as a list, and the dialog that opens a new one.

import * as api from "./api.js";
import { attempt } from "./attempt.js";
import { formDialog } from "./dialog.js";
import { h, icon, safeUrl } from "./dom.js";
import { fileField, textField } from "./fields.js";
import { isSpoiler, kindOf } from "./media.js";
import { idTime, relative } from "./times.js";

export function forumView(channel, app) {
  const posts = channel.guild.channels.filter((one) => one.parent_id === channel.id).sort((a, b) => idTime(b.id) - idTime(a.id));
  const start = h("button", { type: "button", class: "button button-primary", data: { testid: "forum-new" }, on: { click: () => newPost(channel, app) } }, icon("plus"), "New post");
  const none = h("p", { class: "quiet" }, "No posts yet. The first one could be yours.");
  const list = posts.length ? h("ul", { class: "posts" }, ...posts.map((one) => row(one, channel, app))) : none;
  return h("div", { class: "forum" }, h("div", { class: "forum-head" }, h("h2", {}, "Posts"), start), list);
}

function row(post, channel, app) {
  const unread = app.store.unread(post.id);
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "post", data: { testid: "forum-post", channelName: post.name }, on: { click: () => app.open(post.id) } },
      h("span", { class: "post-thumb" }, firstPicture(app.store.messages(post.id)) ?? icon("thread")),
      h("span", { class: "post-name" }, post.name, ...tagsOf(post, channel)),
      h("span", { class: "quiet" }, relative(idTime(post.id))),
      unread > 0 && h("span", { class: "unread" }, String(unread), h("span", { class: "visually-hidden" }, " unread")),
    ),
  );
}

/** The first picture of a post that is no spoiler, small. */
function firstPicture(messages) {
  const all = messages.flatMap((one) => one.attachments ?? []);
  const found = all.find((one) => kindOf(one) === "picture" && !isSpoiler(one));
  const src = found && safeUrl(found.url);
  return src ? h("img", { src, alt: "", loading: "lazy" }) : null;
}

function tagsOf(post, channel) {
  const known = new Map((channel.available_tags ?? []).map((tag) => [tag.id, tag.name]));
  const names = (post.applied_tags ?? []).map((id) => known.get(id)).filter(Boolean);
  return names.map((name) => h("span", { class: "tag" }, name));
}

function newPost(channel, app) {
  const title = textField({ label: "Title", required: true, most: 100, testid: "post-title" });
  const text = textField({ label: "Message", long: true, required: true, most: 4000, testid: "post-content" });
  const files = fileField({ label: "Pictures", most: 10, testid: "post-files" });
  const send = () => attempt(api.post(app.store.user.id, channel.id, title.read(), text.read(), files.read()));
  formDialog({ title: `New post in ${channel.name}`, fields: [title, text, files], action: "Post", testid: "post-send", run: send });
}
