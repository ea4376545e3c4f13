package io.evomoe.bench.cli;

import io.evomoe.kernel.KernelSelection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Where a result was made. */
final class Environment {
  private Environment() {}

  static Map<String, String> lines() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("Kernels", KernelSelection.forType(DataType.FLOAT).name());
    lines.put(
        "Machine",
        "%d processors, %s %s, Java %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version()));
    return lines;
  }
}
