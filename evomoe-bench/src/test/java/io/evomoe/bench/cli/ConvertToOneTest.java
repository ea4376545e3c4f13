package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One expert is a dense model. */
@Tag("long")
class ConvertToOneTest extends TinyGpt {
  @ParameterizedTest
  @ValueSource(strings = {"topk", "dts", "hash", "remoe"})
  void copies_of_a_net_should_become_that_net_again(String gate) {
    Path dense = trained("dense");
    Path mixture = folder.resolve("mixture");
    works("train", "--init", "" + dense, "--gate", gate, "--steps", "2", "--out", "" + mixture);

    Path start = mixture.resolve("checkpoints/step-00000000");
    Path one = converted(start, "--merge", "all");

    assertThat(model(one)).hasSameBinaryContentAs(model(dense));
    assertThat(RunFolder.open(one).config().gate()).isEqualTo("dense");
    assertThat(RunFolder.open(one).config().model().experts()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt, gpt2, evomoe",
    "gpt, gpt2, switch",
    "llama, llama, topk",
    "llama, llama, evomoe"
  })
  void a_family_without_experts_should_hold_it(String architecture, String family, String gate)
      throws IOException {
    String model = "model.architecture=" + architecture;
    Path one = converted(trained(gate, "--set", model), "--merge", "all");
    Path exported = folder.resolve("exported");

    works("export", "--checkpoint", "" + one, "--as", family, "--out", "" + exported);

    assertThat(Files.readString(exported.resolve("config.json"))).contains('"' + family + '"');
    Path back = folder.resolve("back");
    works("import", "--from", "" + exported, "--out", "" + back);
    assertThat(logits(back)).isEqualTo(logits(one));
  }

  @Test
  void it_should_be_trained_on_with_its_moments_and_begin_an_evolution_again() {
    Path one = converted(trained("evomoe"), "--select", "2");

    CommandRun on = works("train", "--resume", "" + one, "--steps", "14");
    Path again = folder.resolve("again");
    works("train", "--init", "" + one, "--steps", "4", "--out", "" + again);

    assertThat(on.out()).contains("Resuming after step 12 of 14");
    assertThat(on.err()).doesNotContain("WARN", "Step 12 is");
    StepRecord last = CurveFile.read(again.resolve(CurveFile.NAME)).get(3);
    assertThat(last.activeExperts()).isGreaterThan(1);
  }

  @Test
  void experts_that_are_no_plain_nets_should_keep_their_gate() {
    Path one = converted(trained("base"), "--merge", "all");

    assertThat(RunFolder.open(one).config().gate()).isEqualTo("base");
    assertThat(RunFolder.open(one).config().model().experts()).isEqualTo(1);
    works("eval", "--checkpoint", "" + one);
  }

  private Path trained(String gate, String... more) {
    Path out = folder.resolve("trained");
    CommandRun run = gpt.train(out, gate, "12", more);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  private Path converted(Path run, String... how) {
    Path out = folder.resolve("one");
    List<String> words = new ArrayList<>(List.of("convert", "--checkpoint", "" + run));
    words.addAll(Arrays.asList(how));
    words.addAll(List.of("--out", out.toString()));
    assertThat(works(words.toArray(String[]::new)).out()).contains("4 experts became");
    return out;
  }

  private static String logits(Path run) {
    return works("logits", "--checkpoint", "" + run, "--ids", "1,2,3", "--json").out();
  }

  private static CommandRun works(String... words) {
    CommandRun run = CommandRun.of(words);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private static Path model(Path run) {
    return CheckpointFolder.latest(run.resolve("checkpoints"))
        .orElseThrow()
        .resolve("model.safetensors");
  }
}
