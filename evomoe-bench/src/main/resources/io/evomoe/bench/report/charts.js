// The options of the charts for ECharts, from the quantities.
const LIGHT = ['#2563eb', '#e65019', '#743e54', '#db57c1', '#12a171', '#354d19', '#693399', '#5019e6', '#476085',
  '#bf6240', '#b87aa3', '#bf4051'];
const DARK = ['#6ea0ff', '#e61919', '#c9c09c', '#bf4084', '#8947eb', '#42d756', '#a66359', '#edabce', '#507e1b',
  '#e619bd', '#9bd22d', '#c2baf7'];
// A gate has a shape besides its colour: the glyph of the key, and the symbol on its lines.
const SHAPES = [['●', 'circle'], ['■', 'rect'], ['▲', 'triangle'], ['◆', 'diamond'], ['▼', 'path://M0,0L10,0L5,10Z'],
  ['✚', 'path://M3,0H7V3H10V7H7V10H3V7H0V3H3Z'],
  ['✖', 'path://M2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5L0,2Z'],
  ['★', 'path://M5,0L6.2,3.8H10L7,6.2L8.1,10L5,7.6L1.9,10L3,6.2L0,3.8H3.8Z']];
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const darkScheme = matchMedia('(prefers-color-scheme: dark)');

let wholeRange = false;

const palette = () => darkScheme.matches ? DARK : LIGHT;
const colour = gate => palette()[gates.indexOf(gate) % LIGHT.length];
const shape = gate => SHAPES[gates.indexOf(gate) % SHAPES.length];
const glyph = gate => {
  const node = element('span', shape(gate)[0], {class: 'glyph', 'aria-hidden': 'true'});
  node.style.color = colour(gate);
  return node;
};

const theme = () => {
  const css = getComputedStyle(document.documentElement);
  const read = name => css.getPropertyValue(name).trim();
  return {ink: read('--ink'), soft: read('--soft'), line: read('--line'), card: read('--card')};
};

// Symbols on about ten points of a line, at other ones for each gate; on every point where there are few.
const symbols = (gate, count) => {
  const every = Math.ceil(count / 10);
  const first = Math.floor(every * (gates.indexOf(gate) % 5) / 5);
  return (_, params) => count <= 12 || params.dataIndex % every === first ? shape(gate)[1] : 'none';
};

const lineOf = (gate, y, data) => {
  const faint = y.style === 'faint';
  return {
    type: 'line', name: gate, data, yAxisIndex: y.axis, color: colour(gate),
    showSymbol: !faint || data.length === 1, symbol: symbols(gate, data.length), symbolSize: 7,
    lineStyle: {width: faint ? 1 : 2, opacity: faint ? 0.45 : 1, type: y.style === 'dashed' ? 'dashed' : 'solid'},
    z: faint ? 2 : 3, animation: false, emphasis: {disabled: true},
  };
};

// Seeds of one gate with a value at the same steps: one line, their mean, in a band from lowest to highest.
const together = (group, y) => {
  const steps = group.map(run => STEPS.of(run).filter((_, i) => y.of(run)[i] !== null));
  return group.length > 1 && steps.every(own => own.join() === steps[0].join());
};

const bandOf = (group, x, y) => {
  const curves = group.map(run => points(run, x, y));
  return curves[0].map((_, i) => {
    const values = curves.map(data => data[i][1]);
    return [mean(curves.map(data => data[i][0])), mean(values), Math.min(...values), Math.max(...values)];
  });
};

const bandLines = (gate, x, y) => {
  const band = bandOf(runsOf(gate), x, y);
  if (!band.length) return [];
  const outline = [...band.map(p => [p[0], p[2]]), ...[...band].reverse().map(p => [p[0], p[3]])];
  const area = {
    type: 'custom', name: gate, yAxisIndex: y.axis, data: [outline[0]], clip: true, silent: true, z: 1,
    animation: false, tooltip: {show: false},
    renderItem: (_, api) => ({type: 'polygon', shape: {points: outline.map(p => api.coord(p))},
      style: {fill: colour(gate), opacity: y.style === 'faint' ? 0.08 : 0.16}}),
  };
  return [area, lineOf(gate, y, band.map(point => point.slice(0, 2)))];
};

const linesOf = (gate, x, y) => together(runsOf(gate), y) ? bandLines(gate, x, y)
  : runsOf(gate).map(run => lineOf(gate, y, points(run, x, y)));

// One row a gate, the mean of its seeds, whichever line the pointer is near.
const tooltip = (x, ys) => params => {
  const at = params[0].axisValue;
  const table = tableOf([`${x.name}: ${x.format(at)}`, ...ys.map(y => y.name)],
    shownGates().map(gate => [gate, ...ys.map(y => textAt(gate, x, y)(at))]));
  table.className = 'tip';
  table.querySelectorAll('tbody th').forEach((cell, i) => cell.prepend(glyph(shownGates()[i])));
  return table;
};

const tooltipLook = colours => ({confine: true, backgroundColor: colours.card, borderColor: colours.line,
  textStyle: {color: colours.ink, fontFamily: FONT, fontSize: 12}});

const valueAxis = (name, format, colours, {axisLabel, ...more}) => ({
  type: 'value', name, nameTextStyle: {color: colours.soft, fontFamily: FONT, fontSize: 12},
  axisLabel: {color: colours.soft, fontFamily: FONT, formatter: format, hideOverlap: true, ...axisLabel},
  axisLine: {show: false}, axisTick: {show: false}, splitLine: {lineStyle: {color: colours.line}}, ...more,
});

// The first steep fall would squeeze all later differences into one line: unless the whole range is
// asked for, the axis starts at the loss that nine tenths of the points stay below, and above all
// validation losses, except the first quarter: the chart must show a loss that rises again.
const lossCeiling = () => {
  const runs = shownGates().flatMap(runsOf);
  const losses = runs.flatMap(TRAIN.of).filter(v => v !== null).sort((a, b) => a - b);
  if (wholeRange || losses.length < 40) return null;
  const heldOut = runs.flatMap(run => VALID.of(run).slice(Math.floor(VALID.of(run).length / 4))).filter(v => v !== null);
  return Math.ceil(10 * Math.max(losses[Math.floor(losses.length * 0.9)], ...heldOut)) / 10;
};

const toolbox = colours => ({
  right: 0, top: 4, itemSize: 13, iconStyle: {borderColor: colours.soft},
  feature: {dataZoom: {title: {zoom: 'Zoom in', back: 'Zoom out'}, filterMode: 'none'}, restore: {title: 'Reset'}},
});

const yAxis = (axis, i, colours) => {
  const ceiling = axis.ceiling ? axis.ceiling() : null;
  return valueAxis(axis.name, axis.format, colours, {
    scale: true, splitNumber: 5, max: ceiling, min: axis.min,
    // Where the axis is cut off, its end is no round number and would stand close to the label below it.
    axisLabel: {showMaxLabel: ceiling === null ? null : false},
    nameTextStyle: {color: colours.soft, fontFamily: FONT, align: i ? 'right' : 'left',
      padding: i ? [0, -40, 0, 0] : [0, 0, 0, -44]},
    splitLine: {show: i === 0, lineStyle: {color: colours.line}},
  });
};

// Where a resumed run goes on with other data: an upright line with the name of its data.
const changeLines = (x, colours) => ({
  silent: true, symbol: 'none', animation: false,
  lineStyle: {color: colours.soft, type: 'dashed', width: 1},
  label: {position: 'insideEndTop', color: colours.ink, fontFamily: FONT, fontSize: 11},
  data: shownGates().flatMap(runsOf).flatMap(run => (run.changes ?? []).map(({step, label}) => ({
    xAxis: x === STEPS ? step : x.of(run)[run.step.findLastIndex(own => own <= step)],
    label: {formatter: label}}))),
});

const lineOptions = (x, ys, axes) => colours => {
  const series = shownGates().flatMap(gate => ys.flatMap(y => linesOf(gate, x, y))).filter(line => line.data.length);
  if (series.length) series[0].markLine = changeLines(x, colours);
  const empty = {text: 'not measured', left: 'center', top: 'middle',
    textStyle: {color: colours.soft, fontSize: 14, fontWeight: 400, fontFamily: FONT}};
  return {
    title: series.length ? undefined : empty,
    grid: {left: 52, right: axes.length > 1 ? 48 : 20, top: 88, bottom: 46},
    toolbox: toolbox(colours),
    tooltip: {trigger: 'axis', formatter: tooltip(x, ys), ...tooltipLook(colours)},
    xAxis: valueAxis(x.name, x.format, colours,
      {nameLocation: 'middle', nameGap: 28, min: 0, minInterval: x.whole ? 1 : 0, splitLine: {show: false},
        axisLine: {show: true, lineStyle: {color: colours.line}}}),
    yAxis: axes.map((axis, i) => yAxis(axis, i, colours)),
    series,
  };
};

const loadTitle = run => run.label + (runsOf(run.label).length > 1 ? `, seed ${run.seed}` : '');

const loadOptions = run => colours => {
  const experts = Math.max(...run.load.map(layer => layer.share.length));
  return {
    title: {text: loadTitle(run), left: 0, top: 0,
      textStyle: {color: colours.ink, fontSize: 13, fontWeight: 600, fontFamily: FONT}},
    grid: {left: 38, right: 8, top: 34, bottom: 26},
    tooltip: {trigger: 'item', ...tooltipLook(colours),
      formatter: p => element('span',
        `${run.load[p.dataIndex].layer}, expert ${p.seriesIndex}: ${p.value.toFixed(1)}% of the assignments`)},
    xAxis: {type: 'category', data: run.load.map(layer => layer.layer), axisTick: {show: false},
      axisLine: {lineStyle: {color: colours.line}},
      axisLabel: {color: colours.soft, fontFamily: FONT, fontSize: 11, hideOverlap: true}},
    yAxis: valueAxis('', fixed(0, '%'), colours, {splitNumber: 3, min: 0}),
    series: Array.from({length: experts}, (_, expert) => ({
      type: 'bar', name: `expert ${expert}`, barGap: '12%', barCategoryGap: '22%', animation: false,
      itemStyle: {color: colour(run.label), opacity: expert % 2 ? 0.6 : 0.9, borderRadius: [2, 2, 0, 0]},
      data: run.load.map(layer => layer.share[expert] ?? null),
      markLine: expert ? undefined : {silent: true, symbol: 'none', animation: false, data: [{yAxis: 100 / experts}],
        label: {show: false}, lineStyle: {color: colours.soft, type: 'dashed', width: 1}},
    })),
  };
};
