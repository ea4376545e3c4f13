// What the charts are of: the runs, the axes and the quantities, and a quantity's values by gate.
const runs = JSON.parse(document.getElementById('data').textContent);
const gates = [...new Set(runs.map(run => run.label))];
const hidden = new Set();
const shownGates = () => gates.filter(gate => !hidden.has(gate));
const runsOf = gate => runs.filter(run => run.label === gate);

// Each expert's share of the assignments of its layer, in percent.
for (const layer of runs.flatMap(run => run.load ?? [])) {
  const all = layer.tokens.reduce((sum, tokens) => sum + tokens, 0);
  layer.share = layer.tokens.map(tokens => all ? 100 * tokens / all : null);
}

const number = (digits, unit = '') => value =>
  value.toLocaleString('en-US', {maximumFractionDigits: digits}) + unit;
const fixed = (digits, unit = '') => value => value.toFixed(digits) + unit;
const metricPrefix = value => {
  const power = value === 0 ? 0 : Math.min(6, Math.max(0, Math.floor(Math.log10(Math.abs(value)) / 3)));
  return Number((value / 1000 ** power).toPrecision(3)) + ['', 'k', 'M', 'G', 'T', 'P', 'E'][power];
};

// Wall time in the largest unit that keeps the axis above 3.
const column = (name, scale = 1) => run => (run[name] ?? []).map(value => value === null ? null : scale * value);
const longest = Math.max(0, ...runs.map(run => column('wallSeconds')(run).at(-1) ?? 0));
const [clockUnit, clock] = longest > 3 * 3600 ? ['h', 3600] : longest > 180 ? ['min', 60] : ['s', 1];

const STEPS = {of: column('step'), name: 'steps', format: number(0), whole: true};
const TOKENS = {of: column('tokens'), name: 'tokens', format: metricPrefix, whole: true};
const FLOPS = {of: column('trainFlops'), name: 'training FLOPs', format: metricPrefix, whole: true};
const WALL = {of: column('wallSeconds', 1 / clock), name: `wall time (${clockUnit})`, format: number(2)};

// A temperature that never changes steers nothing: it would only be a line in the way.
const moving = values => new Set(values.filter(v => v !== null)).size > 1 ? values : values.map(() => null);

// Recorded runs of a study have no times of steps: those that a clock gives, without steps that were evaluated.
const stepMillis = run => column('stepSeconds', 1000)(run).map((ms, i) => {
  if (ms !== null || i === 0 || run.validLoss[i] !== null) return ms;
  return 1000 * (run.wallSeconds[i] - run.wallSeconds[i - 1]) / (run.step[i] - run.step[i - 1]);
});

const quantity = (name, of, format, more) => ({name, of, format, style: 'strong', axis: 0, ...more});
const VALID = quantity('validation loss', column('validLoss'), fixed(4), {lowestIsBest: true});
const TRAIN = quantity('training loss', column('trainLoss'), fixed(4), {style: 'faint'});
const ACTIVE = quantity('active experts', column('activeExperts'), fixed(2));
const TEMPERATURE = quantity('temperature', run => moving(column('temperature')(run)), fixed(3), {style: 'dashed', axis: 1});
const STEP_TIME = quantity('step time', stepMillis, fixed(1, ' ms'));
const ENTROPY = quantity('load entropy', column('loadEntropy'), fixed(3));
const DROP = quantity('drop rate', column('dropRate', 100), fixed(1, '%'));
const DEAD = quantity('dead experts', column('deadExperts'), fixed(2));
const FLUCTUATION = quantity('routing fluctuation', column('routingFluctuation', 100), fixed(1, '%'));
const AUX = quantity('auxiliary loss', column('auxLoss'), fixed(4));

const points = (run, x, y) => {
  const xs = x.of(run);
  return y.of(run).map((value, i) => [xs[i], value]).filter(p => p[0] !== null && p[1] !== null);
};

const mean = values => values.reduce((sum, v) => sum + v, 0) / values.length;

// A finished run, or one not yet measured, has no value at x: its last or first one would mislead.
const covers = (data, x) => {
  if (data.length === 0) return false;
  const [first, last] = [data[0][0], data[data.length - 1][0]];
  const spacing = data.length > 1 ? (last - first) / (data.length - 1) : Infinity;
  return x > first - spacing && x < last + spacing;
};

const nearest = (data, x) => data.reduce((best, p) => Math.abs(p[0] - x) < Math.abs(best[0] - x) ? p : best);

// A gate's value near x, the mean of its seeds, as text.
const textAt = (gate, x, y) => {
  const lines = runsOf(gate).map(run => points(run, x, y));
  return at => {
    const values = lines.filter(data => covers(data, at)).map(data => nearest(data, at)[1]);
    return values.length ? y.format(mean(values)) : '–';
  };
};
