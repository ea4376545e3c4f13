package io.evomoe.bench.task;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The data of a task that reads one file or folder. */
final class OneSource {
  private OneSource() {}

  static <T> T of(List<Path> data, String task, Function<Path, T> open) {
    if (data.size() != 1) {
      throw new IllegalArgumentException(
          "--data must be given once for task %s, was %s".formatted(task, data));
    }
    return open.apply(data.get(0));
  }
}
