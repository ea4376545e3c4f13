// Puts the charts into the page, and lets gates be shown and hidden.
const charts = [];

// A chart in its place: named and described, reached by the tab key, with its values below it.
const addChart = (plot, title, options, words, table, gate) => {
  plot.setAttribute('role', 'img');
  plot.setAttribute('tabindex', '0');
  const {node, fill} = details(`${title}, values`, table);
  plot.after(node);
  const chart = {plot, title, options, words, gate, fill, node};
  charts.push(chart);
  return chart;
};

// Arrow keys move the pointer of a chart along its axis, and Escape takes it away.
const moveByKey = (chart, x, ys) => {
  let at = -1;
  const moves = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity};
  chart.plot.addEventListener('blur', () => chart.drawn.dispatchAction({type: 'hideTip'}));
  chart.plot.addEventListener('keydown', event => {
    const stops = places(x, ys, 200);
    if (event.key === 'Escape') chart.drawn.dispatchAction({type: 'hideTip'});
    if (!(event.key in moves) || !stops.length) return;
    event.preventDefault();
    at = Math.min(stops.length - 1, Math.max(0, at + moves[event.key]));
    const [left] = chart.drawn.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, [stops[at], 0]);
    chart.drawn.dispatchAction({type: 'showTip', x: left, y: chart.plot.clientHeight / 2});
  });
};

const lineChart = (id, x, ys, axes) => {
  const plot = document.getElementById(id);
  const title = plot.closest('figure').querySelector('h2').textContent;
  const chart =
    addChart(plot, title, lineOptions(x, ys, axes), () => seriesWords(x, ys), () => seriesTable(x, ys));
  moveByKey(chart, x, ys);
};

const draw = () => {
  const colours = theme();
  document.querySelectorAll('nav .glyph').forEach((node, i) => node.style.color = colour(gates[i]));
  for (const chart of charts) {
    const away = hidden.has(chart.gate);
    if (chart.gate) chart.plot.parentElement.hidden = away;
    if (away) continue;
    chart.drawn ??= echarts.init(chart.plot);
    chart.drawn.setOption(chart.options(colours), true);
    chart.plot.setAttribute('aria-label', `${chart.title}. ${chart.words()}`);
    chart.fill();
  }
};

const toggle = (content, pressed, onToggle) => {
  const button = document.createElement('button');
  button.append(...content);
  button.setAttribute('aria-pressed', String(pressed));
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(onToggle()));
    draw();
  });
  document.getElementById('gates').append(button);
  return button;
};

const controls = () => {
  for (const gate of gates) {
    toggle([glyph(gate), gate], !hidden.has(gate), () => hidden.delete(gate) || (hidden.add(gate), false)).className = 'gate';
  }
  toggle(['whole loss range'], wholeRange, () => wholeRange = !wholeRange);
};

const key = (kind, text) => {
  const swatch = document.createElement('i');
  swatch.className = kind;
  return [swatch, element('span', text)];
};

const lineKeys = () => {
  document.querySelectorAll('.keys.loss').forEach(node =>
    node.append(...key('strong', 'validation'), ...key('faint', 'training, smoothed')));
  document.querySelectorAll('.keys[data-solid]').forEach(node =>
    node.append(...key('strong', node.dataset.solid), ...key('dashed', node.dataset.dashed)));
};

// When all charts are in their places.
const begin = () => {
  controls();
  lineKeys();
  draw();
  window.addEventListener('resize', () => charts.forEach(chart => chart.drawn && chart.drawn.resize()));
  darkScheme.addEventListener('change', draw);
};
