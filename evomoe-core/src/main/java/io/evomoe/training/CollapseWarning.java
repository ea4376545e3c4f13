package io.evomoe.training;

import io.evomoe.nn.RoutingReport;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once for every router that sends nearly all tokens to few experts for many steps. It warns
 * again if the router has recovered in between.
 */
final class CollapseWarning implements Callback {
  private static final Logger log = LoggerFactory.getLogger(CollapseWarning.class);

  /** With few experts, the entropy at collapse, 1 / E, may be above the bound itself. */
  private static final double EXPERTS_IN_EFFECT = 1.1;

  private final SafetyConfig guards;
  private final Map<String, Integer> stepsInARow = new HashMap<>();

  CollapseWarning(SafetyConfig guards) {
    this.guards = guards;
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    for (RoutingReport layer : step.layers()) {
      int steps = isLow(layer) ? stepsInARow.merge(layer.layer(), 1, Integer::sum) : 0;
      if (steps == 0) {
        stepsInARow.remove(layer.layer());
      } else if (steps == guards.collapseSteps()) {
        warn(step.step(), layer);
      }
    }
  }

  private boolean isLow(RoutingReport layer) {
    int experts = layer.load().size();
    return guards.collapseEntropy() > 0
        && experts > 1
        && layer.assignments() > 0
        && layer.loadEntropy() < Math.max(guards.collapseEntropy(), EXPERTS_IN_EFFECT / experts);
  }

  private void warn(long step, RoutingReport layer) {
    log.warn(
        "The router of {} has collapsed: for {} steps up to step {} its load entropy was low, now"
            + " {} (1 when balanced, {} when one expert takes every token), {} of {} experts have"
            + " no token. A larger coefficient of the balance loss may help.",
        layer.layer(),
        guards.collapseSteps(),
        step,
        "%.3f".formatted(layer.loadEntropy()),
        "%.3f".formatted(1.0 / layer.load().size()),
        layer.deadExperts(),
        layer.load().size());
  }
}
