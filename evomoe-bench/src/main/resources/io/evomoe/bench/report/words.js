// The charts in words and numbers: for those who do not see them, and for copying.
const TABLE_ROWS = 24;

// Text goes through textContent, so no name can become markup.
const element = (tag, text = '', attributes = {}) => {
  const node = document.createElement(tag);
  node.textContent = text;
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
};

const rowOf = cells => {
  const row = document.createElement('tr');
  row.append(...cells);
  return row;
};

const tableOf = (titles, rows) => {
  const table = document.createElement('table');
  const head = document.createElement('thead');
  const body = document.createElement('tbody');
  head.append(rowOf(titles.map(title => element('th', title, {scope: 'col'}))));
  body.append(...rows.map(([first, ...others]) =>
    rowOf([element('th', first, {scope: 'row'}), ...others.map(text => element('td', text))])));
  table.append(head, body);
  return table;
};

const evenly = (values, count) => values.length <= count ? values
  : Array.from({length: count}, (_, i) => values[Math.round(i * (values.length - 1) / (count - 1))]);

// Places where there is a value of every quantity: those of the one that is measured least often.
const places = (x, ys, count) => {
  const measured = ys
    .map(y => [...new Set(shownGates().flatMap(runsOf).flatMap(run => points(run, x, y).map(p => p[0])))])
    .filter(xs => xs.length > 1)
    .sort((a, b) => a.length - b.length);
  return measured.length ? evenly(measured[0].sort((a, b) => a - b), count) : [];
};

const seriesTable = (x, ys) => {
  const columns = shownGates().flatMap(gate => ys.map(y => ({gate, y, text: textAt(gate, x, y)})));
  const title = column => ys.length > 1 ? `${column.gate}: ${column.y.name}` : column.gate;
  return tableOf([x.name, ...columns.map(title)],
    places(x, ys, TABLE_ROWS).map(at => [x.format(at), ...columns.map(column => column.text(at))]));
};

const lastStep = gate => Math.max(...runsOf(gate).map(run => STEPS.of(run).at(-1)));

// First and last value of each gate, and which one ends lowest where that is what counts: of those that came
// as far as any.
const course = (x, y) => {
  const ends = shownGates().map(gate => {
    const data = runsOf(gate).map(run => points(run, x, y)).filter(line => line.length);
    const at = pick => mean(data.map(line => line[pick(line)][1]));
    return {gate, first: data.length ? at(() => 0) : NaN, last: data.length ? at(line => line.length - 1) : NaN};
  }).filter(end => Number.isFinite(end.last));
  const far = Math.max(...ends.map(end => lastStep(end.gate)));
  const behind = end => lastStep(end.gate) < far ? 1 : 0;
  if (y.lowestIsBest) ends.sort((a, b) => behind(a) - behind(b) || a.last - b.last);
  const said = ends.map(({gate, first, last}, i) => `${gate} from ${y.format(first)} to ${y.format(last)}`
    + (y.lowestIsBest && i === 0 && ends.length > 1 ? ' (lowest at the end)' : ''));
  return said.length ? `${y.name}: ${said.join('; ')}.` : '';
};

const changeWords = () => shownGates().flatMap(runsOf).flatMap(run => run.changes ?? [])
  .map(({step, label}) => `After step ${step} other ${label}.`);

const seriesWords = (x, ys) =>
  [...ys.map(y => course(x, y)), ...changeWords()].filter(text => text).join(' ') || 'Not measured.';

const share = value => value === null ? '–' : `${value.toFixed(1)}%`;

const loadWords = run => `Share of a layer's assignments that an expert computed. ` + run.load
  .map(({layer, share: all}) => `${layer}: from ${share(Math.min(...all))} to ${share(Math.max(...all))}`
    + ` over ${all.length} experts, ${share(100 / all.length)} would be even.`).join(' ');

const loadTable = run => {
  const experts = Math.max(...run.load.map(layer => layer.share.length));
  return tableOf(['layer', ...Array.from({length: experts}, (_, i) => `expert ${i}`)],
    run.load.map(({layer, share: all}) =>
      [layer, ...Array.from({length: experts}, (_, i) => share(all[i] ?? null))]));
};

// A closed element under a chart; its table is made when it is opened.
const details = (label, table) => {
  const node = document.createElement('details');
  const place = element('div', '', {class: 'table', role: 'region', tabindex: '0', 'aria-label': label});
  node.append(element('summary', 'Values'), place);
  const fill = () => node.open && place.replaceChildren(table());
  node.addEventListener('toggle', fill);
  return {node, fill};
};
