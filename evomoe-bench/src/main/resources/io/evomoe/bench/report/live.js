// While runs go: the page is loaded again, and looks as it did before to whoever reads it.
const KEPT = `evomoe ${location.pathname}`;
const QUIET_MS = 3000;
const LATE_MS = 60000;
const reached = () => [...document.querySelectorAll('button, summary, [tabindex="0"]')];

const keep = () => {
  const focused = reached().indexOf(document.activeElement);
  const folds = [...document.querySelectorAll('details')];
  const open = folds.flatMap((fold, i) => fold.open ? [i] : []);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(
      {hidden: [...hidden], wholeRange, open, folds: folds.length, focused, reached: reached().length, x: scrollX, y: scrollY}));
  } catch {
    // A browser that keeps nothing for files: the page begins anew.
  }
};

const kept = (() => {
  try {
    const text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return JSON.parse(text);
  } catch {
    return null;
  }
})();

// What the buttons begin with.
const restoreChoice = () => {
  if (!kept) return;
  kept.hidden.filter(gate => gates.includes(gate)).forEach(gate => hidden.add(gate));
  wholeRange = kept.wholeRange;
};

// When all is drawn.
const restorePlace = () => {
  if (!kept) return;
  const folds = [...document.querySelectorAll('details')];
  if (kept.folds === folds.length) folds.forEach((fold, i) => fold.open = kept.open.includes(i));
  const all = reached();
  if (kept.focused >= 0 && kept.reached === all.length) all[kept.focused].focus({preventScroll: true});
  scrollTo(kept.x, kept.y);
};

const ago = ms => ms < 120000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60000)} min`;

const watch = () => {
  const live = document.getElementById('live');
  if (!live) return;
  const every = 1000 * Number(live.dataset.seconds);
  const age = () => Date.now() - Number(live.dataset.at);
  const asOf = document.getElementById('as-of');
  const pause = document.getElementById('pause');
  let paused = false;
  let touched = 0;
  ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'].forEach(kind =>
    addEventListener(kind, () => touched = Date.now(), {passive: true}));
  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
  });
  const began = Date.now();
  setInterval(() => {
    if (age() > Math.max(LATE_MS, 6 * every)) {
      asOf.textContent = `No news for ${ago(age())}: its steps are slow, or it was ended.`;
    }
    // Not under the hands of somebody who reads.
    const idle = Date.now() - touched > QUIET_MS;
    if (Date.now() - began >= every && idle && !paused) {
      keep();
      location.reload();
    }
  }, 500);
};
