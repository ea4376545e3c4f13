'use strict';
(() => {
  const COLOURS = ['#3b74f0', '#e8690c', '#1f9d55', '#a44ad1', '#d6336c', '#0c93a8', '#b58900', '#7a6a58',
    '#5f6fd0', '#c4502e', '#6b8e23', '#8795a5'];
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

  const runs = JSON.parse(document.getElementById('data').textContent);
  const gates = [...new Set(runs.map(run => run.label))];
  const colour = gate => COLOURS[gates.indexOf(gate) % COLOURS.length];
  const hidden = new Set();
  const charts = [];
  let wholeRange = false;

  const number = (digits, unit = '') => value =>
    value.toLocaleString('en-US', {maximumFractionDigits: digits}) + unit;
  const fixed = (digits, unit = '') => value => value.toFixed(digits) + unit;
  const metricPrefix = unit => value => {
    const power = value === 0 ? 0 : Math.min(6, Math.max(0, Math.floor(Math.log10(Math.abs(value)) / 3)));
    const scaled = Number((value / 1000 ** power).toPrecision(3));
    return scaled + ['', 'k', 'M', 'G', 'T', 'P', 'E'][power] + unit;
  };

  // Wall time in the largest unit that keeps the axis above 3.
  const longest = Math.max(0, ...runs.map(run => run.wall[run.wall.length - 1] || 0));
  const [clockUnit, clock] = longest > 3 * 3600 ? ['h', 3600] : longest > 180 ? ['min', 60] : ['s', 1];

  const STEPS = {of: run => run.step, name: 'steps', format: number(0)};
  const TOKENS = {of: run => run.tokens, name: 'tokens', format: metricPrefix('')};
  const FLOPS = {of: run => run.flops, name: 'training FLOPs', format: metricPrefix('')};
  const WALL = {of: run => run.wall.map(s => s / clock), name: `wall time (${clockUnit})`, format: number(1)};

  const VALID = {of: run => run.valid, name: 'valid', style: 'strong', axis: 0, format: fixed(4)};
  const TRAIN = {of: run => run.train, name: 'train', style: 'faint', axis: 0, format: fixed(4)};
  const active = (style, axis) =>
    ({of: run => run.active, name: 'active experts', style, axis, format: fixed(2)});
  // A temperature that never changes steers nothing: it would only be a line in the way.
  const moving = values => new Set(values.filter(v => v !== null)).size > 1 ? values : values.map(() => null);
  const TEMPERATURE = {of: run => moving(run.temperature), name: 'temperature', style: 'dashed', axis: 1,
    format: fixed(3)};
  const STEP_TIME = {of: run => run.step_ms, name: 'step time', style: 'strong', axis: 0, format: fixed(1, ' ms')};
  const ENTROPY = {of: run => run.entropy, name: 'load entropy', style: 'strong', axis: 0, format: fixed(3)};
  const DROP = {of: run => run.drop, name: 'drop rate', style: 'strong', axis: 0, format: fixed(1, '%')};

  const DEAD = {of: run => run.dead, name: 'dead experts', style: 'strong', axis: 0, format: fixed(2)};
  const FLUCTUATION = {of: run => run.fluctuation, name: 'routing fluctuation', style: 'strong', axis: 0,
    format: fixed(1, '%')};
  const AUX = {of: run => run.aux, name: 'auxiliary loss', style: 'strong', axis: 0, format: fixed(4)};

  const theme = () => {
    const css = getComputedStyle(document.documentElement);
    const read = name => css.getPropertyValue(name).trim();
    return {ink: read('--ink'), soft: read('--soft'), line: read('--line'), card: read('--card')};
  };

  const points = (run, x, y) => {
    const xs = x.of(run);
    return y.of(run).map((value, i) => [xs[i], value]).filter(p => p[0] !== null && p[1] !== null);
  };

  const lineOf = (run, x, y) => {
    const data = points(run, x, y);
    const faint = y.style === 'faint';
    return {
      type: 'line', name: run.label, data, yAxisIndex: y.axis, color: colour(run.label),
      showSymbol: [VALID, FLUCTUATION].includes(y) && data.length <= 40 || data.length === 1, symbol: 'circle', symbolSize: 5,
      lineStyle: {width: faint ? 1 : 2, opacity: faint ? 0.45 : 1, type: y.style === 'dashed' ? 'dashed' : 'solid'},
      z: faint ? 2 : 3, animation: false, emphasis: {disabled: true},
    };
  };

  // Seeds of one gate with a value at the same steps: one line, their mean, in a band from lowest to highest.
  const together = (group, y) => {
    const steps = group.map(run => run.step.filter((_, i) => y.of(run)[i] !== null));
    return group.length > 1 && steps.every(own => own.join() === steps[0].join());
  };

  const mean = values => values.reduce((sum, v) => sum + v, 0) / values.length;

  const bandOf = (group, x, y) => {
    const curves = group.map(run => points(run, x, y));
    return curves[0].map((_, i) => {
      const values = curves.map(data => data[i][1]);
      return [mean(curves.map(data => data[i][0])), mean(values), Math.min(...values), Math.max(...values)];
    });
  };

  const bandLines = (group, x, y) => {
    const band = bandOf(group, x, y);
    const line = {...lineOf(group[0], x, y), data: band.map(point => point.slice(0, 2))};
    const outline = [...band.map(p => [p[0], p[2]]), ...[...band].reverse().map(p => [p[0], p[3]])];
    const area = {
      type: 'custom', name: line.name, yAxisIndex: y.axis, data: [outline[0]], clip: true, silent: true, z: 1,
      animation: false, tooltip: {show: false},
      renderItem: (_, api) => ({type: 'polygon', shape: {points: outline.map(p => api.coord(p))},
        style: {fill: colour(line.name), opacity: y.style === 'faint' ? 0.08 : 0.16}}),
    };
    return band.length ? [area, line] : [];
  };

  const linesOf = (group, x, y) =>
    together(group, y) ? bandLines(group, x, y) : group.map(run => lineOf(run, x, y));

  // A finished run, or one not yet measured, has no value at x: its last or first one would mislead.
  const covers = (data, x) => {
    if (data.length === 0) return false;
    const [first, last] = [data[0][0], data[data.length - 1][0]];
    const spacing = data.length > 1 ? (last - first) / (data.length - 1) : Infinity;
    return x > first - spacing && x < last + spacing;
  };

  const nearest = (data, x) => data.reduce((best, p) => Math.abs(p[0] - x) < Math.abs(best[0] - x) ? p : best);

  // Text goes through textContent, so no name can become markup.
  const element = (tag, text, style = '') => {
    const node = document.createElement(tag);
    node.textContent = text;
    node.style.cssText = style;
    return node;
  };

  const tooltipRow = (gate, series, at) => {
    const row = document.createElement('tr');
    const name = element('td', '', 'text-align:left;padding:1px 10px 1px 0');
    const dot = element('span', '', `background:${colour(gate)}`);
    dot.className = 'dot';
    name.append(dot, gate);
    row.append(name);
    for (const [y, lines] of series) {
      const values = lines.filter(data => covers(data, at)).map(data => nearest(data, at)[1]);
      row.append(element('td', values.length ? y.format(mean(values)) : '–', 'padding:1px 0 1px 10px'));
    }
    return row;
  };

  // One row a gate, the mean of its seeds, whichever line the pointer is near.
  const tooltip = (shown, x, ys) => params => {
    const at = params[0].axisValue;
    const table = document.createElement('table');
    const head = document.createElement('tr');
    const place = `${x.name}: ${x.format(at)}`;
    head.append(element('th', place, 'font-weight:600;padding:0 10px 2px 0'));
    ys.forEach(y => head.append(element('th', y.name, 'padding:0 0 2px 10px')));
    table.append(head);
    for (const gate of gates.filter(g => !hidden.has(g))) {
      const series = ys.map(y => [y, shown.filter(run => run.label === gate).map(run => points(run, x, y))]);
      table.append(tooltipRow(gate, series, at));
    }
    return table;
  };

  const valueAxis = (name, format, colours, more) => ({
    type: 'value', name, nameTextStyle: {color: colours.soft, fontFamily: FONT, fontSize: 12},
    axisLabel: {color: colours.soft, fontFamily: FONT, formatter: format, hideOverlap: true},
    axisLine: {show: false}, axisTick: {show: false}, splitLine: {lineStyle: {color: colours.line}}, ...more,
  });

  // The first steep fall would squeeze all later differences into one line: unless the whole range is
  // asked for, the axis starts at the loss that nine tenths of the points stay below.
  const lossCeiling = shown => {
    const losses = shown.flatMap(run => run.train).filter(v => v !== null).sort((a, b) => a - b);
    return wholeRange || losses.length < 40 ? null : Math.ceil(10 * losses[Math.floor(losses.length * 0.9)]) / 10;
  };

  const toolbox = colours => ({
    right: 0, top: 4, itemSize: 13, iconStyle: {borderColor: colours.soft},
    feature: {dataZoom: {title: {zoom: 'Zoom in', back: 'Zoom out'}, filterMode: 'none'}, restore: {title: 'Reset'}},
  });

  const lineChart = (id, x, ys, axes) => charts.push({
    node: document.getElementById(id),
    option: colours => {
      const shown = runs.filter(run => !hidden.has(run.label));
      const series = gates.filter(gate => !hidden.has(gate))
        .flatMap(gate => ys.flatMap(y => linesOf(runs.filter(run => run.label === gate), x, y)))
        .filter(line => line.data.length);
      const empty = {text: 'not measured', left: 'center', top: 'middle',
        textStyle: {color: colours.soft, fontSize: 14, fontWeight: 400, fontFamily: FONT}};
      return {
        title: series.length ? undefined : empty,
        grid: {left: 52, right: axes.length > 1 ? 48 : 20, top: 88, bottom: 46},
        toolbox: toolbox(colours),
        tooltip: {trigger: 'axis', confine: true, formatter: tooltip(shown, x, ys), backgroundColor: colours.card,
          borderColor: colours.line, textStyle: {color: colours.ink, fontFamily: FONT, fontSize: 12}},
        xAxis: valueAxis(x.name, x.format, colours,
          {nameLocation: 'middle', nameGap: 28, min: 0, max: 'dataMax', splitLine: {show: false},
            axisLine: {show: true, lineStyle: {color: colours.line}}}),
        yAxis: axes.map((axis, i) => valueAxis(axis.name, axis.format, colours,
          {scale: true, splitNumber: 5, max: axis.ceiling ? axis.ceiling(shown) : null, min: axis.min,
            nameTextStyle: {color: colours.soft, fontFamily: FONT, align: i ? 'right' : 'left',
              padding: i ? [0, -40, 0, 0] : [0, 0, 0, -44]},
            splitLine: {show: i === 0, lineStyle: {color: colours.line}}})),
        series,
      };
    },
  });

  const bars = (run, colours) => {
    const experts = Math.max(...run.load.map(layer => layer.share.length));
    const even = 100 / experts;
    const seeds = runs.filter(other => other.label === run.label).length;
    return {
      title: {text: run.label + (seeds > 1 ? `, seed ${run.seed}` : ''), left: 0, top: 0,
        textStyle: {color: colours.ink, fontSize: 13, fontWeight: 600, fontFamily: FONT}},
      grid: {left: 38, right: 8, top: 34, bottom: 26},
      tooltip: {trigger: 'item', confine: true, backgroundColor: colours.card, borderColor: colours.line,
        textStyle: {color: colours.ink, fontFamily: FONT, fontSize: 12},
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
        markLine: expert ? undefined : {silent: true, symbol: 'none', animation: false, data: [{yAxis: even}],
          label: {show: false}, lineStyle: {color: colours.soft, type: 'dashed', width: 1}},
      })),
    };
  };

  const loadCharts = () => {
    const routed = runs.filter(run => run.load.length);
    document.getElementById('loads').hidden = routed.length === 0;
    for (const run of routed) {
      const node = document.createElement('div');
      document.getElementById('load-grid').append(node);
      charts.push({node, gate: run.label, option: colours => bars(run, colours)});
    }
  };

  const draw = () => {
    const colours = theme();
    for (const chart of charts) {
      chart.node.hidden = hidden.has(chart.gate);
      if (!chart.node.hidden) {
        chart.plot ??= echarts.init(chart.node);
        chart.plot.setOption(chart.option(colours), true);
      }
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
      const dot = element('span', '', `background:${colour(gate)}`);
      dot.className = 'dot';
      toggle([dot, gate], true, () => hidden.delete(gate) || (hidden.add(gate), false)).className = 'gate';
    }
    toggle(['whole loss range'], false, () => wholeRange = !wholeRange);
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

  const loss = {name: 'loss (nats a token)', format: number(2), ceiling: lossCeiling};
  [['loss-step', STEPS], ['loss-tokens', TOKENS], ['loss-flops', FLOPS], ['loss-wall', WALL]]
    .forEach(([id, x]) => lineChart(id, x, [TRAIN, VALID], [loss]));
  const experts = {name: 'experts a token', format: number(1), min: 0};
  lineChart('temperature', STEPS, [active('strong', 0), TEMPERATURE],
    [experts, {name: 'temperature', format: number(2), min: 0}]);
  lineChart('step-time', STEPS, [STEP_TIME, active('dashed', 1)],
    [{name: 'step time (ms)', format: number(0), min: 0}, experts]);
  lineChart('entropy', STEPS, [ENTROPY], [{name: 'exp(H)/E', format: number(3)}]);
  lineChart('drop', STEPS, [DROP], [{name: '% of assignments', format: number(1, '%'), min: 0}]);
  lineChart('dead', STEPS, [DEAD], [{name: 'experts a layer', format: number(1), min: 0}]);
  lineChart('fluctuation', STEPS, [FLUCTUATION], [{name: '% of tokens', format: number(1, '%'), min: 0}]);
  lineChart('aux', STEPS, [AUX], [{name: 'auxiliary loss', format: number(3)}]);
  loadCharts();
  controls();
  lineKeys();
  draw();

  window.addEventListener('resize', () => charts.forEach(chart => chart.plot && chart.plot.resize()));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
