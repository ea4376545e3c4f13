// The charts of training runs.
const loadCharts = () => {
  const routed = runs.filter(run => run.load);
  document.getElementById('loads').hidden = routed.length === 0;
  for (const run of routed) {
    const place = element('div', '', {class: 'load'});
    const plot = element('div', '', {class: 'plot'});
    place.append(plot);
    document.getElementById('load-grid').append(place);
    addChart(plot, `Load per expert of ${loadTitle(run)}`, loadOptions(run), () => loadWords(run),
      () => loadTable(run), run.label);
  }
};

const loss = {name: 'loss (nats a token)', format: number(4), ceiling: lossCeiling};
[['loss-step', STEPS], ['loss-tokens', TOKENS], ['loss-flops', FLOPS], ['loss-wall', WALL]]
  .forEach(([id, x]) => lineChart(id, x, [VALID, TRAIN], [loss]));
const experts = {name: 'experts a token', format: number(2), min: 0};
lineChart('temperature', STEPS, [ACTIVE, TEMPERATURE],
  [experts, {name: 'temperature', format: number(2), min: 0}]);
lineChart('step-time', STEPS, [STEP_TIME, {...ACTIVE, style: 'dashed', axis: 1}],
  [{name: 'step time (ms)', format: number(1), min: 0}, experts]);
lineChart('entropy', STEPS, [ENTROPY], [{name: 'exp(H)/E', format: number(4)}]);
lineChart('drop', STEPS, [DROP], [{name: '% of assignments', format: number(2, '%'), min: 0}]);
lineChart('dead', STEPS, [DEAD], [{name: 'experts a layer', format: number(2), min: 0}]);
lineChart('fluctuation', STEPS, [FLUCTUATION], [{name: '% of tokens', format: number(2, '%'), min: 0}]);
lineChart('aux', STEPS, [AUX], [{name: 'auxiliary loss', format: number(5)}]);
loadCharts();
restoreChoice();
begin();
watch();
restorePlace();
