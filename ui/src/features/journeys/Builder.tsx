import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { useDebouncedValue, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconArrowForwardUp, IconDeviceFloppy, IconWand } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { checkJourney, getJourneyFiguresOptions, getJourneyOptions, type JourneyDetailView, refusalOf, saveJourneyMutation } from "../../api";
import { useSession } from "../../ui/session";
import { Failure } from "../../ui/states";
import { Actions } from "./Actions";
import { Canvas } from "./Canvas";
import { type Journey, type Place, type Step, stepNamed } from "./document";
import { type Drawing, DrawingContext, type Figure } from "./drawing";
import * as edits from "./edits";
import { useHistory } from "./history";
import { ENTRY_ID } from "./layout";
import { Leaving } from "./Leaving";
import { Problems } from "./Problems";
import { StepDrawer } from "./StepDrawer";
import { StepList } from "./StepList";
import { Travellers } from "./Travellers";
import { useStory } from "./words";

/** Steps that were copied, in this journey or in another one. */
let clipboard: Step[] = [];

interface BuilderProps {
  found: JourneyDetailView;
}

/** A journey while it is drawn: as a picture or as a list, with what is wrong with it. */
export function Builder({ found }: BuilderProps) {
  const { t } = useLingui();
  const { may } = useSession();
  const cache = useQueryClient();
  const story = useStory();
  const narrow = useMediaQuery("(max-width: 48em)") ?? false;
  const mayWrite = may("campaigns.write") && found.state !== "stopped";
  const { journey, draw, undo, redo, canUndo, canRedo } = useHistory(found.draft as unknown as Journey);
  const [saved, setSaved] = useState({ journey, version: found.draft_version });
  const [view, setView] = useState<"picture" | "list" | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [target, setTarget] = useState<{ id: string } | null>(null);
  const [copied, setCopied] = useState(clipboard);
  const [shown, setShown] = useState<{ node: string; figure: Figure } | null>(null);
  const dirty = journey !== saved.journey;
  const seen = view ?? (narrow ? "list" : "picture");

  const [asked] = useDebouncedValue(journey, 300);
  const check = useQuery({
    queryKey: ["journey problems", found.name, asked],
    queryFn: async () => (await checkJourney({ body: { document: asked as unknown as Record<string, unknown> }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const figures = useQuery({ ...getJourneyFiguresOptions({ path: { name: found.name } }), enabled: found.version > 0, refetchInterval: 10_000 });

  const save = useMutation(saveJourneyMutation());
  const keep = useCallback(async () => {
    const drawn = journey;
    const answer = await save.mutateAsync({ path: { name: found.name }, body: { document: drawn as unknown as Record<string, unknown>, draft_version: saved.version } });
    setSaved({ journey: drawn, version: answer.draft_version });
    cache.setQueryData(getJourneyOptions({ path: { name: found.name } }).queryKey, answer);
  }, [journey, saved.version, save, found.name, cache]);
  const saveNow = () => void keep().then(() => notifications.show({ message: t`The draft is saved.` }), () => undefined);

  useHotkeys([["mod+Z", undo], ["mod+shift+Z", redo], ["mod+Y", redo], ["mod+S", () => { if (dirty) saveNow(); }]]);

  const drawing: Drawing = useMemo(() => ({
    journey, story, mayWrite, chosen, copied,
    problems: check.data ?? found.problems,
    figures: new Map((figures.data?.nodes ?? []).map((one) => [one.node, one])),
    open: setChosen,
    add: (place, kind) => {
      const made = edits.insert(journey, place, kind);
      draw(made.journey);
      setTarget({ id: made.id });
      if (!["goal", "exit"].includes(kind)) setChosen(made.id);
    },
    paste: (place) => {
      const made = edits.paste(journey, place, copied);
      draw(made.journey);
      if (made.ids[0]) setTarget({ id: made.ids[0] });
    },
    copy: (ids) => {
      clipboard = ids.flatMap((id) => stepNamed(journey, id) ?? []);
      setCopied(clipboard);
      notifications.show({ message: t`Copied. The plus on a way pastes it there.` });
    },
    remove: (ids) => draw(edits.remove(journey, ids)),
    show: (node, figure) => setShown({ node, figure }),
  }), [journey, story, mayWrite, chosen, copied, check.data, found.problems, figures.data, draw, t]);

  const connect = (place: Place, next: string) => draw(edits.connect(journey, place, next));
  const jump = (node: string) => {
    setTarget({ id: node || ENTRY_ID });
    setChosen(node || ENTRY_ID);
  };
  const button = (label: string, icon: ReactNode, act: () => void, able: boolean) => (
    <Tooltip label={label}><ActionIcon variant="default" size={36} aria-label={label} disabled={!able} onClick={act}>{icon}</ActionIcon></Tooltip>
  );
  return (
    <DrawingContext value={drawing}>
      <Leaving dirty={dirty} />
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="xs">
          <SegmentedControl aria-label={t`How it is shown`} value={seen} onChange={(value) => setView(value as "picture" | "list")} data={[{ value: "picture", label: t`Picture` }, { value: "list", label: t`List` }]} />
          {mayWrite ? (
            <>
              {button(t`Undo`, <IconArrowBackUp size={18} aria-hidden />, undo, canUndo)}
              {button(t`Redo`, <IconArrowForwardUp size={18} aria-hidden />, redo, canRedo)}
              {seen === "picture" ? button(t`Put every step in its place`, <IconWand size={18} aria-hidden />, () => draw(edits.tidied(journey)), true) : null}
            </>
          ) : null}
        </Group>
        <Group gap="xs">
          {mayWrite ? <Text size="sm" c="dimmed" role="status">{dirty ? t`Not saved yet` : ""}</Text> : null}
          {mayWrite ? <Button variant="default" leftSection={<IconDeviceFloppy size={18} aria-hidden />} disabled={!dirty} loading={save.isPending} onClick={saveNow}>{t`Save`}</Button> : null}
          <Actions found={found} journey={journey} figures={figures.data?.nodes ?? []} unfinished={drawing.problems.length > 0} keep={dirty ? keep : null} />
        </Group>
      </Group>
      {save.error ? <Failure error={save.error} /> : null}
      {mayWrite ? <Problems jump={jump} unread={check.error ? refusalOf(check.error)?.detail : undefined} /> : null}
      {seen === "picture" ? <Canvas target={target} connect={connect} move={(id, position) => draw((now) => edits.move(now, id, position), `move ${id}`)} /> : <StepList />}
      <StepDrawer close={() => setChosen(null)} connect={connect}
        changeStep={(id, part) => draw((now) => edits.change(now, id, part), `${id} ${Object.keys(part).join(" ")}`)}
        changeJourney={(part) => draw((now) => ({ ...now, ...part }), Object.keys(part).join(" "))} />
      {shown ? <Travellers name={found.name} node={shown.node} figure={shown.figure} close={() => setShown(null)} /> : null}
    </DrawingContext>
  );
}
