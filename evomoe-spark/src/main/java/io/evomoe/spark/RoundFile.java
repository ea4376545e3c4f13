package io.evomoe.spark;

import io.evomoe.internal.files.AppendedFile;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code rounds.csv} of a run: the cost of each round. It has the received bytes of arrays, and the
 * times of the slowest and the median worker in seconds.
 */
record RoundFile(Path file) {
  private static final String HEADER =
      "round,to_step,seconds,tokens_per_s,bytes_received,median_s,slowest_s,slowest";

  /** Opens the file of a run and removes rounds after a step; creates it if there is none. */
  static RoundFile open(Path folder, long step) {
    Path file = folder.resolve("rounds.csv");
    try {
      List<String> lines = new ArrayList<>(List.of(HEADER));
      if (Files.exists(file)) {
        Files.readAllLines(file).stream()
            .skip(1)
            .filter(l -> toStep(l) <= step)
            .forEach(lines::add);
      }
      AtomicFile.write(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + IoReason.of(e, file), e);
    }
    return new RoundFile(file);
  }

  /** Returns the step, or a value above any step for a truncated line. */
  private static long toStep(String line) {
    String[] fields = line.split(",", -1);
    return fields.length == HEADER.split(",", -1).length
        ? Long.parseLong(fields[1])
        : Long.MAX_VALUE;
  }

  void append(RoundLine round) {
    try (AppendedFile out = new AppendedFile(file)) {
      out.write(round.csv());
    }
  }
}
