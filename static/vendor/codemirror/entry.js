// What the JSON editor needs of CodeMirror 6, gathered in one file by ./build. Exports one object, `CM`.
import { EditorState, Compartment } from "@codemirror/state";
import {
  EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter, drawSelection, placeholder,
} from "@codemirror/view";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting, HighlightStyle,
} from "@codemirror/language";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { linter, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { searchKeymap, highlightSelectionMatches, search } from "@codemirror/search";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { tags } from "@lezer/highlight";

export {
  EditorState, Compartment, EditorView, keymap, lineNumbers, highlightActiveLine, highlightActiveLineGutter,
  drawSelection, placeholder, defaultKeymap, history, historyKeymap, indentWithTab, bracketMatching, foldGutter,
  foldKeymap, indentOnInput, indentUnit, syntaxHighlighting, HighlightStyle, json, jsonParseLinter, linter, lintGutter,
  lintKeymap, setDiagnostics, searchKeymap, highlightSelectionMatches, search, autocompletion, closeBrackets,
  closeBracketsKeymap, completionKeymap, tags,
};
