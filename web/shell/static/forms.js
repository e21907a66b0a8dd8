// Drafts save themselves: when a field is left, and two seconds after the last key.
"use strict";
(() => {
  const QUIET_SECONDS = 2;
  const said = document.querySelector("[data-saved]");
  const left = new Set();
  let timer = 0;
  let saving = null;
  let again = false;
  let latest = 0;

  const form = () => document.querySelector("form[data-autosave]");
  const show = (errors) => {
    for (const name of left) {
      const mark = document.getElementById(`${name}-error`);
      if (!mark?.hasAttribute("data-error")) continue;
      const message = errors[name];
      mark.hidden = !message;
      mark.lastElementChild.textContent = message || "";
      const field = document.getElementById(name);
      if (message) field?.setAttribute("aria-invalid", "true"); else field?.removeAttribute("aria-invalid");
    }
  };
  // The version that the next save builds on; a form that was redrawn meanwhile has an older one.
  const build = () => {
    const version = form()?.elements.version;
    if (version && latest > Number(version.value)) version.value = latest;
  };
  // Whoever is typing is not interrupted: the next letters would go into the password's field.
  const pause = (here) => new Promise((done) => {
    const field = document.activeElement;
    if (!here.contains(field) || !field.matches("textarea, input:not([type=checkbox], [type=radio])")) { done(); return; }
    said.textContent = said.dataset.out;
    const over = new AbortController();
    const go = () => { over.abort(); done(); };
    field.addEventListener("blur", go, { signal: over.signal });
    document.addEventListener("submit", go, { capture: true, signal: over.signal });
  });
  const askIn = async (here, answer) => {
    await pause(here);
    return window.clientele.signIn(await answer.text());
  };
  const post = async (here) => {
    const headers = { "HX-Request": "true" };
    const answer = await fetch(here.dataset.autosave, { method: "POST", body: new FormData(here), headers, keepalive: true });
    const isOut = answer.status === 401 && await askIn(here, answer);
    return isOut ? post(here) : answer;
  };
  const send = async (here) => {
    said.textContent = said.dataset.saving;
    try {
      const answer = await post(here);
      if (!answer.ok || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(String(answer.status));
      const found = await answer.json();
      said.textContent = found.said;
      if (found.stale) here.dataset.stale = "yes";
      if (found.version) latest = found.version;
      build();
      if (found.errors) show(found.errors);
    } catch {
      said.textContent = said.dataset.offline;
    }
  };
  const save = async () => {
    clearTimeout(timer);
    const here = form();
    if (!here || here.dataset.stale) return;
    if (saving) { again = true; return; }
    saving = send(here);
    await saving;
    saving = null;
    if (again) { again = false; save(); }
  };
  document.addEventListener("htmx:afterSwap", build);

  document.addEventListener("change", (event) => {
    if (!event.target.closest("form[data-autosave]")) return;
    left.add(event.target.name.replace(/(\[\]|\?)$/, ""));
    save();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.name && event.target.closest("form[data-autosave]")) left.add(event.target.name);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("form[data-autosave]")) return;
    clearTimeout(timer);
    timer = setTimeout(save, QUIET_SECONDS * 1000);
  });
  window.addEventListener("online", () => { if (said?.textContent === said?.dataset.offline) save(); });

  // A save that is on its way has the version that the form is to be sent with.
  document.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!saving || !event.target.matches("form[data-autosave]")) return;
    const button = event.submitter;
    event.preventDefault();
    await saving;
    event.target.requestSubmit(button);
  });

  // A suggestion fills its field in.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button) return;
    event.preventDefault();
    const field = document.getElementById(button.dataset.fill);
    field.value = button.dataset.with;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
})();
