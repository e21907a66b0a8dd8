// What pages gain from a script: shortcuts, ticking of rows, messages. Without it all of them work.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- ticked rows ------------------------------------------------------------------------
  const countTicked = () => {
    for (const sheet of $$(".sheet:has(> .bulk)")) {
      const boxes = $$("tbody .pick input", sheet);
      const ticked = boxes.filter((box) => box.checked).length;
      const all = $("[data-all]", sheet);
      $("[data-ticked]", sheet).textContent = ticked;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      const boxes = $$("tbody .pick input", event.target.closest("table"));
      boxes.forEach((box) => { box.checked = event.target.checked; });
    }
    countTicked();
  });
  document.addEventListener("reset", () => setTimeout(countTicked));

  // --- messages ---------------------------------------------------------------------------
  const toast = (html) => {
    const place = document.getElementById("toasts");
    place.insertAdjacentHTML("beforeend", html);
    const note = place.lastElementChild;
    const leave = () => { if (note.matches(":hover, :focus-within")) setTimeout(leave, 2000); else note.remove(); };
    setTimeout(leave, 8000);
  };
  const offline = () => {
    const note = document.createElement("div");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.textContent = $("#toasts").dataset.offline;
    return note.outerHTML;
  };
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (answer.status === 401) { askAgain(event.detail); return; }
    const isNote = (answer.getResponseHeader("Content-Type") || "").startsWith("text/html");
    if (isNote) toast(answer.responseText);
  });
  document.addEventListener("htmx:sendError", () => {
    toast(offline());
  });

  // --- signed out meanwhile ---------------------------------------------------------------
  // The page stays as it is: a dialog lets its reader in again, and what was asked is asked anew.
  let asking = null;
  let isDeclined = false;
  const show = (dialog) => {
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  };
  const dialogOf = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("dialog");
  const refuse = (dialog, html) => {
    const found = dialogOf(html);
    if (found) dialog.replaceChildren(...found.children); else dialog.insertAdjacentHTML("afterbegin", html);
    $("[autofocus]", dialog)?.focus();
  };
  const signIn = (html) => asking ??= new Promise((done) => {
    const dialog = dialogOf(html);
    dialog.addEventListener("close", () => { dialog.remove(); asking = null; isDeclined = !dialog.returnValue; done(!isDeclined); });
    dialog.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) dialog.close(); });
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target), headers: { "HX-Request": "true" } }).catch(() => null);
      const token = answer?.headers.get("X-Form-Token");
      if (!token) { refuse(dialog, answer ? await answer.text() : offline()); return; }
      $$("input[name=form_token]").forEach((input) => { input.value = token; });
      dialog.close("in");
    });
    show(dialog);
  });
  const askAgain = async (detail) => {
    const { verb, path, elt, triggeringEvent } = detail.requestConfig;
    const isAsked = triggeringEvent?.isTrusted || triggeringEvent?.type === "submit";
    if ((isDeclined && !isAsked) || !await signIn(detail.xhr.responseText)) return;
    const pressed = triggeringEvent?.submitter;
    window.htmx.ajax(verb, path, { source: elt, values: pressed?.name ? { [pressed.name]: pressed.value } : {} });
  };
  window.clientele = { signIn };

  // --- what is shown once -----------------------------------------------------------------
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { return; }
    $("span", button).textContent = button.dataset.copied;
  });

  // --- filters ----------------------------------------------------------------------------
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const isShown = detail.elt.id === "search" && detail.requestConfig.triggeringEvent?.type === "submit";
    if (isShown) $$(":popover-open", detail.elt).forEach((open) => open.hidePopover());
  });

  // --- busy -------------------------------------------------------------------------------
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.removeAttribute("aria-busy"));

  // --- after a swap -----------------------------------------------------------------------
  // A menu that was only just fetched was asked for to be opened.
  const showStatus = ({ target, requestConfig }) => {
    const button = $(`#${target.id} button`);
    button?.focus();
    if (requestConfig.verb === "get") button?.click();
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    countTicked();
    if (event.detail.target.id.startsWith("status-")) showStatus(event.detail);
    if (event.detail.target.id === "file") $(".tabs [aria-current]")?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:oobAfterSwap", countTicked);

  // --- the live timeline --------------------------------------------------------------------
  const say = (state) => {
    const mark = $("[data-live]");
    if (!mark) return;
    mark.hidden = false;
    mark.classList.toggle("away", state !== "live");
    const word = JSON.parse(mark.dataset.words)[state];
    $("[data-live-word]", mark).textContent = word.replace("{time}", lastLive);
  };
  let lastLive = "";
  const note = () => { lastLive = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }); };
  document.addEventListener("htmx:sseOpen", () => { note(); say("behind"); });
  document.addEventListener("htmx:sseMessage", note);
  document.addEventListener("htmx:sseError", () => { if (!lastLive) note(); say("away"); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.matches("[data-news]")) say(event.detail.successful ? "live" : "away");
  });

  // Who reads further down is not moved: a chip says how much is new, and leads there.
  const isAtTop = () => ($("#days")?.getBoundingClientRect().top ?? 0) >= 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.requestConfig.elt.matches("[data-news]")) return;
    const said = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").querySelector("#news");
    const chip = $("[data-fresh]");
    const waits = said !== null && !isAtTop();
    if (waits) { event.detail.shouldSwap = false; chip.textContent = said.textContent; }
    chip.hidden = !waits;
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-fresh]")) return;
    $("#file").scrollIntoView();
    window.htmx.trigger("[data-news]", "show");
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.matches("[data-news]")) {
      event.detail.parameters.top = $("[data-entry]")?.dataset.entry || "";
    }
  });
  // Entries of a day that is there already join it.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "days") return;
    const days = new Map();
    for (const day of $$("#days > .day")) {
      const fresh = !day.dataset.seen;
      day.dataset.seen = "yes";
      if (fresh) $$(".ev", day).forEach((entry) => entry.classList.add("new"));
      const first = days.get(day.dataset.day);
      if (first) { $("ol", first).append(...$("ol", day).children); day.remove(); } else days.set(day.dataset.day, day);
    }
  });
  const markSeen = () => $$("#days > .day").forEach((day) => { day.dataset.seen = "yes"; });

  // --- keys -----------------------------------------------------------------------------------
  const rows = () => $$("[data-row]");
  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    $(".who a", next)?.focus();
  };
  const keys = {
    "?": () => $("#keys")?.togglePopover(),
    "/": () => $("[type=search]")?.focus(),
    "n": () => $("[data-key=n]")?.click(),
    "e": () => $("[data-key=e]")?.click(),
    "j": () => step(1),
    "k": () => step(-1),
    "x": () => document.activeElement.closest("[data-row]")?.querySelector(".pick input")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, select, textarea, [contenteditable]");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form?.requestSubmit();
    if (root.dataset.keys === "off" || field || event.ctrlKey || event.metaKey || event.altKey) return;
    const tab = /^[1-8]$/.test(event.key) ? $$(".tabs a")[event.key - 1] : null;
    if (tab || keys[event.key]) { event.preventDefault(); tab ? tab.click() : keys[event.key](); }
  });

  // --- rows of links that are longer than their place -----------------------------------------
  // They begin where one is. By CSS alone the whole page would be scrolled there too.
  const showHere = () => {
    for (const here of $$(":is(.views, .chips) > [aria-current]")) {
      const row = here.parentElement;
      const place = row.getBoundingClientRect();
      const over = here.getBoundingClientRect().right - place.right;
      if (over > 0) row.scrollLeft += over + place.width / 2;
    }
  };

  // --- at the start -------------------------------------------------------------------------
  document.addEventListener("DOMContentLoaded", () => {
    countTicked();
    markSeen();
    showHere();
    $("main [role=alert][tabindex]")?.focus();
  });
  document.addEventListener("htmx:load", () => { markSeen(); showHere(); });
})();
