// The script's short texts. The build inserts the texts that a visitor may need before the form has loaded.
// WORDS: language -> English text -> translation. ADVICE: the emergency advice in each language.

/* global WORDS, ADVICE */
export const LANGUAGES = { en: "English", es: "Español" };

export const adviceIn = (language) => ADVICE[language];

export const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** A built-in text in a language. */
export const builtIn = (language, english, values) => filled(WORDS[language]?.[english] ?? english, values);

/** The form's language, the first of: the element's attribute, `chosen`, the page's, the browser's, English.
 * `chosen`: what the visitor chose before. It counts only if the form is part of another page. */
export function wantedLanguage(form, chosen) {
  const nearest = form.closest("[lang]")?.lang;
  const wanted = [form.getAttribute("language"), form.wholePage ? null : chosen, nearest, ...navigator.languages];
  return wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
}
