package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.llama.Llama;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.result.ExportRequest.Exported;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that leaves for Hugging Face and llama.cpp, and returns, by public methods alone. */
class ImportExportTest {
  private static final int[] IDS = {5, 80, 81, 2};

  @TempDir Path folder;
  private Path trained = Path.of("");

  @BeforeEach
  void train_a_mixture() throws Exception {
    trained = folder.resolve("run");
    try (Run<Llama> run =
        Run.llama(SmallTexts.prose(folder))
            .preset("quick")
            .model(
                m ->
                    m.numHiddenLayers(2)
                        .hiddenSize(32)
                        .intermediateSize(64)
                        .numAttentionHeads(2)
                        .experts(4)
                        .moeEvery(1))
            .model(m -> m.vocabulary(300).sequence(16))
            .gate("topk")
            .training(t -> t.steps(4).batch(2))
            .in(trained)) {
      run.train();
    }
  }

  @Test
  void an_exported_run_should_be_the_same_when_it_is_imported() {
    Path published = folder.resolve("published");
    List<String> lines = new ArrayList<>();
    try (Run<?> run = Run.open(trained)) {
      Exported exported = run.export(ExportRequest.DEFAULT.withFamily("mixtral"), published);

      assertThat(exported.ownForm()).isFalse();
      assertThat(exported.tensors()).isPositive();
      try (Run<?> again = Run.importing(published, null, folder.resolve("again"), lines::add)) {
        assertThat(again.logits(IDS)).isEqualTo(run.logits(IDS));
        assertThat(again.eachLogits(IDS).get(3)).isEqualTo(run.eachLogits(IDS).get(3));
        assertThat(again.tokenizer().encode("prose")).isEqualTo(run.tokenizer().encode("prose"));
      }
    }
    assertThat(lines).anyMatch(line -> line.contains("mixtral as task gpt"));
  }

  @Test
  void should_write_a_gguf_file_under_its_own_name_alone() {
    Path file = folder.resolve("mine.gguf");
    try (Run<?> run = Run.open(trained)) {
      assertThat(run.exportGguf(ExportRequest.DEFAULT, GgufType.Q8_0, file).tensors()).isPositive();
      assertThat(file).isRegularFile();
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> run.exportGguf(ExportRequest.DEFAULT, GgufType.F32, folder.resolve("mine")))
          .withMessageContaining("out must end in .gguf");
    }
  }

  @Test
  void should_convert_to_selected_experts_and_leave_the_run_as_it_was() {
    try (Run<?> run = Run.open(trained);
        Run<?> two = run.convert(ExpertGroups.select(List.of(0, 3)), folder.resolve("two"))) {
      double[] before = run.logits(IDS);

      assertThat(two.config().model().experts()).isEqualTo(2);
      assertThat(two.logits(IDS)).isNotEqualTo(before);
      assertThat(run.logits(IDS)).isEqualTo(before);
      assertThat(two.steps()).isEqualTo(run.steps());
    }
  }

  @Test
  void an_export_that_fails_should_write_nothing() {
    Path out = folder.resolve("none");
    try (Run<?> run = Run.open(trained)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.export(ExportRequest.DEFAULT.withFamily("gpt2"), out));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ExportRequest.DEFAULT.withMaxShardBytes(0))
          .withMessageContaining("maxShardBytes must be at least 1, was 0");
    }
    assertThat(Files.exists(out)).isFalse();
  }
}
