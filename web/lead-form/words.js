// The short texts of the script. The build fills in WORDS (language -> English text -> translation) and ADVICE (the
// emergency advice in each language) from shared/rulebook, so that they are there without a network.

/* global WORDS, ADVICE */
export const LANGUAGES = { en: "English", es: "Español" };

/** The emergency advice for everybody. */
export const adviceIn = (language) => ADVICE[language];

/** The text in a language, its {names} filled in. */
export const say = (language, english, values = {}) =>
  (WORDS[language]?.[english] ?? english).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** The language that a form shows: that of the element, the page or the browser, in this order. */
export function wantedLanguage(form, chosen) {
  const nearest = form.closest("[lang]")?.lang;
  const wanted = [form.getAttribute("language"), form.wholePage ? null : chosen, nearest, ...navigator.languages];
  return wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
}
