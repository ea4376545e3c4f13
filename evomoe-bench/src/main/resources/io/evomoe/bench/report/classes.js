// The charts of a fine-tuned classifier: its curves, and which classes it takes for which.
const percent = fixed(1, '%');

const confusionChart = confusion => {
  const texts = confusion.texts.reduce((sum, count) => sum + count, 0);
  const shareOf = ([label, , count]) => 100 * count / confusion.texts[label];
  const named = ([label, other]) => `${confusion.labels[label]} named ${confusion.labels[other]}`;
  const mistakes = confusion.counts.filter(([label, other]) => label !== other).sort((a, b) => b[2] - a[2]);

  const place = document.getElementById('confusion');
  place.style.height = `${Math.min(1400, 190 + 17 * Math.max(6, confusion.labels.length))}px`;

  // Where not every name has room, as on a phone, some are left out.
  const axis = (name, length, colours, {axisLabel, ...more}) => ({
    type: 'category', name, data: confusion.labels, nameLocation: 'middle', nameGap: 132,
    nameTextStyle: {color: colours.soft, fontFamily: FONT, fontSize: 12},
    axisLabel: {color: colours.soft, fontFamily: FONT, fontSize: 11, width: 120, overflow: 'truncate',
      interval: (length - 158) / confusion.labels.length < 13 ? 'auto' : 0, ...axisLabel},
    axisLine: {lineStyle: {color: colours.line}}, axisTick: {show: false}, ...more,
  });

  const options = colours => ({
    grid: {left: 150, right: 8, top: 150, bottom: 8},
    tooltip: {trigger: 'item', ...tooltipLook(colours), formatter: p => {
      const cell = [p.value[1], p.value[0], p.value[3]];
      return element('span', `${named(cell)}: ${number(0)(cell[2])} texts, ${percent(shareOf(cell))} of the class`);
    }},
    xAxis: axis('named', place.clientWidth, colours, {position: 'top', axisLabel: {rotate: 90}}),
    yAxis: axis('class', place.clientHeight, colours, {inverse: true}),
    visualMap: {show: false, min: 0, max: 100, dimension: 2, inRange: {color: [palette()[0]], colorAlpha: [0.08, 1]}},
    series: [{type: 'heatmap', animation: false, itemStyle: {borderColor: colours.card, borderWidth: 1},
      data: confusion.counts.map(cell => [cell[1], cell[0], shareOf(cell), cell[2]])}],
  });

  const words = () => {
    const right = texts - mistakes.reduce((sum, cell) => sum + cell[2], 0);
    const most = mistakes.slice(0, 5).map(cell => `${named(cell)} (${number(0)(cell[2])})`).join(', ');
    return `${percent(100 * right / texts)} of ${number(0)(texts)} texts are named right.`
      + (most ? ` Most often mistaken: ${most}.` : '');
  };

  const table = () => tableOf(['class', 'named', 'texts', 'of the class'],
    mistakes.slice(0, TABLE_ROWS).map(cell =>
      [confusion.labels[cell[0]], confusion.labels[cell[1]], number(0)(cell[2]), percent(shareOf(cell))]));

  addChart(place, 'Confusion', options, words, table);
};

const loss = {name: 'loss (nats a text)', format: number(4), ceiling: lossCeiling};
lineChart('loss-step', STEPS, [VALID, TRAIN], [loss]);
lineChart('loss-wall', WALL, [VALID, TRAIN], [loss]);
// Nothing is named before a training is over.
const confusion = JSON.parse(document.getElementById('confusion-data').textContent);
if (confusion) confusionChart(confusion);
restoreChoice();
begin();
watch();
restorePlace();
