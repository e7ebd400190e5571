// A voice message: its shape, how long it is, and a player.

import { h, icon, safeUrl } from "./dom.js";

const BARS = 48;
const SILENT = 8;
const LOUDEST = 255;

export function voiceMessage({ url, waveform, duration_secs: seconds }) {
  const src = safeUrl(url);
  const bars = heights(waveform).map((height) => {
    const bar = h("i");
    bar.style.height = `${height}%`;
    return bar;
  });
  return h(
    "div",
    { class: "voice", role: "group", "aria-label": `Voice message, ${spoken(seconds)}`, data: { testid: "voice" } },
    h("div", { class: "voice-shape" }, icon("voice"), h("span", { class: "bars", "aria-hidden": "true" }, ...bars), h("span", { class: "quiet" }, clockOf(seconds))),
    src && h("audio", { src, controls: true, preload: "none", "aria-label": "Voice message" }),
  );
}

/** Base64 of up to 256 loudnesses to the heights of as many bars as are drawn, in per cent. */
function heights(waveform) {
  const samples = decoded(waveform);
  if (!samples.length) return Array(BARS).fill(SILENT);
  return Array.from({ length: BARS }, (_, bar) => Math.max(SILENT, (samples[Math.floor((bar * samples.length) / BARS)] / LOUDEST) * 100));
}

function decoded(waveform) {
  try {
    return [...atob(waveform ?? "")].map((char) => char.charCodeAt(0));
  } catch {
    return [];
  }
}

const clockOf = (seconds = 0) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
const spoken = (seconds = 0) => `${Math.round(seconds)} ${Math.round(seconds) === 1 ? "second" : "seconds"}`;
