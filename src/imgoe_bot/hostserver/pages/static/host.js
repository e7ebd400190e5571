"use strict";
// Copy buttons and the drop area. Every page also works without this file but for uploading.

const say = (text) => { document.getElementById("live").textContent = text; };

const copy = async (button) => {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const before = button.textContent;
  button.textContent = "Copied";
  say(`${button.dataset.name} link copied`);
  setTimeout(() => { button.textContent = before; }, 1600);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

const drop = document.querySelector(".drop");
const input = document.getElementById("files");
const queue = document.querySelector(".queue");
const waiting = [];
let running = 0;
const AT_ONCE = 3;

const element = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
};

const makeRow = (file) => {
  const row = element("li", "card");
  const thumb = element("img", "thumb");
  thumb.alt = "";
  thumb.src = "/static/logo.svg";
  const middle = element("div");
  const name = element("div", "name", file.name);
  const state = element("div", "state", "Waiting");
  const bar = element("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  middle.append(name, state, bar);
  const actions = element("div", "actions");
  row.append(thumb, middle, actions);
  queue.append(row);
  return { row, thumb, name, state, bar, actions };
};

const finish = (parts, image) => {
  parts.bar.remove();
  parts.thumb.src = image.thumb.url || "/static/logo.svg";
  parts.state.textContent = `${image.size_formatted}, ${image.width} × ${image.height}`;
  if (!image.is_approved) {
    parts.state.textContent += ", waiting for approval";
    return;
  }
  const open = element("a", "button", "Open");
  open.href = image.url_viewer;
  const field = element("input", "hidden");
  field.id = `link-${image.id_encoded}`;
  field.value = image.url_viewer;
  field.readOnly = true;
  field.tabIndex = -1;
  field.setAttribute("aria-hidden", "true");
  const button = element("button", "primary", "Copy link");
  button.type = "button";
  button.dataset.copy = field.id;
  button.dataset.name = "Page";
  const remove = element("a", "button plain", "Delete");
  remove.href = image.delete_url;
  parts.actions.append(field, button, open, remove);
  say(`${parts.name.textContent} is uploaded`);
};

const fail = (parts, text) => {
  parts.bar.remove();
  parts.state.textContent = text;
  parts.state.classList.add("failed");
  say(`${parts.name.textContent}: ${text}`);
};

const answered = (request, parts) => {
  let body = {};
  try { body = JSON.parse(request.responseText); } catch { /* told below */ }
  if (request.status === 200 && body.image) finish(parts, body.image);
  else fail(parts, (body.error && body.error.message) || body.detail || "The upload failed");
};

const send = ({ file, parts }) => new Promise((done) => {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("source", file, file.name);
  request.open("POST", "/api/1/upload");
  if (drop.dataset.csrf) request.setRequestHeader("X-CSRF-Token", drop.dataset.csrf);
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    parts.bar.value = event.loaded / event.total;
    const percent = Math.round(100 * parts.bar.value);
    parts.state.textContent = percent < 100 ? `${percent} %` : "Processing";
  };
  request.onload = () => { answered(request, parts); done(); };
  request.onerror = () => { fail(parts, "The connection broke"); done(); };
  request.send(form);
});

const work = async () => {
  if (running >= AT_ONCE || waiting.length === 0) return;
  running += 1;
  await send(waiting.shift());
  running -= 1;
  work();
};

const take = (files) => {
  const limit = Number(drop.dataset.limit);
  for (const file of files) {
    const parts = makeRow(file);
    if (file.size > limit) fail(parts, "Larger than this host takes");
    else { waiting.push({ file, parts }); work(); }
  }
};

if (drop && input) {
  input.addEventListener("change", () => { take(input.files); input.value = ""; });
  document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => { take(event.clipboardData.files); });
}
