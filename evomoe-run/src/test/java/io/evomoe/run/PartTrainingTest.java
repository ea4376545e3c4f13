package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.LoraConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.finetune.Classifier;
import io.evomoe.run.finetune.FineTuning;
import io.evomoe.run.internal.task.GptTask;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.step.StepContext;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs that train a part of another run's weights, or adapters beside them. */
class PartTrainingTest {
  private static final int[] IDS = {5, 80, 81, 7, 200};
  private static final String LORA = "lora.rank=2 lora.dropout=0.2";

  @TempDir Path folder;
  private Path base;

  @BeforeEach
  void trainBase() throws IOException {
    base = folder.resolve("base");
    try (Run<Llama> run = SmallTexts.llama(folder).gate("topk").model(m -> m.experts(4)).in(base)) {
      run.train();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LORA,
        "training.trainExperts=0.4",
        "training.trainOnly=['*.attention']",
        "training.freeze=['*.experts','tokens']"
      })
  void should_leave_frozen_weights_as_they_are_and_resume_to_the_bit(String settings)
      throws IOException {
    Path whole = folder.resolve("whole");
    try (Run<?> run = part(settings, whole)) {
      run.train();
    }
    Path broken = folder.resolve("broken");
    try (Run<?> run = part(settings, broken)) {
      run.train(
          (step, training) -> {
            if (step.step() == 7) {
              training.requestStop();
            }
          });
    }
    try (Run<?> run = Run.open(broken)) {
      run.train();
    }
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertThat(latest(broken).resolve(file)).hasSameBinaryContentAs(latest(whole).resolve(file));
    }
    List<String> frozen = Checkpoint.open(latest(whole)).frozen();
    Map<String, INDArray> before = arrays(latest(base));
    Map<String, INDArray> after = arrays(latest(whole));
    assertThat(frozen).isNotEmpty().allMatch(before::containsKey);
    before.forEach(
        (name, array) ->
            assertThat(array.equals(after.get(name))).as(name).isEqualTo(frozen.contains(name)));
    String moments = String.join(" ", arrays(latest(whole), "optimizer.safetensors").keySet());
    assertThat(frozen).noneMatch(moments::contains);
    assertThat(frozen.size()).isLessThan(after.size());
  }

  @Test
  void a_fine_tuning_should_train_its_head_and_the_part_alone() throws IOException {
    Path masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).in(masked)) {
      run.train();
    }
    Path tuned = folder.resolve("tuned");
    try (FineTuning tuning = classes(masked, List.of("*.attention"), List.of("blocks.1"), tuned)) {
      tuning.train();
    }
    Map<String, INDArray> before = arrays(latest(masked));
    Map<String, INDArray> after = arrays(latest(tuned));
    List<String> same =
        after.keySet().stream()
            .filter(name -> Objects.equals(after.get(name), before.get(name)))
            .toList();
    assertThat(same).containsExactlyInAnyOrderElementsOf(Checkpoint.open(latest(tuned)).frozen());
    assertThat(after.keySet())
        .filteredOn(name -> !same.contains(name))
        .allMatch(name -> name.matches("blocks\\.0\\.attention\\..*|classifier\\..*"))
        .anyMatch(name -> name.startsWith("classifier."))
        .anyMatch(name -> name.startsWith("blocks."));
    Path wrong = folder.resolve("wrong");
    try (FineTuning tuning = classes(masked, List.of("*.attenton"), List.of(), wrong)) {
      assertThatIllegalArgumentException()
          .isThrownBy(tuning::train)
          .withMessageStartingWith("training.trainOnly must match a parameter or a module");
    }
    assertThat(wrong).doesNotExist();
    try (FineTuning tuning = classes(masked, List.of(), List.of("tokens"), wrong)) {
      assertThat(tuning.train().isInterrupted()).isFalse();
    }
  }

  @Test
  void a_classifier_of_a_run_with_adapters_should_have_their_weights_and_no_adapters()
      throws IOException {
    base = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).gate("topk").in(base)) {
      run.train();
    }
    Path adapted = folder.resolve("adapted");
    try (Run<?> run = part(LORA, adapted)) {
      run.train();
    }
    Path tuned = folder.resolve("tuned");
    try (FineTuning tuning = classes(adapted, List.of(), List.of(), tuned)) {
      tuning.train();
    }

    try (Classifier classifier = Classifier.open(tuned)) {
      assertThat(classifier.classify(List.of("a text"))).hasSize(1);
    }
  }

  private static FineTuning classes(Path run, List<String> only, List<String> freeze, Path out) {
    return FineTuning.of(run)
        .data(SmallTexts.classes(40))
        .training(t -> t.steps(4).batch(8).trainOnly(only).freeze(freeze))
        .in(out);
  }

  @Test
  void should_add_adapters_to_the_weights_when_the_run_is_used() throws IOException {
    Path tuned = folder.resolve("tuned");
    try (Run<?> run = part(LORA + " training.learningRate=0.02", tuned)) {
      run.train();
      double[] merged = run.logits(IDS);
      assertThat(merged).isNotEqualTo(logits(base));
      double[] unmerged = unmerged(run.config(), latest(tuned));
      for (int i = 0; i < merged.length; i++) {
        assertThat(merged[i]).isCloseTo(unmerged[i], within(1e-5));
      }
      assertThat(run.model().parameters())
          .noneMatch(parameter -> parameter.role() == Parameter.Role.ADAPTER || parameter.frozen());
      try (Run<?> fewer =
          run.convert(
              ExpertGroups.select(List.of(0, 1, 2, 3)),
              SpawnMethod.parse("copy"),
              folder.resolve("converted"))) {
        assertThat(fewer.logits(IDS)).containsExactly(merged);
        assertThat(fewer.config().trainsPart()).isFalse();
      }
      RunBuilder<?> further = Run.from(tuned).training(t -> t.steps(1).learningRate(1e-12));
      assertThat(further.config().lora()).isEqualTo(LoraConfig.OFF);
      try (Run<?> next = further.in(folder.resolve("next"))) {
        next.train();
        assertThat(next.logits(IDS)).containsExactly(merged, within(1e-5));
      }
    }
  }

  @Test
  void should_write_adapters_for_peft_that_an_import_adds_to_their_base() throws IOException {
    Path tuned = folder.resolve("tuned");
    Path adapters = folder.resolve("adapters");
    Path published = folder.resolve("published");
    try (Run<?> run = part("lora.rank=2 lora.alpha=3 training.learningRate=0.02", tuned);
        Run<?> before = Run.open(base)) {
      run.train();
      assertThat(run.exportAdapters(ExportRequest.DEFAULT, adapters).tensors()).isEqualTo(64);
      assertThat(Files.readString(adapters.resolve("adapter_config.json")))
          .contains("\"r\" : 2", "\"lora_alpha\" : 3.0", "\"peft_type\" : \"LORA\"")
          .contains("model.layers.1.block_sparse_moe.experts.3.w2");
      before.export(ExportRequest.DEFAULT, published);
      try (Run<?> merged =
          Run.importing(published, adapters, folder.resolve("imported"), line -> {})) {
        assertThat(merged.logits(IDS)).containsExactly(run.logits(IDS), within(1e-5));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> before.exportAdapters(ExportRequest.DEFAULT, folder.resolve("none")))
          .withMessageContaining("lora.rank must be at least 1");
    }
    try (Run<?> more = part("lora.rank=2 training.trainExperts=0.3", folder.resolve("more"))) {
      more.train();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> more.exportAdapters(ExportRequest.DEFAULT, folder.resolve("none")))
          .withMessageContaining("training.trainExperts 0, were 2, [] and 0.3");
    }
    Path other = folder.resolve("other");
    try (Run<Llama> run = SmallTexts.llama(folder).gate("dense").in(folder.resolve("dense"))) {
      run.train();
      run.export(ExportRequest.DEFAULT, other);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.importing(other, adapters, folder.resolve("wrong"), line -> {}))
        .withMessageContaining("has adapters for another model than " + other);
    Files.writeString(
        adapters.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 3, \"use_dora\": true}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.importing(published, adapters, folder.resolve("dora"), line -> {}))
        .withMessageContaining("use_dora must be left out, was true");
    assertThat(folder.resolve("wrong")).doesNotExist();
  }

  @Test
  void should_train_the_most_used_experts_up_to_the_share() throws IOException {
    Path tuned = folder.resolve("tuned");
    try (Run<?> run = part("training.trainExperts=0.01", tuned)) {
      run.train();
    }
    List<String> frozen = Checkpoint.open(latest(tuned)).frozen();
    List<String> trained = new ArrayList<>(arrays(latest(tuned)).keySet());
    trained.removeAll(frozen);
    assertThat(trained).isNotEmpty().allMatch(name -> name.contains(".experts."));
    assertThat(
            trained.stream().map(name -> name.replaceFirst("(experts\\.\\d).*", "$1")).distinct())
        .hasSize(1);
  }

  @Test
  void should_reject_changed_parts_when_resumed_and_parts_that_there_are_not() throws IOException {
    Path tuned = folder.resolve("tuned");
    try (Run<?> run = part(LORA, tuned)) {
      run.train();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.opening(tuned).set("lora.rank", "3").open())
        .withMessageStartingWith("lora.rank cannot be changed when a run is resumed: it is 2 in ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.opening(tuned).set("training.freeze", "[tokens]").open())
        .withMessageStartingWith("training.freeze cannot be changed when a run is resumed");
    assertRejected("training.freeze=['*.attenton']", "training.freeze must match a parameter");
    assertRejected("training.freeze=['*']", "must leave a parameter to train");
    assertRejected(
        "lora.rank=2 lora.modules=['*.gate']", "lora.modules must match a linear map or a module");
    assertRejected(
        "lora.rank=2 lora.modules=['*.experts.1']",
        "lora.modules must match all experts of a layer or none");
    assertRejected(
        "lora.rank=2 gateOptions.topk.prior=learned",
        "training.trainOnly must include blocks.1.feedForward.gate.prior, which the gate of the earlier run does not have, was []");
    assertThat(folder.resolve("rejected")).doesNotExist();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.llama(folder).set("lora.rank", "2").config())
        .withMessageContaining("need a run to start from");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.from(base).set("lora.alpha", "32").config())
        .withMessage("lora.alpha, dropout and modules need lora.rank of at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.from(tuned).withMoments())
        .withMessageContaining("was trained with adapters: it has no moments of its weights");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.upcycling(tuned))
        .withMessageContaining("was trained with adapters: start from the run");
    Path young = folder.resolve("young");
    try (Run<Llama> run =
        SmallTexts.llama(folder).gate("evomoe").evolution(e -> e.diversifySteps(15)).in(young)) {
      run.train(
          (step, training) -> {
            if (step.step() == 3) {
              training.requestStop();
            }
          });
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Run.from(young).set("lora.rank", "2").config())
        .withMessageContaining("has yet to spawn them");
  }

  private void assertRejected(String settings, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              try (Run<?> run = part(settings, folder.resolve("rejected"))) {
                run.train();
              }
            })
        .withMessageContaining(message);
  }

  private Run<?> part(String settings, Path out) {
    RunBuilder<?> builder = Run.from(base).training(t -> t.steps(12).checkpointEvery(0));
    for (String setting : settings.split(" ", -1)) {
      String[] field = setting.split("=", 2);
      builder.set(field[0], field[1]);
    }
    return builder.in(out);
  }

  private double[] logits(Path run) {
    try (Run<?> opened = Run.open(run)) {
      return opened.logits(IDS);
    }
  }

  /** The logits of the model as it is in training. */
  private static double[] unmerged(RunConfig config, Path checkpoint) {
    Checkpoint saved = Checkpoint.open(checkpoint);
    int vocabulary = (int) Objects.requireNonNull(arrays(checkpoint).get("tokens.weight")).size(0);
    StepContext context = saved.context().evaluating();
    try (CausalLanguageModel model =
        new GptTask().fresh(config, vocabulary, TrainingFacts.ofSteps(12))) {
      saved.loadModel(model);
      return model
          .nextTokenLogits(TokenBatch.of(IDS.length, IDS), context)
          .ravel()
          .toDoubleVector();
    }
  }

  private static Path latest(Path run) {
    return CheckpointFolder.latest(run.resolve(RunFiles.CHECKPOINTS)).orElseThrow();
  }

  private static Map<String, INDArray> arrays(Path checkpoint) {
    return arrays(checkpoint, "model.safetensors");
  }

  private static Map<String, INDArray> arrays(Path checkpoint, String file) {
    assertThat(Files.exists(checkpoint)).isTrue();
    return SafeTensors.ask(
        checkpoint.resolve(file),
        tensors -> {
          Map<String, INDArray> arrays = new LinkedHashMap<>();
          for (String name : tensors.names()) {
            arrays.put(name, tensors.read(name));
          }
          return arrays;
        });
  }
}
