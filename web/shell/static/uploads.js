// Files go from the browser straight into the store, three at a time, with a bar for each.
"use strict";
(() => {
  const AT_ONCE = 3;
  const TRIES = 4;
  const form = document.querySelector("[data-upload]");
  const list = document.getElementById("uploads");
  if (!form || !list) return;
  const words = JSON.parse(list.dataset.words);
  const said = document.querySelector("[data-upload-said]");
  const waiting = [];
  let running = 0;

  const post = async (url, values = {}) => {
    const body = new FormData();
    body.set("form_token", form.elements.form_token.value);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    const isOut = answer.status === 401 && await window.clientele.signIn(await answer.text());
    return isOut ? post(url, values) : answer;
  };
  const size = (bytes) => bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // --- a row while its file is on its way -------------------------------------------------
  const icon = (name) => {
    const drop = form.querySelector(".drop use").getAttribute("href");
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    const use = document.createElementNS(ns, "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", drop.replace(/#.*/, `#i-${name}`));
    svg.append(use);
    return svg;
  };
  const rowOf = (file) => {
    const state = element("p", { className: "small soft", textContent: words.waiting });
    const bar = element("progress", { max: 100, value: 0 });
    bar.setAttribute("aria-label", file.name);
    const cancel = element("button", { type: "button", className: "btn quiet", textContent: words.cancel });
    const row = element("li", { className: "up" }, element("span", { className: "kind" }, icon("file-text")),
      element("div", { className: "what" }, element("b", { className: "wrap", textContent: file.name }), state),
      cancel, element("div", { className: "more" }, bar));
    list.prepend(row);
    document.querySelector("[data-none]")?.remove();
    return { row, state, bar, cancel };
  };
  const refuse = (shown, why) => {
    shown.row.querySelector(".kind").replaceChildren(icon("file-x"));
    shown.row.querySelector(".kind").classList.add("bad");
    shown.state.className = "error";
    shown.state.textContent = `${words.refused} ${why}`;
    shown.bar.parentElement.remove();
    shown.cancel.remove();
  };

  // --- the bytes --------------------------------------------------------------------------
  const put = (job, url, blob, headers, before) => new Promise((done, fail) => {
    const request = job.request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers || {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => job.progress(before + event.loaded);
    request.onload = () => request.status < 300 ? done() : fail(new Error(String(request.status)));
    request.onerror = () => fail(new Error("network"));
    request.onabort = () => fail(new DOMException("", "AbortError"));
    request.send(blob);
  });
  const withPatience = async (job, attempt) => {
    for (let tried = 1; ; tried += 1) {
      try { return await attempt(); } catch (error) {
        if (job.cancelled || tried === TRIES) throw error;
        await pause(2 ** tried);
      }
    }
  };
  const send = async (job, upload) => {
    if (!upload.parts) return withPatience(job, () => put(job, upload.url, job.file, upload.headers, 0));
    for (const part of upload.parts) {
      const from = (part.number - 1) * upload.part_size;
      const blob = job.file.slice(from, from + upload.part_size);
      await withPatience(job, () => put(job, part.url, blob, {}, from));
    }
  };
  const progressOf = (job) => {
    const began = performance.now();
    return (sent) => {
      const share = sent / job.file.size;
      const left = Math.round((performance.now() - began) / 1000 * (1 / share - 1));
      const time = left > 90 ? `${Math.round(left / 60)} ${words.minutes}` : `${left} ${words.seconds}`;
      job.shown.bar.value = Math.round(share * 100);
      const parts = [`${size(sent)} ${words.of} ${size(job.file.size)}`, `${Math.round(share * 100)}%`];
      if (left > 2) parts.push(words.left.replace("{time}", time));
      job.shown.state.textContent = parts.join(" · ");
    };
  };

  const run = async (job) => {
    const { file, shown } = job;
    const told = await post(form.dataset.announce, { file_name: file.name, size: file.size });
    const announced = await told.json();
    if (!told.ok) return refuse(shown, announced.said);
    job.remove = announced.remove;
    if (job.cancelled) return cancel(job);
    job.progress = progressOf(job);
    await send(job, announced.upload);
    shown.state.textContent = words.checking;
    shown.bar.removeAttribute("value");
    shown.cancel.remove();
    const checked = await post(announced.complete);
    if (!checked.ok) throw new Error(String(checked.status));
    shown.row.insertAdjacentHTML("afterend", await checked.text());
    const done = shown.row.nextElementSibling;
    shown.row.remove();
    window.htmx?.process(done);
  };
  const cancel = (job) => {
    job.cancelled = true;
    job.request?.abort();
    if (job.remove) post(job.remove, { quietly: "yes" });
    job.shown.row.remove();
  };
  const next = async () => {
    const job = waiting.shift();
    if (!job) { if (!running) said.textContent = words.ready; return; }
    running += 1;
    try { if (!job.cancelled) await run(job); } catch (error) {
      if (!job.cancelled) refuse(job.shown, words.broken);
    } finally { running -= 1; next(); }
  };
  const take = (files) => {
    said.textContent = "";
    for (const file of files) {
      const job = { file, shown: rowOf(file), cancelled: false };
      job.shown.cancel.addEventListener("click", () => cancel(job));
      waiting.push(job);
    }
    while (running < AT_ONCE && waiting.length) next();
  };

  // --- choosing and dropping --------------------------------------------------------------
  const input = form.elements.files;
  input.multiple = true;
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  const drop = form.querySelector(".drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
  window.addEventListener("beforeunload", (event) => { if (running || waiting.length) event.preventDefault(); });
})();
