package io.evomoe.bench.cli;

import io.evomoe.models.text.HeldOut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how data that has no split of its own is divided: shared by commands. */
final class SplitOptions {
  @Option(
      names = "--valid-share",
      paramLabel = "SHARE",
      description =
          "share of the data for the validation set, in (0, 1); folders with their own split keep it (default: 0.05)")
  @Nullable Double validShare;

  @Option(
      names = "--test-share",
      paramLabel = "SHARE",
      description = "share of the data for the test set, see --split of eval (default: 0)")
  @Nullable Double testShare;

  @Option(
      names = "--split-seed",
      paramLabel = "SEED",
      description = "seed of the split (default: 1)")
  @Nullable Long seed;

  /** The usual one with what was asked for. */
  HeldOut heldOut(HeldOut usual) {
    return new HeldOut(
        usual.rule(),
        validShare == null ? usual.validShare() : validShare,
        testShare == null ? usual.testShare() : testShare,
        seed == null ? usual.seed() : seed);
  }

  /** These options as another process takes them. */
  List<String> asArguments() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("--valid-share", validShare);
    values.put("--test-share", testShare);
    values.put("--split-seed", seed);
    List<String> arguments = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (value != null) {
            arguments.addAll(List.of(name, value.toString()));
          }
        });
    return arguments;
  }
}
