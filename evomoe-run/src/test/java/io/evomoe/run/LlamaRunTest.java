package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.run.config.ArchitectureConfig.QueryKeyNormalization;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run knows its architecture: it begins, is opened and is refused by it. */
class LlamaRunTest {
  @TempDir Path folder;

  @Test
  void should_train_and_be_opened_as_the_same_llama() throws IOException {
    Path out = folder.resolve("run");
    String text;
    try (Run<Llama> run =
        SmallTexts.llama(folder)
            .model(m -> m.numKeyValueHeads(1).sharedExperts(1).sharedGate(true))
            .architecture(a -> a.queryKeyNorm(QueryKeyNormalization.HEAD).tiedHead(false))
            .in(out)) {
      run.train();
      text = run.generate("Message", 8);
    }

    List<StepRecord> rows = CurveFile.read(out.resolve(CurveFile.NAME));
    assertThat(rows).hasSize(20);
    assertThat(rows.get(19).trainLoss()).isLessThan(rows.get(0).trainLoss() - 0.3);
    try (Run<Llama> again = Run.open(out, Llama.class)) {
      assertThat(again.config().model().architecture()).isEqualTo(Architecture.LLAMA);
      assertThat(again.model().config().tied()).isFalse();
      assertThat(again.model().config().stack().block().attention().numKeyValueHeads())
          .isEqualTo(1);
      assertThat(again.generate("Message", 8)).startsWith("Message").isEqualTo(text);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.open(out, Gpt.class))
        .withMessage(out + " holds the run of a Llama, was opened as that of a Gpt");
  }

  @Test
  void should_refuse_another_architecture_than_the_one_it_is_begun_with() throws IOException {
    Path out = folder.resolve("run");

    assertRefused(
        () -> SmallTexts.gpt(folder).set("model.architecture", "llama").in(out),
        "model.architecture llama makes a Llama, the run was begun as that of a Gpt");
    assertRefused(
        () -> SmallTexts.llama(folder).set("model.architecture", "gpt").in(out),
        "model.architecture gpt makes a Gpt, the run was begun as that of a Llama");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).set("model.architecture", "mamba").in(out))
        .withMessageContaining("model.architecture")
        .withMessageContaining("mamba");
    assertThat(out).doesNotExist();
  }

  @Test
  void tasks_that_have_no_llama_should_refuse_it_and_name_the_field() throws IOException {
    Path out = folder.resolve("run");

    assertRefused(
        () -> SmallTexts.roberta(folder).set("model.architecture", "llama").in(out),
        "model.architecture must be one of [gpt] for task roberta, was llama");
    assertRefused(
        () -> SmallTexts.translation(folder).set("model.architecture", "llama").in(out),
        "model.architecture must be one of [gpt] for task mt, was llama");
    assertThat(out).doesNotExist();
  }

  @Test
  void should_refuse_what_the_architecture_has_not() throws IOException {
    Path out = folder.resolve("run");

    assertRefused(
        () -> SmallTexts.gpt(folder).model(m -> m.numKeyValueHeads(1)).in(out),
        "numKeyValueHeads must be left out for architecture gpt, was 1");
    assertRefused(
        () -> SmallTexts.gpt(folder).architecture(a -> a.ropeTheta(5)).in(out),
        "architecture.ropeTheta is of model.architecture llama: it must be left out for gpt,"
            + " was 5.0");
    assertRefused(
        () -> SmallTexts.llama(folder).model(m -> m.headDim(5)).in(out),
        "headDim must be even for rotary positions, was 5");
    assertRefused(
        () -> SmallTexts.llama(folder).model(m -> m.moeFrom(2)).in(out),
        "model.moeFrom must be at most 1, the last block with experts, for gate evomoe, was 2");
    assertThat(out).doesNotExist();
  }

  private static void assertRefused(ThrowingCallable begin, String message) {
    assertThatIllegalArgumentException().isThrownBy(begin).withMessage(message);
  }
}
