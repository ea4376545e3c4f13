package io.evomoe.bench.cli;

import io.evomoe.run.Run;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe logits}: what a trained model says of the last of some tokens. */
@Command(
    name = "logits",
    description =
        "Prints the logits after the last token: of the next token (gpt), of the token itself (roberta), or of the next token of the translation (mt).",
    footer = "evomoe logits --checkpoint runs/mine --ids 1,2,3")
final class LogitsCommand implements Runnable {
  private static final int SHOWN = 10;

  @Option(
      names = "--checkpoint",
      required = true,
      description = "run folder, for its best checkpoint, or one checkpoint in it")
  Path checkpoint = Path.of(".");

  @Option(names = "--ids", required = true, split = ",", description = "token ids, e.g. 1,2,3")
  int[] ids = {};

  @Option(
      names = "--target-ids",
      split = ",",
      description = "task mt: ids of the translation so far")
  int[] targetIds = {};

  @Option(names = "--each", description = "task gpt: logits after each token, a JSON array a line")
  boolean each;

  @Option(names = "--json", description = "print all logits as one JSON array")
  boolean json;

  @Override
  public void run() {
    try (Run<?> run = Run.open(checkpoint)) {
      String task = run.config().task();
      if (targetIds.length > 0 && !task.equals(Tasks.TRANSLATION)) {
        throw new IllegalArgumentException(
            "--target-ids needs a run of task %s, was %s".formatted(Tasks.TRANSLATION, task));
      }
      if (each) {
        run.eachLogits(ids).stream().map(LogitsCommand::json).forEach(System.out::println);
      } else {
        double[] logits = run.logits(ids, targetIds);
        System.out.println(json ? json(logits) : likeliest(logits));
      }
    }
  }

  /** As short as they can be to be read back as the same float. */
  private static String json(double[] logits) {
    return IntStream.range(0, logits.length)
        .mapToObj(id -> Float.toString((float) finite(id, logits[id])))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static double finite(int id, double logit) {
    if (!Double.isFinite(logit)) {
      throw new IllegalStateException("logit of token %d is %s".formatted(id, logit));
    }
    return logit;
  }

  private static String likeliest(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - most)).sum();
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]))
        .limit(SHOWN)
        .map(
            id ->
                "%n%-8d %-10.4f %.4f".formatted(id, logits[id], Math.exp(logits[id] - most) / sum))
        .collect(Collectors.joining("", "id       logit      probability", ""));
  }
}
