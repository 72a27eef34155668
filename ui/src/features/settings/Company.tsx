import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Fieldset, Group, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type CompanyForm, getCompanyOptions, saidOf, saveCompanySettingsMutation } from "../../api";
import { LANGUAGES } from "../../i18n";
import { LANGUAGE_NAMES } from "../../ui/languages";
import { useSession } from "../../ui/session";
import { Answer, Failure } from "../../ui/states";

const ZONES = Intl.supportedValuesOf("timeZone");
const FIELDS = ["name", "zone", "country", "region", "language", "sender", "postal_address"];

/** Who the mails come from, and whose day and language count where a contact's own are unknown. */
export function Company() {
  const company = useQuery(getCompanyOptions());
  return <Answer of={company}>{(told) => <CompanyFields told={told} />}</Answer>;
}

function CompanyFields({ told }: { told: CompanyForm }) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const [form, setForm] = useState<CompanyForm>(told);
  const change = (part: Partial<CompanyForm>) => setForm((old) => ({ ...old, ...part }));
  const save = useMutation({
    ...saveCompanySettingsMutation(),
    onSuccess: async () => {
      notifications.show({ message: t`The company’s details are saved.` });
      await cache.invalidateQueries();
    },
  });
  const said = (field: string) => saidOf(save.error, field);
  const readOnly = !may("team.write");
  return (
    <form onSubmit={(event) => { event.preventDefault(); save.mutate({ body: form }); }}>
      <Stack maw={720}>
        <Fieldset legend={t`In every e-mail`} className="paper" disabled={readOnly}>
          <Stack gap="sm">
            <TextInput label={t`Name of the company`} required maxLength={200} value={form.name} onChange={(event) => change({ name: event.currentTarget.value })} error={said("name")} />
            <TextInput label={t`Sender`} description={t`Name and address, such as Ana <ana@company.example>`} maxLength={1000} value={form.sender ?? ""} onChange={(event) => change({ sender: event.currentTarget.value })} error={said("sender")} />
            <Textarea label={t`Postal address`} description={t`Bulk mail must name one by law`} autosize minRows={2} maxLength={1000} value={form.postal_address ?? ""} onChange={(event) => change({ postal_address: event.currentTarget.value })} error={said("postal_address")} />
          </Stack>
        </Fieldset>
        <Fieldset legend={t`Used where the contact’s own is unknown`} className="paper" disabled={readOnly}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Select label={t`Time zone`} required searchable allowDeselect={false} limit={100} disabled={readOnly} value={form.zone} onChange={(value) => change({ zone: value ?? form.zone })}
              data={ZONES.includes(form.zone) ? ZONES : [form.zone, ...ZONES]} error={said("zone")} />
            <Select label={t`Language`} required allowDeselect={false} disabled={readOnly} value={form.language} onChange={(value) => change({ language: value ?? form.language })}
              data={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))} error={said("language")} />
            <TextInput label={t`Country`} description={t`Name or code: its public holidays count`} maxLength={100} value={form.country ?? ""} onChange={(event) => change({ country: event.currentTarget.value || null })} error={said("country")} />
            <TextInput label={t`Region`} description={t`Code of the state or region, such as SP`} maxLength={10} value={form.region ?? ""} onChange={(event) => change({ region: event.currentTarget.value || null })} error={said("region")} />
          </SimpleGrid>
        </Fieldset>
        <Fieldset legend={t`What e-mails tell you`} className="paper" disabled={readOnly}>
          <Select label={t`Measure opens and clicks`} description={t`Contacts can refuse it on their preferences page`} allowDeselect={false} disabled={readOnly}
            value={form.measures ?? "bulk"} onChange={(value) => change({ measures: (value ?? "bulk") as CompanyForm["measures"] })}
            data={[
              { value: "bulk", label: t`In all e-mails but transactional ones` },
              { value: "everything", label: t`In all e-mails` },
              { value: "nothing", label: t`In no e-mail` },
            ]} />
        </Fieldset>
        {save.error && !FIELDS.some(said) ? <Failure error={save.error} /> : null}
        {readOnly
          ? <Text size="sm" c="dimmed"><Trans>Whoever manages people may change this.</Trans></Text>
          : <Group><Button type="submit" loading={save.isPending}><Trans>Save</Trans></Button></Group>}
        <Text size="sm" c="dimmed"><Trans>The hours and days on which e-mails may leave are set in the policies.</Trans></Text>
      </Stack>
    </form>
  );
}
