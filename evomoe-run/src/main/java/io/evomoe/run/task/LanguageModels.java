package io.evomoe.run.task;

import io.evomoe.models.text.EvaluationShare;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextSplit;
import io.evomoe.nn.Workspaces;
import io.evomoe.training.Evaluation;
import io.evomoe.training.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How a trained language model, causal or masked, is measured on text. */
final class LanguageModels {
  private LanguageModels() {}

  /** The text that a request means. */
  static TextCorpus text(RunCheckpoint run, EvalRequest request) {
    Path data = request.data();
    if (data == null) {
      return TextSources.part(run.data(List.of()), request.split(), run.config().split());
    }
    return Files.isDirectory(data)
        ? TextSources.part(List.of(data), request.split(), run.config().split())
        : TextSources.whole(data);
  }

  /** How many documents each side has. */
  static String documents(TextSplit text) {
    return "%,d and %,d documents%s"
        .formatted(
            text.train().documents().size(),
            text.valid().documents().size(),
            testPart(text.test().map(side -> side.documents().size())));
  }

  /** A test part, where there is one, in words. */
  static String testPart(Optional<Integer> size) {
    return size.map(" (%,d more are the test part)"::formatted).orElse("");
  }

  /** One row of logits, computed in a workspace of its own. */
  static double[] row(Supplier<INDArray> logits) {
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_LOGITS")) {
      return logits.get().getRow(0).toDoubleVector();
    }
  }

  static void requireNoTargets(int[] targets, String task) {
    if (targets.length > 0) {
      throw new IllegalArgumentException("--target-ids are for task mt, the run is of " + task);
    }
  }

  /**
   * The loss.
   *
   * @param share how much of the text is read
   * @param unit what the loss counts, such as {@code masked tokens}
   */
  static Measurement measure(
      RunCheckpoint run,
      TrainedModel<? extends Model<LanguageBatch>> trained,
      List<LanguageBatch> read,
      EvaluationShare share,
      String unit,
      String text) {
    double loss = new Evaluation<>(trained.model(), read).loss(trained.moment()).orElseThrow();
    long counted = read.stream().mapToLong(LanguageBatch::countedTargets).sum();
    return new Measurement(run.name(), counted, unit, share, text, loss, Optional.empty());
  }
}
