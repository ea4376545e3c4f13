package io.evomoe.training.internal.rounds;

import io.evomoe.nn.RoutingReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Serializes routing reports, without first experts. */
final class Routings {
  private Routings() {}

  static void write(List<RoutingReport> reports, DataOutput out) throws IOException {
    out.writeInt(reports.size());
    for (RoutingReport report : reports) {
      out.writeUTF(report.layer());
      out.writeInt(report.tokens());
      writeCounts(report.load(), out);
      writeCounts(report.activeHistogram(), out);
      out.writeInt(report.dropped());
      out.writeDouble(report.auxLoss());
    }
  }

  static List<RoutingReport> read(DataInput in) throws IOException {
    List<RoutingReport> reports = new ArrayList<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      reports.add(
          new RoutingReport(
              in.readUTF(),
              in.readInt(),
              counts(in),
              counts(in),
              in.readInt(),
              in.readDouble(),
              List.of()));
    }
    return reports;
  }

  private static void writeCounts(List<Integer> counts, DataOutput out) throws IOException {
    out.writeInt(counts.size());
    for (int count : counts) {
      out.writeInt(count);
    }
  }

  private static List<Integer> counts(DataInput in) throws IOException {
    List<Integer> counts = new ArrayList<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      counts.add(in.readInt());
    }
    return counts;
  }
}
