package io.evomoe.run.record;

import java.util.List;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * The text of one line of curves.csv. Doubles are written so that reading returns the same bits.
 */
final class CurveLine {

  /**
   * The header of files without columns for dead experts and routing fluctuation; these stay empty.
   */
  static final String EARLIER_HEADER =
      "task,gate,seed,step,tokens,train_flops,wall_s,train_loss,valid_loss,aux_loss,temperature,"
          + "active_experts,load_entropy,drop_rate";

  static final String HEADER = EARLIER_HEADER + ",dead_experts,routing_fluctuation";

  private static final int COLUMNS = HEADER.split(",", -1).length;

  private CurveLine() {}

  static String format(CurveRow row) {
    StringJoiner line = new StringJoiner(",");
    line.add(row.task()).add(row.gate());
    line.add(Long.toString(row.seed()));
    line.add(Long.toString(row.step()));
    line.add(Long.toString(row.tokens()));
    line.add(Double.toString(row.trainFlops()));
    line.add(Double.toString(row.wallSeconds()));
    measurements(row).forEach(value -> line.add(text(value)));
    return line.toString();
  }

  /**
   * Parses a line.
   *
   * @param earlier whether the file has the {@link #EARLIER_HEADER}
   * @throws IllegalArgumentException if it is not a line of curves.csv
   */
  static CurveRow parse(String line, boolean earlier) {
    return parse(earlier ? line + ",," : line);
  }

  private static CurveRow parse(String line) {
    List<String> fields = List.of(line.split(",", -1));
    if (fields.size() != COLUMNS) {
      throw new IllegalArgumentException(
          "line must have " + COLUMNS + " fields, had " + fields.size());
    }
    return new CurveRow(
        fields.get(0),
        fields.get(1),
        Long.parseLong(fields.get(2)),
        Long.parseLong(fields.get(3)),
        Long.parseLong(fields.get(4)),
        Double.parseDouble(fields.get(5)),
        Double.parseDouble(fields.get(6)),
        measurement(fields.get(7)),
        measurement(fields.get(8)),
        measurement(fields.get(9)),
        measurement(fields.get(10)),
        measurement(fields.get(11)),
        measurement(fields.get(12)),
        measurement(fields.get(13)),
        measurement(fields.get(14)),
        measurement(fields.get(15)));
  }

  private static List<OptionalDouble> measurements(CurveRow row) {
    return List.of(
        row.trainLoss(),
        row.validLoss(),
        row.auxLoss(),
        row.temperature(),
        row.activeExperts(),
        row.loadEntropy(),
        row.dropRate(),
        row.deadExperts(),
        row.routingFluctuation());
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
  }

  private static OptionalDouble measurement(String field) {
    return field.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(field));
  }
}
