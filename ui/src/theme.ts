import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const green: MantineColorsTuple = [
  "#eef6f2", "#d9ebe3", "#b3d7c7", "#88c1a8", "#5fab8b", "#3f9473", "#2f7a5e", "#255a4a", "#1c463a", "#12312a",
];

const stone: MantineColorsTuple = [
  "#fbfaf7", "#f3f1eb", "#e6e3da", "#d3cfc3", "#aaa79c", "#7d7b72", "#5b5a53", "#403f3a", "#2a2a27", "#1b1b19",
];

const dusk: MantineColorsTuple = [
  "#e9ece9", "#c6ccc8", "#a8b1ac", "#7d8781", "#4a534e", "#38403c", "#2a312e", "#1c211f", "#141816", "#0d100f",
];

/** Dark enough for white letters on it. */
const red: MantineColorsTuple = [
  "#fdecea", "#f9d3cf", "#f4b0a9", "#f0928a", "#ec7b71", "#d6493d", "#c2352b", "#a82a21", "#8c2219", "#6f1a13",
];

export const theme = createTheme({
  primaryColor: "green",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.25,
  colors: { green, red, gray: stone, dark: dusk },
  fontFamily: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  defaultRadius: "md",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.6rem" }, h2: { fontSize: "1.2rem" }, h3: { fontSize: "1rem" } } },
  focusRing: "auto",
  cursorType: "pointer",
  components: {
    Modal: { defaultProps: { centered: true } },
    // A table wider than a phone can be scrolled by keyboard too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
    Tooltip: { defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } } },
  },
});

/** Paper in light, dusk in dark; verdicts and rules have their own colours, each with a word beside it. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fbfaf7",
    "--mantine-color-dimmed": "#5b6661",
    "--paper": "#ffffff", "--line": "#dedcd3",
    "--send": "#2f7a5e", "--queue": "#b97f10", "--suppress": "#a04436",
    "--send-back": "#e2f0e9", "--queue-back": "#fbf0d9", "--suppress-back": "#f8e4e0",
    "--send-ink": "#1b5a42", "--queue-ink": "#6f4a00", "--suppress-ink": "#8c2a1d",
  },
  dark: {
    "--mantine-color-body": "#141816",
    "--mantine-color-dimmed": "#a3ada8",
    "--mantine-color-error": "#ff9c90",
    "--paper": "#1c211f", "--line": "#333b37",
    "--send": "#5fb893", "--queue": "#d9a640", "--suppress": "#d97a6c",
    "--send-back": "#193126", "--queue-back": "#352a13", "--suppress-back": "#3d1d1a",
    "--send-ink": "#8fd6b6", "--queue-ink": "#f0c36d", "--suppress-ink": "#ff9c90",
  },
});
