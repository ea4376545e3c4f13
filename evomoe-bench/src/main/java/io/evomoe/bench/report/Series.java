package io.evomoe.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.nn.RoutingReport;
import io.evomoe.run.record.Json;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.util.List;

/**
 * A run's curves in columns, as the report's script reads them: the fields of {@link StepRecord} by
 * their names, thinned, with null where nothing was measured; and the tokens of each expert at the
 * end, by layer.
 */
final class Series {
  static final int POINTS = 400;

  private Series() {}

  /**
   * The columns of a run.
   *
   * @param label task and gate
   */
  static ObjectNode of(String label, RecordedRun run) {
    ObjectNode series = Json.MAPPER.createObjectNode().put("label", label).put("seed", run.seed());
    for (StepRecord step : ThinnedCurve.of(run, POINTS).steps()) {
      ObjectNode fields = Json.MAPPER.valueToTree(step);
      fields.remove(List.of("phase", "layers"));
      fields.properties().forEach(f -> series.withArray(f.getKey()).add(f.getValue()));
    }
    for (RoutingReport layer : run.lastRouting()) {
      ObjectNode load = series.withArray("load").addObject().put("layer", layer.layer());
      layer.load().forEach(load.withArray("tokens")::add);
    }
    return series;
  }
}
