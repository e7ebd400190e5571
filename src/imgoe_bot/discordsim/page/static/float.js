// Where a popover goes: beside its anchor, inside the window.

const GAP = 6;
const EDGE = 8;

const clamp = (value, least, most) => Math.max(least, Math.min(value, most));

/** Below the anchor and as wide, above it where there is more room. */
export function floatBelow(panel, anchor) {
  const box = anchor.getBoundingClientRect();
  panel.style.minWidth = `${box.width}px`;
  panel.style.maxHeight = "none"; // it may have been placed before
  const below = innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const height = Math.min(panel.offsetHeight, Math.max(below, above));
  const up = panel.offsetHeight > below && above > below;
  panel.style.maxHeight = `${Math.max(below, above)}px`;
  panel.style.top = `${up ? box.top - GAP - height : box.bottom + GAP}px`;
  panel.style.left = `${clamp(box.left, EDGE, innerWidth - panel.offsetWidth - EDGE)}px`;
}

/** At a point of the window. */
export function floatAt(panel, x, y) {
  panel.style.left = `${clamp(x, EDGE, innerWidth - panel.offsetWidth - EDGE)}px`;
  panel.style.top = `${clamp(y, EDGE, innerHeight - panel.offsetHeight - EDGE)}px`;
}
