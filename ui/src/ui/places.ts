import { useLingui } from "@lingui/react";
import { useMemo } from "react";

/** Countries and languages by the names that the reader's language gives them; an unknown code as it is. */
export function usePlaces() {
  const { i18n } = useLingui();
  const { locale } = i18n;
  return useMemo(() => {
    const named = (type: "region" | "language") => {
      const names = new Intl.DisplayNames(locale, { type, fallback: "code" });
      return (code: string) => {
        try {
          return names.of(code) ?? code;
        } catch {
          return code; // Not written as a code at all.
        }
      };
    };
    return { country: named("region"), language: named("language") };
  }, [locale]);
}
