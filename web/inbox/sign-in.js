// Signs in by OAuth 2.0 authorization code with PKCE (RFC 7636), at the clinic's own user pool.
// Tokens are kept in this tab's sessionStorage, so that they end with the tab. There is no refresh token.
// No tab uses a token that is older than the last sign-out or lock, whose time is in localStorage.

const TOKEN = "inbox:token";
const ATTEMPT = "inbox:attempt";
const LEAVING = "inbox:leaving"; // the URL fragment to restore after signing out at the user pool
const CLOSED = "inbox:closed"; // why the user was signed out, for the page to read once after it has reloaded
export const ENDED = "inbox:ended"; // in localStorage: {at, why} of the last sign-out or lock
const MARGIN = 60 * 1000; // ms; a token that expires within this time is no longer used
const FRESH = 15 * 1000; // ms after the sign-in in which a token counts as fresh

const setting = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const ADDRESS = setting("sign-in-address").replace(/\/$/, "");
const CLIENT = setting("sign-in-client");
const HERE = location.origin + location.pathname;

const encoded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = (size) => encoded(crypto.getRandomValues(new Uint8Array(size)));

function takeItem(key) {
  const saved = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  try { return JSON.parse(saved); } catch { return null; }
}

function lastEnd() {
  try { return JSON.parse(localStorage.getItem(ENDED)) ?? {}; } catch { return {}; }
}

// A token's claims, which only decide which name and buttons are shown. The service verifies the token.
function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch { return {}; }
}

class SignIn {
  #saved = null;

  constructor() {
    try { this.#saved = JSON.parse(sessionStorage.getItem(TOKEN)); } catch { /* the user must sign in */ }
  }

  get isSetUp() { return Boolean(ADDRESS && CLIENT); }

  // Whether the browser allows this page storage, which signing in needs.
  get canStore() {
    try { return Boolean(sessionStorage && localStorage); } catch { return false; }
  }

  get token() {
    if (!this.#saved || this.#saved.until - MARGIN <= Date.now()) return null;
    return this.#saved.since > (lastEnd().at ?? 0) ? this.#saved.token : null;
  }

  // Why the previous page signed its user out: "signed out", "idle", or null.
  takeClosed() { return takeItem(CLOSED); }

  get user() {
    const token = claims(this.#saved?.token ?? "");
    return { id: token.sub ?? "", name: token.username ?? "", groups: token["cognito:groups"] ?? [] };
  }

  // Goes to the sign-in page, which returns to the same lead.
  // After a lock, first ends the session at the user pool, so that the page asks for password and second factor.
  async start() {
    if (lastEnd().why === "idle" && sessionStorage.getItem(LEAVING) === null) return this.#leave(location.hash);
    sessionStorage.removeItem(LEAVING);
    const attempt = { state: random(16), verifier: random(48), hash: location.hash };
    sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
    const challenge = encoded(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier)));
    location.assign(`${ADDRESS}/oauth2/authorize?${new URLSearchParams({
      response_type: "code", client_id: CLIENT, redirect_uri: HERE, scope: "openid", state: attempt.state,
      code_challenge: challenge, code_challenge_method: "S256",
    })}`);
  }

  // Completes a sign-in after the sign-in page redirected here. Returns the error as a sentence, or "".
  async finish() {
    const leaving = sessionStorage.getItem(LEAVING);
    if (leaving !== null && !location.hash) history.replaceState(null, "", location.pathname + location.search + leaving);
    const returned = new URLSearchParams(location.search);
    if (!returned.has("code") && !returned.has("error")) return "";
    const attempt = takeItem(ATTEMPT);
    history.replaceState(null, "", location.pathname + (attempt?.hash ?? ""));
    if (returned.has("error")) return "Sign-in failed.";
    if (!attempt || attempt.state !== returned.get("state")) return "This sign-in was not started in this tab.";
    try {
      const response = await fetch(`${ADDRESS}/oauth2/token`, {
        method: "POST", credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(15000),
        body: new URLSearchParams({
          grant_type: "authorization_code", client_id: CLIENT, redirect_uri: HERE, code: returned.get("code"), code_verifier: attempt.verifier,
        }),
      });
      if (!response.ok) return "Sign-in failed.";
      const { access_token: token, expires_in: seconds } = await response.json();
      this.#saved = { token, since: Date.now(), until: Date.now() + seconds * 1000 };
      sessionStorage.setItem(TOKEN, JSON.stringify(this.#saved));
      localStorage.setItem(ENDED, JSON.stringify({ ...lastEnd(), why: "" }));
      return "";
    } catch { return "The sign-in service could not be reached."; }
  }

  // Whether the token is so new that it cannot have expired.
  get isFresh() { return Boolean(this.#saved) && Date.now() - this.#saved.since < FRESH; }

  forget() {
    this.#saved = null;
    sessionStorage.removeItem(TOKEN);
  }

  // Signs out in every tab, and at the user pool.
  end() {
    localStorage.setItem(ENDED, JSON.stringify({ at: Date.now(), why: "signed out" }));
    this.forget();
    this.#leave("");
  }

  // Signs out in every tab, but not at the user pool.
  lock() {
    localStorage.setItem(ENDED, JSON.stringify({ at: Date.now(), why: "idle" }));
    this.close();
  }

  // Reloads the page, which removes everything that this tab has loaded.
  close() {
    this.forget();
    sessionStorage.removeItem(LEAVING);
    sessionStorage.setItem(CLOSED, JSON.stringify(lastEnd().why ?? ""));
    location.reload();
  }

  #leave(hash) {
    sessionStorage.setItem(LEAVING, hash);
    location.assign(`${ADDRESS}/logout?${new URLSearchParams({ client_id: CLIENT, logout_uri: HERE })}`);
  }
}

export const signIn = new SignIn();
