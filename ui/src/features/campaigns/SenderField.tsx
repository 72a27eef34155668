import { useLingui } from "@lingui/react/macro";
import { Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

const OWNER = "owner";

/** Whom a campaign's mails are from: the company, whoever looks after each contact's account, or an address. */
export function SenderField({ value, onChange, error }: { value: string; onChange: (sender: string) => void; error?: string }) {
  const { t } = useLingui();
  const [writes, setWrites] = useState(value !== "" && value !== OWNER);
  const choose = (chosen: string | null) => {
    setWrites(chosen === "address");
    onChange(chosen === OWNER ? OWNER : "");
  };
  return (
    <Stack gap="xs">
      <Select label={t`Sender`} allowDeselect={false} value={writes ? "address" : value === OWNER ? OWNER : "company"} onChange={choose} error={writes ? undefined : error}
        data={[{ value: "company", label: t`The company` }, { value: OWNER, label: t`Whoever looks after the account` }, { value: "address", label: t`Another address` }]} />
      {writes && <TextInput aria-label={t`Sender’s address`} placeholder="News <news@sur.example>" value={value} onChange={(event) => onChange(event.currentTarget.value)} error={error} />}
    </Stack>
  );
}
