// Writes times and countdowns for staff, by the service's clock. This device's clock may be wrong.

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let offset = 0; // ms to add to this device's clock

export function setClock(iso) {
  const serviceTime = Date.parse(iso);
  if (!Number.isNaN(serviceTime)) offset = serviceTime - Date.now();
}

export const now = () => Date.now() + offset;

// The last full hour (UTC). The report counts a deadline only after its clock hour has ended.
export const startOfHour = () => new Date(Math.floor(now() / HOUR) * HOUR).toISOString();

// "9:42 AM" for a time today, or else with the day, and with the year if it is not this year
export function formatTime(iso) {
  const at = new Date(iso);
  const today = new Date(now());
  const time = at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (today.toDateString() === at.toDateString()) return time;
  const year = today.getFullYear() === at.getFullYear() ? undefined : "numeric";
  return `${at.toLocaleDateString([], { weekday: "short", month: "short", day: "numeric", year })}, ${time}`;
}

// "Nov 30, 2026, 9:42:07 AM"
export const formatExactTime = (iso) => new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });

export const formatDay = (iso) => new Date(iso).toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });

// "4:59" below an hour, else "3 h 20 min" or "1 d 13 h"
function formatSpan(ms) {
  const left = Math.abs(ms);
  if (left >= DAY) return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} min`;
  return `${Math.floor(left / MINUTE)}:${String(Math.floor((left % MINUTE) / 1000)).padStart(2, "0")}`;
}

function formatAgo(iso) {
  const passed = now() - Date.parse(iso);
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return `${Math.floor(passed / DAY)} days ago`;
}

export function updateTimes() {
  for (const node of document.querySelectorAll("[data-deadline]")) {
    const left = Date.parse(node.dataset.deadline) - now();
    setText(node, left < 0 ? `${formatSpan(left)} overdue` : `${formatSpan(left)} left`);
    node.classList.toggle("overdue", left < 0);
    node.classList.toggle("soon", left >= 0 && left < 30 * MINUTE);
  }
  for (const node of document.querySelectorAll("[data-ago]")) setText(node, formatAgo(node.dataset.ago));
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
