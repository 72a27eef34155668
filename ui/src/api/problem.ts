/** A refusal of the API (RFC 9457) with its words in the reader's language. */
export interface Refusal {
  status: number;
  code: string;
  field: string | null;
  detail: string;
  errors: { field: string | null; detail: string }[];
}

/** The refusal that an error is; null when the server could not be asked at all. */
export function refusalOf(error: unknown): Refusal | null {
  if (typeof error !== "object" || error === null || !("code" in error) || !("detail" in error)) return null;
  const { status, code, field, detail, errors } = error as Partial<Refusal>;
  return { status: status ?? 0, code: code ?? "", field: field ?? null, detail: detail ?? "", errors: errors ?? [] };
}

/** The sentence about one field of a form, when the refusal has one. */
export function saidOf(error: unknown, field: string): string | undefined {
  const refusal = refusalOf(error);
  if (!refusal) return undefined;
  const all = [{ field: refusal.field, detail: refusal.detail }, ...refusal.errors];
  return all.find((one) => one.field === field || one.field?.startsWith(`${field}.`) || one.field?.startsWith(`${field}[`))?.detail;
}
