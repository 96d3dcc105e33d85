// Locks all tabs after some minutes without use, so that no patient's data stays on an unattended screen.
// localStorage holds the time when a tab was last used. The refresh every 15 seconds does not count as use.

import { announce, byId } from "./elements.js";
import { ENDED, signIn } from "./sign-in.js";

const ACTIVE = "inbox:active"; // ms since 1970
const LIMIT = Number(document.querySelector('meta[name="lock-after-minutes"]').content) * 60 * 1000; // ms
const WARNING = 60 * 1000; // ms between the warning and the lock
const NOTED_EVERY = 5 * 1000;

let noted = 0;

export const lockMinutes = LIMIT / 60000;

export function startIdleLock() {
  note();
  for (const use of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(use, note, { passive: true });
  addEventListener("storage", ({ key }) => { if (key === ENDED && !signIn.token) signIn.close(); });
  // reload a page that the browser restored from its history
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", check);
  setInterval(check, 5000);
}

// Checks the limit first, because use after the limit must not prevent the lock.
function note() {
  const at = Date.now();
  if (at - noted < NOTED_EVERY) return;
  if (noted && check()) return;
  noted = at;
  localStorage.setItem(ACTIVE, String(at));
  if (byId("status").dataset.kind === "lock") announce("");
}

function check() {
  const idle = Date.now() - Number(localStorage.getItem(ACTIVE));
  if (idle >= LIMIT) signIn.lock();
  else if (idle >= LIMIT - WARNING) announce("This page locks in a minute. Tap it or press a key to stay.", { kind: "lock", forMs: WARNING });
  return idle >= LIMIT;
}
