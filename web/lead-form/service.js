// The requests to the clinic's service.

import { wait } from "./elements.js";

const HOME = new URL("..", import.meta.url);
const REQUEST_TIMEOUT = 20000; // ms

// The policy for the form's own markup. A page with Trusted Types allows it by name: `trusted-types lead-form`.
let policy;
try {
  policy = globalThis.trustedTypes?.createPolicy("lead-form", { createHTML: (markup) => markup });
} catch { /* the page does not allow it: then it can only link to the form */ }

export class Service {
  constructor(form) {
    this.form = form;
  }

  fetch(path, content, more) {
    const home = this.form.getAttribute("api");
    const headers = { "accept-language": this.form.language, ...(content && { "content-type": "application/json" }) };
    const post = content && { method: "POST", body: JSON.stringify(content), cache: "no-store" };
    return fetch(new URL(path, home ? new URL(home.replace(/\/*$/, "/"), document.baseURI) : HOME), { headers, credentials: "omit", ...post, ...more });
  }

  /** Returns what `read` makes of the response. Throws if none comes in time. */
  async ask(path, content, read) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), REQUEST_TIMEOUT);
    try {
      return await read(await this.fetch(path, content, { signal: stop.signal }));
    } finally {
      clearTimeout(timer);
    }
  }

  /** {status, body, retryAfter}; status 0 without an answer from this service. POST with `content`, else GET. */
  call(path, content) {
    return this.ask(path, content, async (response) => {
      const body = await response.json().catch(() => null);
      const foreign = content && response.ok && !Array.isArray(body?.messages);
      return { status: foreign ? 0 : response.status, body, retryAfter: Number(response.headers.get("retry-after")) };
    }).catch(() => ({ status: 0 }));
  }

  /** The drawn form, as nodes; null if it cannot be loaded. `mode`: "added" for the page after Send. */
  async drawn(questionnaire, language, mode = "element") {
    const level = this.form.wholePage ? 1 : 2;
    const address = `form?mode=${mode}&level=${level}&questionnaire=${encodeURIComponent(questionnaire)}&language=${language}`;
    const markup = await this.ask(address, null, (response) => (response.ok ? response.text() : "")).catch(() => "");
    const holder = document.createElement("template");
    holder.innerHTML = policy ? policy.createHTML(markup) : markup;
    return holder.content.querySelector("form[data-questionnaire], [data-closed]") && holder.content;
  }

  /** Gets a token and solves its proof of work, as signs of a human visitor. Sending never depends on them. `put`
   * stores each one when known, while `wanted()` is true. */
  async guard(id, guard, wanted, put) {
    try {
      if (!guard.token) {
        const { body } = await this.call(`challenges/${id}`);
        if (!body?.token || !wanted()) return;
        guard = body;
        put(guard);
      }
      const proof = guard.challenge && await solve(guard.challenge, wanted);
      if (proof && wanted()) put({ token: guard.token, proof });
    } catch { /* without */ }
  }
}

/** A proof of work (ALTCHA, version 1), in small steps that never delay typing. Undefined if `wanted()` turns false. */
async function solve({ algorithm, challenge, maxnumber, salt, signature }, wanted) {
  const encoder = new TextEncoder();
  const goal = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const fits = (hash) => new Uint8Array(hash).every((byte, index) => byte === goal[index]);
  for (let from = 0; from <= maxnumber && wanted(); from += 100) {
    const hashes = await Promise.all(Array.from({ length: 100 }, (_, index) => crypto.subtle.digest(algorithm, encoder.encode(salt + (from + index)))));
    const found = hashes.findIndex(fits);
    if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: from + found, salt, signature }));
    await wait(0);
  }
  return undefined;
}
