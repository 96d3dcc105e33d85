// Signing in: OAuth 2.0 authorization code with PKCE (RFC 7636), at the clinic's own user pool.
//
// The code leaves the address bar before anything else happens. Tokens stay in this tab (sessionStorage, so that a
// reload or a second alert does not ask again) and end with it. There is no refresh token: when an hour is over, signing
// in again is usually one redirect without a question, and it comes back to the same lead.

const TOKEN = "inbox:token";
const ATTEMPT = "inbox:attempt";
const SOON = 60 * 1000; // ms: a token this close to its end is not used any more

const setting = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const ADDRESS = setting("sign-in-address").replace(/\/$/, "");
const CLIENT = setting("sign-in-client");
const HERE = location.origin + location.pathname;

const encoded = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = (size) => encoded(crypto.getRandomValues(new Uint8Array(size)));

function taken(key) {
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  try { return JSON.parse(kept); } catch { return null; }
}

// What a token says. It is not checked here: it decides nothing but whom to greet and which
// buttons to offer; the service checks.
function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch { return {}; }
}

export class SignIn {
  #kept = null;

  constructor() {
    try { this.#kept = JSON.parse(sessionStorage.getItem(TOKEN)); } catch { /* then sign in */ }
  }

  get isSetUp() { return Boolean(ADDRESS && CLIENT); }

  // null when one has to sign in
  get token() { return this.#kept && this.#kept.until - SOON > Date.now() ? this.#kept.token : null; }

  get user() {
    const said = claims(this.#kept?.token ?? "");
    return { id: said.sub ?? "", name: said.username ?? "", groups: said["cognito:groups"] ?? [] };
  }

  // Leaves for the sign-in page; comes back to the same lead.
  async start() {
    const attempt = { state: random(16), verifier: random(48), hash: location.hash };
    sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
    const challenge = encoded(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier)));
    location.assign(`${ADDRESS}/oauth2/authorize?${new URLSearchParams({
      response_type: "code", client_id: CLIENT, redirect_uri: HERE, scope: "openid", state: attempt.state,
      code_challenge: challenge, code_challenge_method: "S256",
    })}`);
  }

  // After coming back from the sign-in page. Returns a sentence when it went wrong, else "".
  async finish() {
    const said = new URLSearchParams(location.search);
    if (!said.has("code") && !said.has("error")) return "";
    const attempt = taken(ATTEMPT);
    history.replaceState(null, "", location.pathname + (attempt?.hash ?? ""));
    if (said.has("error")) return "Signing in did not work.";
    if (!attempt || attempt.state !== said.get("state")) return "This sign-in was not started in this tab.";
    try {
      const answer = await fetch(`${ADDRESS}/oauth2/token`, {
        method: "POST", credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(15000),
        body: new URLSearchParams({
          grant_type: "authorization_code", client_id: CLIENT, redirect_uri: HERE, code: said.get("code"), code_verifier: attempt.verifier,
        }),
      });
      if (!answer.ok) return "Signing in did not work.";
      const { access_token: token, expires_in: seconds } = await answer.json();
      this.#kept = { token, since: Date.now(), until: Date.now() + seconds * 1000 };
      sessionStorage.setItem(TOKEN, JSON.stringify(this.#kept));
      return "";
    } catch { return "The sign-in service could not be reached."; }
  }

  // True when the token is so new that a refusal is not a matter of time.
  get isFresh() { return Boolean(this.#kept) && Date.now() - this.#kept.since < 15000; }

  forget() {
    this.#kept = null;
    sessionStorage.removeItem(TOKEN);
  }

  end() {
    this.forget();
    location.assign(`${ADDRESS}/logout?${new URLSearchParams({ client_id: CLIENT, logout_uri: HERE })}`);
  }
}
