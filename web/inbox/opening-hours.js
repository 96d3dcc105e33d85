// Takes a time, and the field `hours` of a lead.
export function isOpen(at, { time_zone: timeZone, days, holidays }) {
  const [day, time] = new Date(at).toLocaleString("sv", { timeZone }).split(" "); // 2026-01-31 09:30:00
  const weekday = new Date(`${day}T00:00Z`).toLocaleDateString("en", { weekday: "short", timeZone: "UTC" });
  const [opens, closes] = days[weekday] ?? [];
  return !holidays.includes(day) && opens <= time && time < closes;
}
