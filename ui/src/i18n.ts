import { i18n } from "@lingui/core";

export const LANGUAGES = ["pt-BR", "es", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = "pauta.language";

/** The language to begin with: the one chosen here before, else the browser's, else English. */
export function firstLanguage(): Language {
  const wished = [localStorage.getItem(KEPT) ?? "", ...navigator.languages];
  for (const tag of wished) {
    const found = LANGUAGES.find((one) => one.slice(0, 2) === tag.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return "en";
}

/** Let the whole app speak a language, now and at the next visit. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await import(`./locales/${language}.po`);
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  i18n.loadAndActivate({ locale: language, messages });
}
