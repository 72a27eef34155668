import lingui from "eslint-plugin-lingui";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const DOWNWARDS = "Lower layers never import higher ones: app > features > ui > api > i18n.";
const APART = "Features do not import each other; what two of them share is in ui.";

/** Files of a layer, and the paths that they must not import. */
const zone = (files, regex, message) => ({ files, rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] } });

export default tseslint.config(
  { ignores: ["src/api/client", "src/locales"] },
  tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks, lingui },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "lingui/no-single-variables-to-translate": "error",
      "lingui/no-trans-inside-trans": "error",
      "lingui/t-call-in-function": "error",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  zone(["src/api/**"], "^(\\.\\./)+(ui|features|app)(/|$)", DOWNWARDS),
  zone(["src/ui/**"], "^(\\.\\./)+(features|app)(/|$)", DOWNWARDS),
  zone(["src/features/*/*"], "^\\.\\./(?!\\.\\./)|^(\\.\\./)+(features|app)(/|$)", APART),
);
