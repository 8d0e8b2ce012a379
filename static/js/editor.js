// The JSON editor: CodeMirror over the page's text area. The text area stays the form's field; the editor writes to it.

const nonce = document.querySelector("meta[name=style-nonce]")?.content ?? "";

const look = (CM) => {
  const { tags, HighlightStyle, syntaxHighlighting, EditorView } = CM;
  return [
    syntaxHighlighting(HighlightStyle.define([
      { tag: tags.propertyName, color: "light-dark(#1f4db3, #8fb3ff)" },
      { tag: tags.string, color: "light-dark(#17734a, #7fd3a8)" },
      { tag: [tags.number, tags.bool, tags.null], color: "light-dark(#8a3b00, #f0a868)" },
    ])),
    EditorView.theme({
      "&": { fontSize: "0.8125rem", backgroundColor: "var(--tblr-bg-forms)", color: "var(--ward-text)", minHeight: "22rem", maxHeight: "70vh" },
      ".cm-scroller": { fontFamily: "var(--ward-mono)", lineHeight: "1.55", overflow: "auto", minHeight: "22rem" },
      ".cm-content": { caretColor: "var(--ward-strong)" },
      ".cm-cursor": { borderLeftColor: "var(--ward-strong)" },
      ".cm-gutters": { backgroundColor: "var(--ward-raised)", color: "var(--ward-quiet)", borderRight: "1px solid var(--ward-line)" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--ward-accent) 8%, transparent)" },
      "&.cm-focused": { outline: "2px solid var(--ward-accent-text)" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in oklab, var(--ward-accent) 28%, transparent)" },
      ".cm-tooltip": { backgroundColor: "var(--ward-surface)", color: "var(--ward-text)", border: "1px solid var(--ward-line)" },
      ".cm-panels": { backgroundColor: "var(--ward-raised)", color: "var(--ward-text)" },
    }),
  ];
};

// The place of a line and column, both counted from 1, in a document that may have become shorter since.
const place = (doc, line, column) => {
  const at = doc.line(Math.min(Math.max(1, Number(line)), doc.lines));
  return Math.min(at.to, at.from + Math.max(0, Number(column || 1) - 1));
};

// What the server found, as marks from where it starts to where it ends, or to the end of its line.
const severities = { attention: "warning", info: "info" };
const findings = (box, doc) => [...(box.querySelector("[data-findings]:has([data-summary])") ?? box).querySelectorAll("[data-problems-of] [data-line]")].flatMap((item) => {
  const { line, column, endLine, endColumn, tone } = item.dataset;
  if (!Number(line) || Number(line) > doc.lines) return [];
  const from = place(doc, line, column);
  const to = endLine ? place(doc, endLine, endColumn) : doc.lineAt(from).to;
  const message = item.querySelector("[data-message]").textContent;
  return [{ from, to: Math.max(from, to), severity: severities[tone] ?? "error", message }];
});

const size = (box, text) => {
  const place = box.querySelector("[data-editor-size]");
  if (!place) return;
  const used = text.replace(/\s/g, "").length;
  const { limit } = place.dataset;
  place.textContent = limit ? `${used} of ${limit} characters without white space` : `${used} characters without white space`;
  place.toggleAttribute("data-over", Boolean(limit) && used > Number(limit));
};

const mount = (box) => {
  const area = box.querySelector("textarea");
  if (!area || area.dataset.mounted || !window.CM) return;
  area.dataset.mounted = "true";
  const { CM } = window;
  const json = CM.jsonParseLinter();
  // What the server found, until the text is changed; else what the parser says.  Nothing written yet is no fault.
  let marks = [];
  const faults = (view) => (marks.length || !view.state.doc.toString().trim() ? marks : json(view));
  const holder = document.createElement("div");
  holder.className = "editor-mount";
  area.before(holder);
  area.hidden = true;
  area.required = false;
  const label = box.querySelector("label");
  const view = new CM.EditorView({
    parent: holder,
    state: CM.EditorState.create({
      doc: area.value,
      extensions: [
        CM.EditorView.cspNonce.of(nonce), CM.lineNumbers(), CM.foldGutter(), CM.history(), CM.drawSelection(), CM.indentUnit.of("  "),
        CM.indentOnInput(), CM.bracketMatching(), CM.closeBrackets(), CM.highlightActiveLine(), CM.highlightActiveLineGutter(),
        CM.highlightSelectionMatches(), CM.json(), CM.lintGutter(), CM.linter(faults), CM.search({ top: true }), look(CM),
        // Tab moves on, as everywhere in a form; Ctrl-] indents.
        CM.keymap.of([...CM.closeBracketsKeymap, ...CM.defaultKeymap, ...CM.searchKeymap, ...CM.historyKeymap, ...CM.foldKeymap, ...CM.lintKeymap]),
        CM.EditorView.contentAttributes.of({ tabindex: "0", "aria-label": label?.textContent ?? "JSON", "aria-describedby": area.getAttribute("aria-describedby") ?? "" }),
        CM.EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          marks = [];
          area.value = update.state.doc.toString();
          area.dispatchEvent(new Event("input", { bubbles: true }));
          size(box, area.value);
        }),
      ],
    }),
  });
  size(box, area.value);
  const mark = () => {
    marks = findings(box, view.state.doc);
    view.dispatch(CM.setDiagnostics(view.state, faults(view)));
  };
  mark();
  label?.addEventListener("click", () => view.focus());
  const show = (anchor) => {
    view.dispatch({ selection: { anchor }, effects: CM.EditorView.scrollIntoView(anchor, { y: "center" }) });
    view.focus();
  };

  // Others (a snippet, the visual editor) write into the text area and say so.
  area.addEventListener("editor:set", (event) => {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: event.detail } });
  });
  box.querySelector("[data-editor-format]")?.addEventListener("click", () => {
    try {
      const tidy = JSON.stringify(JSON.parse(area.value), null, 2);
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: tidy } });
    } catch {
      document.getElementById("announcer").textContent = "This is not valid JSON yet; the marked line says where.";
    }
    view.focus();
  });
  box.addEventListener("click", (event) => {
    const item = event.target.closest("[data-goto]")?.closest("[data-line]");
    if (!item) return;
    event.preventDefault();
    show(place(view.state.doc, item.dataset.line, item.dataset.column));
  });
  // Fresh findings: marked in the text, and said aloud where they are others than before.
  let said = null;
  box.addEventListener("htmx:afterSwap", () => {
    mark();
    const summary = box.querySelector("[data-summary]")?.dataset.summary;
    if (summary && said !== null && summary !== said) document.getElementById("announcer").textContent = summary;
    said = summary ?? "";
  });
  // Pages that speak of a statement lead to its place: #L12C5.
  const [, line, column] = /^#L(\d+)(?:C(\d+))?$/.exec(location.hash) ?? [];
  if (line) show(place(view.state.doc, line, column));
};

const mountAll = () => document.querySelectorAll("[data-editor=json]").forEach(mount);
mountAll();
document.addEventListener("htmx:afterSettle", mountAll);
