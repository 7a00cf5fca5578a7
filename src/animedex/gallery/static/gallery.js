"use strict";

// Everything works without this: it searches while one types, and knows keys, swipes and a pause.

(() => {
  const byId = (id) => document.getElementById(id);

  // Searching as one types.

  const form = byId("search");
  const PAUSE = 150;
  let timer = 0;
  let asking = null;
  let loading = null;
  let typed = false;

  function addressOf(asked) {
    const kept = [...new FormData(asked)].filter(([, value]) => value.trim() !== "");
    const query = new URLSearchParams(kept).toString();
    return query ? `/?${query}` : "/";
  }

  function load(address) {
    loading = fill(address);
    return loading;
  }

  async function fill(address) {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(address, { signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("results")) {
        location.assign(address);
        return null;
      }
      for (const id of ["results", "chips"]) {
        byId(id).replaceChildren(...page.getElementById(id).childNodes);
      }
      byId("count").textContent = page.getElementById("count").textContent;
      document.title = page.title;
      return page;
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
      return null;
    }
  }

  function search() {
    const address = addressOf(form);
    if (address === location.pathname + location.search) return loading;
    // One step back leads to what was there before the typing.
    history[typed ? "replaceState" : "pushState"](null, "", address);
    typed = true;
    return load(address);
  }

  function refill(page) {
    const fresh = page.getElementById("search");
    for (const field of form.elements) {
      if (field.name) field.value = fresh.elements[field.name].value;
    }
  }

  if (form) {
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(search, PAUSE);
    });
    form.addEventListener("change", () => {
      clearTimeout(timer);
      typed = false;
      search();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      clearTimeout(timer);
      await search();
      cards()[0]?.focus();
    });
    addEventListener("popstate", async () => {
      typed = false;
      const page = await load(location.pathname + location.search);
      if (page) refill(page);
    });
  }

  // Keys.

  const cards = () => [...document.querySelectorAll(".grid .card a")];
  const shortcuts = byId("shortcuts");
  const OFF = "animedex-shortcuts-off";

  if (shortcuts) {
    shortcuts.checked = localStorage.getItem(OFF) === null;
    shortcuts.addEventListener("change", () => {
      if (shortcuts.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    });
  }

  function beside(from, step) {
    const all = cards();
    const at = all.indexOf(from);
    return all[at < 0 ? 0 : at + step];
  }

  function above(from, down) {
    const here = from.getBoundingClientRect();
    const middle = (box) => box.left + box.width / 2;
    const isBeyond = (box) => (down ? box.top >= here.bottom - 1 : box.bottom <= here.top + 1);
    let best = null;
    for (const card of cards()) {
      const box = card.getBoundingClientRect();
      if (!isBeyond(box)) continue;
      const far = Math.abs(box.top - here.top) * 1000 + Math.abs(middle(box) - middle(here));
      if (best === null || far < best.far) best = { card, far };
    }
    return best?.card;
  }

  const MOVES = {
    ArrowLeft: (from) => beside(from, -1),
    ArrowRight: (from) => beside(from, 1),
    ArrowUp: (from) => above(from, false),
    ArrowDown: (from) => above(from, true),
    Home: () => cards()[0],
    End: () => cards().at(-1),
  };
  const SAME = { h: "ArrowLeft", j: "ArrowDown", k: "ArrowUp", l: "ArrowRight" };
  const WAYS = { ArrowLeft: "newer", k: "newer", ArrowRight: "older", j: "older", Escape: "back" };

  function move(event, key) {
    const from = document.activeElement.closest(".card a");
    // Arrows scroll the page where no picture is chosen; letters choose the first.
    if (!from && key === event.key) return;
    const target = from ? MOVES[key](from) : cards()[0];
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }

  function onGrid(event) {
    const { key, target } = event;
    const isField = target.matches("input, select, textarea");
    if (key === "Escape" && isField) {
      // Browsers would empty the search.
      if (target.id === "q") event.preventDefault();
      target.blur();
    } else if (key === "ArrowDown" && target.id === "q") {
      event.preventDefault();
      cards()[0]?.focus();
    } else if (isField) return;
    else if (key === "/" && shortcuts.checked) {
      event.preventDefault();
      byId("q").focus();
      byId("q").select();
    } else if (key in SAME && shortcuts.checked) move(event, SAME[key]);
    else if (key in MOVES) move(event, key);
  }

  function onPicture({ key, target }) {
    if (target.matches("input, video")) return;
    if (key.length === 1 && !shortcuts.checked) return;
    byId(WAYS[key])?.click();
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (form) onGrid(event);
    else if (byId("back")) onPicture(event);
  });

  // Back to where one was, if that is where one comes from.

  byId("back")?.addEventListener("click", (event) => {
    if (history.length > 1 && sessionStorage.getItem("animedex-from") === "grid") {
      event.preventDefault();
      sessionStorage.removeItem("animedex-from");
      history.back();
    }
  });
  if (form) {
    const apart = (event) => event.ctrlKey || event.metaKey || event.shiftKey;
    const forget = () => sessionStorage.removeItem("animedex-from");
    forget();
    addEventListener("pageshow", ({ persisted }) => persisted && forget());
    byId("results").addEventListener("click", (event) => {
      if (!event.target.closest(".card a") || apart(event)) return;
      sessionStorage.setItem("animedex-from", "grid");
    });
  } else {
    for (const way of document.querySelectorAll("#newer, #older, .alike a, .about a")) {
      way.addEventListener("click", () => sessionStorage.removeItem("animedex-from"));
    }
  }

  // Swipes on a picture.

  const figure = document.querySelector(".picture figure");
  const FAR = 60;
  let start = null;

  figure?.addEventListener("touchstart", ({ touches }) => {
    start = touches.length === 1 ? { x: touches[0].clientX, y: touches[0].clientY } : null;
  }, { passive: true });
  figure?.addEventListener("touchend", ({ changedTouches: [end] }) => {
    if (!start) return;
    const [x, y] = [end.clientX - start.x, end.clientY - start.y];
    if (Math.abs(x) > FAR && Math.abs(x) > 2 * Math.abs(y)) byId(x < 0 ? "older" : "newer")?.click();
  }, { passive: true });

  // What moves can be stopped.

  const play = byId("play");

  function show(moving) {
    const picture = byId("shown");
    picture.parentElement.querySelector("source")?.remove();
    picture.src = moving ? play.dataset.moving : play.dataset.still;
    play.textContent = moving ? "Pause" : "Play";
  }

  if (play) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    play.textContent = still ? "Play" : "Pause";
    play.addEventListener("click", () => show(play.textContent === "Play"));
  }
})();
