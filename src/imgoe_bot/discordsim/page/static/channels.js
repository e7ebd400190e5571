// What a channel is, at a glance: its icon, and what one calls it.

const DM = 1;
const VOICE = 2;
const NEWS = 5;
const FORUM = 15;
const MEDIA = 16;
const THREADS = new Set([10, 11, 12]);
const ICONS = { [DM]: "at", [VOICE]: "voice", [NEWS]: "news", [FORUM]: "forum", [MEDIA]: "picture" };

export const isThread = (channel) => THREADS.has(channel?.type);

export const isForum = (channel) => [FORUM, MEDIA].includes(channel?.type);

/** Where one can write: neither a category nor a forum itself. */
export const takesMessages = (channel) => channel.type !== 4 && !isForum(channel);

/** Threads can be opened in text and news channels. */
export const takesThreads = (channel) => [0, NEWS].includes(channel?.type);

export function channelIcon(channel) {
  if (!channel?.guild && channel?.recipients) return "at";
  return isThread(channel) ? "thread" : (ICONS[channel?.type] ?? "hash");
}
