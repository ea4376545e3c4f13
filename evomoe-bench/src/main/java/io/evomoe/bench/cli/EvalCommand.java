package io.evomoe.bench.cli;

import io.evomoe.bench.task.EvalRequest;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.bench.task.Tasks;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe eval}: a trained model measured on data. */
@Command(
    name = "eval",
    description = "Measures a trained model on data.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--data",
      description = "text file, read as a whole; the run's held-out text by default")
  @Nullable Path data;

  @Option(names = "--batches", defaultValue = "64", description = "batches at most; 64 by default")
  int batches = 64;

  @Override
  public Integer call() {
    EvalRequest request = new EvalRequest(data, batches);
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      Tasks.named(run.config().task()).evaluate(run, request).forEach(System.out::println);
    }
    return 0;
  }
}
