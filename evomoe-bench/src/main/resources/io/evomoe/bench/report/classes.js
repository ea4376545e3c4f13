// The charts of a fine-tuned classifier: its curves.
const loss = {name: 'loss (nats a text)', format: number(4), ceiling: lossCeiling};
lineChart('loss-step', STEPS, [VALID, TRAIN], [loss]);
lineChart('loss-wall', WALL, [VALID, TRAIN], [loss]);
restoreChoice();
begin();
watch();
restorePlace();
