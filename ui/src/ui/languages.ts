import type { Language } from "../i18n";

/** Each language in its own words. */
export const LANGUAGE_NAMES: Record<Language, string> = { "pt-BR": "Português (Brasil)", es: "Español", en: "English" };
