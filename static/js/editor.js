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

// What the server found, as marks at their lines.
const findings = (CM, box, doc) => [...box.querySelectorAll("[data-problems-of] [data-line]")].flatMap((item) => {
  const line = Number(item.dataset.line);
  if (!line || line > doc.lines) return [];
  const at = doc.line(line);
  const from = Math.min(at.to, at.from + Math.max(0, Number(item.dataset.column || 1) - 1));
  return [{ from, to: Math.max(from, at.to), severity: item.dataset.tone === "attention" ? "warning" : "error", message: item.textContent.trim() }];
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
  const holder = document.createElement("div");
  holder.className = "editor-mount";
  area.before(holder);
  area.hidden = true;
  area.required = false;
  const label = box.querySelector("label");
  const parse = CM.jsonParseLinter();
  // The server's marks hold until the text is changed; the linter would otherwise take them away.
  let marks = [];
  const view = new CM.EditorView({
    parent: holder,
    state: CM.EditorState.create({
      doc: area.value,
      extensions: [
        CM.EditorView.cspNonce.of(nonce), CM.lineNumbers(), CM.foldGutter(), CM.history(), CM.drawSelection(), CM.indentUnit.of("  "),
        CM.indentOnInput(), CM.bracketMatching(), CM.closeBrackets(), CM.highlightActiveLine(), CM.highlightActiveLineGutter(),
        CM.highlightSelectionMatches(), CM.json(), CM.lintGutter(), CM.linter((view) => [...parse(view), ...marks]), CM.search({ top: true }), look(CM),
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
  marks = findings(CM, box, view.state.doc);
  if (marks.length) view.dispatch(CM.setDiagnostics(view.state, marks));
  label?.addEventListener("click", () => view.focus());

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
    const at = view.state.doc.line(Math.min(Number(item.dataset.line), view.state.doc.lines));
    const anchor = Math.min(at.to, at.from + Math.max(0, Number(item.dataset.column || 1) - 1));
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  });
};

const mountAll = () => document.querySelectorAll("[data-editor=json]").forEach(mount);
mountAll();
document.addEventListener("htmx:afterSettle", mountAll);
