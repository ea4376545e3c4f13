package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.models.llama.Llama;
import io.evomoe.run.config.ArchitectureConfig.QueryKeyNormalization;
import io.evomoe.run.result.ExportRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token prior of a run moves into its embedding, so that published formats can hold it. */
class EmbeddedPriorTest {
  private static final int[] IDS = {5, 80, 81, 7, 200};

  @TempDir Path folder;

  /** So large a prior chooses the expert alone, whatever divides it, and one expert weighs 1. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_compute_the_same_where_the_id_alone_decides(boolean tied) throws IOException {
    RunBuilder<Llama> llama =
        SmallTexts.llama(folder)
            .model(m -> m.numKeyValueHeads(1).sharedExperts(1).sharedGate(true).moeEvery(1))
            .architecture(a -> a.queryKeyNorm(QueryKeyNormalization.HEAD).tiedHead(tied))
            .set("gateOptions.evomoe.startExperts", "1");
    try (Run<Llama> run = trained(llama, "fixed", 100);
        Run<?> embedded = run.embedPrior(folder.resolve("embedded"))) {
      int width = run.config().model().hiddenSize();

      assertThat(embedded.config().model().hiddenSize()).isGreaterThan(width);
      assertThat(embedded.config().model().hiddenSize() % 32).isZero();
      assertThat(largestDifference(embedded, run)).isLessThan(1e-4);
      assertThat(embedded.evaluate().loss()).isCloseTo(run.evaluate().loss(), within(1e-4));
      assertThat(embedded.steps()).isEqualTo(run.steps());
    }
  }

  @Test
  void should_leave_for_published_formats_and_return() throws IOException {
    Path published = folder.resolve("published");
    ExportRequest mixtral = ExportRequest.DEFAULT.withFamily("mixtral").withExpertsPerToken(1);
    try (Run<Llama> run = trained(SmallTexts.llama(folder), "learned", 10)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.export(mixtral, published))
          .withMessageContaining("convert --embed-prior");
      try (Run<?> embedded = run.embedPrior(folder.resolve("embedded"))) {
        assertThat(embedded.evaluate().loss()).isCloseTo(run.evaluate().loss(), within(0.02));
        embedded.export(mixtral, published);
        try (Run<?> again = Run.importing(published, folder.resolve("again"))) {
          assertThat(again.config().gate()).isEqualTo("topk");
          assertThat(largestDifference(again, embedded)).isLessThan(1);
        }
      }
    }
  }

  @Test
  void should_reject_runs_without_such_a_prior() throws IOException {
    try (Run<Llama> run = trained(SmallTexts.llama(folder), "none", 10)) {
      assertRejected(
          () -> run.embedPrior(folder.resolve("out")),
          "gateOptions.evomoe.prior is fixed or learned, they were llama and none");
    }
    Path out = folder.resolve("gpt");
    try (Run<?> run = SmallTexts.gpt(folder).gate("evomoe").in(out)) {
      run.train();
      assertRejected(
          () -> run.embedPrior(folder.resolve("out")),
          "the prior can be embedded if model.architecture is llama and gateOptions.evomoe.prior is fixed or learned, they were gpt and learned");
    }
    assertRejected(
        () -> trained(SmallTexts.llama(folder), "embedded", 10),
        "gateOptions.evomoe.prior must be none, fixed, learned or annealed in a new run, was"
            + " embedded: convert --embed-prior makes this form of a trained run");
  }

  private Run<Llama> trained(RunBuilder<Llama> llama, String prior, int scale) {
    Run<Llama> run =
        llama
            .gate("evomoe")
            .set("gateOptions.evomoe.prior", prior)
            .set("gateOptions.evomoe.priorScale", Integer.toString(scale))
            .in(folder.resolve(prior));
    run.train();
    return run;
  }

  private static double largestDifference(Run<?> one, Run<?> other) {
    double[] logits = one.logits(IDS);
    double[] others = other.logits(IDS);
    return IntStream.range(0, logits.length)
        .mapToDouble(i -> Math.abs(logits[i] - others[i]))
        .max()
        .orElseThrow();
  }

  private static void assertRejected(ThrowingCallable action, String message) {
    assertThatIllegalArgumentException().isThrownBy(action).withMessageContaining(message);
  }
}
