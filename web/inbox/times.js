// Times as staff say them: how long is left, since when, on which day. All by the service's clock, not this device's.

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let behind = 0; // ms that this device's clock is behind the service's

export function setClock(iso) {
  const said = Date.parse(iso);
  if (!Number.isNaN(said)) behind = said - Date.now();
}

export const now = () => Date.now() + behind;

export function clock(iso) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (new Date(now()).toDateString() === at.toDateString()) return time;
  return `${at.toLocaleDateString([], { weekday: "short", month: "short", day: "numeric" })}, ${time}`;
}

export const day = (iso) => new Date(iso).toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });

// "4:59" below an hour, else "3 h 20 min" or "2 days"
export function span(ms) {
  const left = Math.abs(ms);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} min`;
  return `${Math.floor(left / MINUTE)}:${String(Math.floor((left % MINUTE) / 1000)).padStart(2, "0")}`;
}

export function ago(iso) {
  const passed = now() - Date.parse(iso);
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return `${Math.floor(passed / DAY)} days ago`;
}

// Keeps every element with a deadline counting.
export function tick(root = document) {
  for (const node of root.querySelectorAll("[data-deadline]")) {
    const left = Date.parse(node.dataset.deadline) - now();
    const text = left < 0 ? `${span(left)} overdue` : `${span(left)} left`;
    if (node.textContent !== text) node.textContent = text;
    node.classList.toggle("overdue", left < 0);
    node.classList.toggle("soon", left >= 0 && left < 30 * MINUTE);
  }
  for (const node of root.querySelectorAll("[data-ago]")) {
    const text = ago(node.dataset.ago);
    if (node.textContent !== text) node.textContent = text;
  }
}
