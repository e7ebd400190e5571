// What a person does, sent to the simulator. Every call resolves to its JSON or throws an Error to show.

async function call(method, path, body) {
  const response = await fetch(path, { method, body, credentials: "same-origin" });
  const reply = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(reply.message || `The simulator answered ${response.status}`);
  return reply;
}

function form(payload, files = []) {
  const data = new FormData();
  data.append("payload_json", JSON.stringify(payload));
  for (const { field, file } of files) data.append(field, file, file.name);
  return data;
}

/** files: [{file, spoiler, description}] in the order shown. */
export function say(person, channelId, content, files, { replyTo = null, stickers = [] } = {}) {
  const attachments = files.map(({ spoiler, description }, id) => ({ id, spoiler, description }));
  const parts = files.map(({ file }, index) => ({ field: `files[${index}]`, file }));
  const payload = { person, channel_id: channelId, content, attachments, reply_to: replyTo, sticker_ids: stickers };
  return call("POST", "/page/messages", form(payload, parts));
}

/** A new post of a forum; resolves to {id} of its thread. */
export function post(person, channelId, title, content, files) {
  const parts = files.map((file, index) => ({ field: `files[${index}]`, file }));
  return call("POST", "/page/posts", form({ person, channel_id: channelId, title, content }, parts));
}

/** act: {kind: slash|menu|click|select|modal|autocomplete, …}; files: [{field, file}]. */
export function interact(person, act, files = []) {
  return call("POST", "/page/interactions", form({ person, ...act }, files));
}

const query = (values) => new URLSearchParams(values).toString();

export const remove = (person, message) =>
  call("DELETE", `/page/messages/${message.id}?${query({ person, channel_id: message.channel_id })}`);

/** {messages}: what was said before one that is known, oldest first. */
export const older = (person, channelId, before) => call("GET", `/page/messages?${query({ person, channel_id: channelId, before })}`);

export const forward = (person, message, to) =>
  call("POST", "/page/forwards", form({ person, channel_id: message.channel_id, message_id: message.id, to }));

/** {id} of the thread. */
export const openThread = (person, message, name) =>
  call("POST", "/page/threads", form({ person, channel_id: message.channel_id, message_id: message.id, name }));

export const edit = (person, message, content) =>
  call("PATCH", `/page/messages/${message.id}`, form({ person, channel_id: message.channel_id, content }));

export const react = (person, message, emoji, on) =>
  call("POST", "/page/reactions", form({ person, channel_id: message.channel_id, message_id: message.id, emoji, on }));

/** {on: [names]} of the lasting faults that hold in a channel. */
export const faultsOn = (person, channelId) => call("GET", `/page/faults?${query({ person, channel_id: channelId })}`);

export const fault = (person, channelId, name) =>
  call("POST", "/page/faults", form({ person, channel_id: channelId, name }));
