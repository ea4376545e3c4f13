package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs whose optimizer is not the default one. */
class MuonRunTest extends TrainedGpt {
  private static final String EXPERT = "blocks.1.feedForward.experts.%d.expand.weight";
  private static final String LAST = "checkpoints/step-00000012/";

  @BeforeAll
  static void train_a_model() {
    train(trained);
  }

  private static Path train(Path out, String... more) {
    String[] muon = {
      "--set", "training.optimizer=muon",
      "--set", "training.optimizerOptions.momentum=0.9",
      "--set", "training.checkpointEvery=2",
      "--set", "guards.keepCheckpoints=9",
      "--set", "evolution.diversifySteps=5"
    };
    String[] all = Stream.of(muon, more).flatMap(Arrays::stream).toArray(String[]::new);
    CommandRun run = gpt.train(out, "evomoe", "12", all);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  /** Before and after the spawn in step 6. */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6, 10})
  @Tag("long")
  void a_resumed_run_should_take_the_very_steps_of_the_run_that_was_not_interrupted(int step) {
    Path again = train(folder.resolve("again"));
    Path saved = again.resolve("checkpoints/step-%08d".formatted(step));

    CommandRun resumed = CommandRun.of("train", "--resume", saved.toString());

    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Resuming after step " + step);
    for (String file : new String[] {"model.safetensors", "optimizer.safetensors"}) {
      assertThat(again.resolve(LAST + file)).hasSameBinaryContentAs(trained.resolve(LAST + file));
    }
  }

  @Test
  void its_state_should_be_one_moment_of_matrices_and_two_of_others() throws IOException {
    try (SafeTensors saved = SafeTensors.open(trained.resolve(LAST + "optimizer.safetensors"))) {
      assertThat(saved.names())
          .contains(EXPERT.formatted(3) + ".moment1", "blocks.0.attention.qkv.weight.moment1")
          .doesNotContain(EXPERT.formatted(3) + ".moment2", "blocks.0.attention.qkv.weight.moment2")
          .contains("tokens.weight.moment2", "blocks.1.feedForward.gate.weight.moment2");
    }
  }

  @Test
  void converted_experts_should_have_the_mean_of_their_momentum() throws IOException {
    Path out = folder.resolve("converted");
    CommandRun run =
        CommandRun.of(
            "convert", "--checkpoint", trained.toString(), "--merge", "0+2,1+3", "--out", "" + out);
    assertThat(run.code()).as(run.err()).isZero();

    INDArray sum = momentum(trained, 0).add(momentum(trained, 2));
    assertThat(momentum(out, 0).equalsWithEps(sum.div(2), 1e-7)).isTrue();
    CommandRun on = CommandRun.of("train", "--resume", out.toString(), "--steps", "14");
    assertThat(on.code()).as(on.err()).isZero();
  }

  private static INDArray momentum(Path run, int expert) throws IOException {
    try (SafeTensors saved = SafeTensors.open(run.resolve(LAST + "optimizer.safetensors"))) {
      return saved.read(EXPERT.formatted(expert) + ".moment1");
    }
  }

  @Test
  void its_state_should_be_rejected_by_another_optimizer() {
    CommandRun other =
        CommandRun.of(
            "train",
            "--resume",
            trained.toString(),
            "--steps",
            "14",
            "--set",
            "training.optimizer=adamw",
            "--set",
            "training.optimizerOptions={}");

    assertThat(other.code()).isNotZero();
    assertThat(other.err())
        .contains("has the state of optimizer Muon, which AdamW cannot take: resume it with Muon");
  }

  @Test
  void an_option_should_be_changed_when_a_run_is_resumed_and_bound_afterwards() {
    Path again = train(folder.resolve("again"));
    String option = "training.optimizerOptions.momentum";

    CommandRun changed =
        CommandRun.of(
            "train", "--resume", again.toString(), "--steps", "14", "--set", option + "=0.8");
    CommandRun on = CommandRun.of("train", "--resume", again.toString(), "--steps", "15");

    assertThat(changed.out()).contains(option + ": 0.9 in the checkpoint, 0.8 from here on");
    assertThat(on.code()).as(on.err()).isZero();
    assertThat(on.out()).doesNotContain(option);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.optimizer=moun|training.optimizer must be one of adamw, muon, sgd, was moun; did"
            + " you mean muon?",
        "training.schedule=wds|training.schedule must be one of constant, cosine, inverse-sqrt,"
            + " linear, wsd, was wds; did you mean wsd?",
        "training.optimizerOptions.beta=1|optimizer adamw has no option beta; its options:"
            + " embeddingRate, gateRate",
        "training.scheduleOptions.decay=linear|schedule cosine has no option decay; its options:"
            + " none",
      })
  void a_mistyped_name_should_be_rejected_before_anything_is_written(String line) {
    String[] parts = line.split("\\|", -1);
    Path out = folder.resolve("rejected");

    CommandRun rejected = gpt.train(out, "dense", "3", "--set", parts[0]);

    assertThat(rejected.code()).isEqualTo(2);
    assertThat(rejected.err()).contains(parts[1]);
    assertThat(out).doesNotExist();
  }
}
