package io.evomoe.run.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.PreparedData;
import io.evomoe.run.Run;
import io.evomoe.run.SmallTexts;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.finetune.Classifier.Classified;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.tensorboard.TensorBoard;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.internal.tensors.SafeTensors;
import io.evomoe.training.optimizer.LearningRateSchedule;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.OptimizerProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** The programs of the README and of docs/library.md, compiled and run. */
class RunExampleTest {
  private static final Thread THREAD = Thread.currentThread();
  private static final ClassLoader WITHOUT = THREAD.getContextClassLoader();

  @TempDir static Path classes;
  private static URLClassLoader withLion;

  @TempDir Path folder;

  /** The optimizer that docs/optimizers.md shows. */
  @BeforeAll
  static void compile_lion() throws IOException {
    CompiledExamples.one(classes, "Lion", OptimizerProvider.class);
    withLion = new URLClassLoader(new URL[] {classes.toUri().toURL()}, WITHOUT);
    THREAD.setContextClassLoader(withLion);
  }

  @AfterAll
  static void close() throws IOException {
    THREAD.setContextClassLoader(WITHOUT);
    withLion.close();
  }

  @Test
  void should_train_as_the_readme_shows() throws IOException {
    Path text = SmallTexts.prose(folder);

    assertThat(FirstRun.train(text, folder.resolve("run"), 2)).startsWith("The state of");
  }

  @Tag("long")
  @Test
  void should_train_and_continue_as_the_library_page_shows() throws IOException {
    Path out = folder.resolve("run");
    String text = TrainGpt.train(sentences(), out, 20);

    assertThat(text).startsWith("The state of");
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).hasSize(20);
    UseRun.resume(out);
    assertThat(UseRun.evaluate(out)).isLessThan(6);
    assertThat(UseRun.generate(out)).isEqualTo(text);
    assertThat(UseRun.stream(out)).isNotNull();
    assertThat(UseRun.longer(out, folder.resolve("longer"))).isLessThan(UseRun.evaluate(out));
  }

  /** Sentences that a longer training learns better; they differ in letters, not only in digits. */
  private Path sentences() throws IOException {
    List<String> nouns = List.of("road", "river", "union", "treaty", "harbor", "farmer", "court");
    List<String> verbs = List.of("serves", "divides", "protects", "concerns", "favors");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(
          "The %s of this state %s every %s and the old %s.%n"
              .formatted(
                  nouns.get(i % 7), verbs.get(i % 5), nouns.get(i / 7 % 7), nouns.get(i / 49 % 7)));
    }
    return Files.writeString(folder.resolve("sentences.txt"), text);
  }

  /** Data that is read once gives what each run would read itself. */
  @Test
  void should_compare_gates_on_data_that_is_read_once() throws IOException {
    RunConfig config = SmallTexts.gpt(folder).config();
    Path text = SmallTexts.prose(folder);

    Map<String, Double> losses = CompareGates.compare(text, folder.resolve("both"), config);

    assertThat(losses).containsOnlyKeys("evomoe", "switch");
    assertThat(folder.resolve("both/switch/tokens.bin")).doesNotExist();
    try (Run<?> run =
        Run.of(config.with(c -> c.gate("switch")), List.of(text)).in(folder.resolve("alone"))) {
      assertThat(run.train().result().validLoss()).isEqualTo(losses.get("switch"));
    }
    try (Run<?> run = Run.open(folder.resolve("both/switch"))) {
      assertThat(run.evaluate().loss()).isPositive();
    }
    RunConfig other = config.with(c -> c.split(new HeldOut(0.2, 0, 1)));
    try (PreparedData data = PreparedData.read(List.of(text), config)) {
      assertThatThrownBy(
              () -> Run.of(other, List.of(text)).prepared(data).in(folder.resolve("other")))
          .hasMessageContaining("must be that of the prepared data, ");
      assertThatThrownBy(
              () ->
                  Run.gpt(text)
                      .tokenizer(folder.resolve("both/switch/tokenizer"))
                      .prepared(data)
                      .in(folder.resolve("other")))
          .hasMessageContaining("prepared data has its tokenizer");
    }
  }

  @Test
  void should_train_with_the_optimizer_and_schedule_that_the_library_page_shows()
      throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run =
        SmallTexts.gpt(folder)
            .training(t -> t.steps(20).learningRate(1e-3).warmupShare(0))
            .optimizer("lion")
            .schedule("drops")
            .in(out)) {
      double[] rates = new double[20];
      double[] losses = new double[20];
      run.train(
          (report, training) -> {
            rates[(int) report.step() - 1] = report.learningRate();
            losses[(int) report.step() - 1] = report.trainLoss();
          });

      assertThat(rates).startsWith(1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 5e-4).endsWith(1.25e-4);
      assertThat(losses[19]).isLessThan(losses[0] - 0.3);
    }
    try (SafeTensors saved =
        SafeTensors.open(out.resolve("checkpoints/step-00000020/optimizer.safetensors"))) {
      assertThat(saved.names()).isNotEmpty().allMatch(name -> name.endsWith(".moment1"));
    }
  }

  /** The program gives its objects again, and the run is bound to its optimizer. */
  @Test
  void should_resume_with_the_objects_that_a_program_has_given() throws IOException {
    LearningRateSchedule rate = (step, steps) -> 1e-3 / (step + 1);
    Function<OptimizerProvider.Spec, Optimizer> lion = OptimizerProvider.named("lion")::create;
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    try (Run<Gpt> run = SmallTexts.gpt(folder).optimizer(lion).schedule(rate).in(whole)) {
      run.train();
    }
    try (Run<Gpt> run = SmallTexts.gpt(folder).optimizer(lion).schedule(rate).in(cut)) {
      run.train(
          (report, training) -> {
            assertThat(report.learningRate()).isEqualTo(1e-3 / report.step());
            if (report.step() == 7) {
              run.requestStop();
            }
          });
    }

    try (Run<?> run = Run.opening(cut).schedule(rate).open()) {
      assertThatThrownBy(run::train).hasMessageContaining("has the state of optimizer lion");
    }
    try (Run<?> run = Run.opening(cut).optimizer(lion).open()) {
      assertThatThrownBy(run::train).hasMessageContaining("has the learning rate schedule of a");
    }
    try (Run<?> run = Run.opening(cut).optimizer(lion).schedule(rate).open()) {
      run.train();
    }

    String model = "checkpoints/step-00000020/model.safetensors";
    assertThat(cut.resolve(model)).hasSameBinaryContentAs(whole.resolve(model));
  }

  @Test
  void should_give_another_optimizer_and_schedule_their_own_default_options() throws IOException {
    TrainingConfig training =
        SmallTexts.gpt(folder)
            .set("training.optimizer", "muon")
            .set("training.optimizerOptions.momentum", "0.5")
            .set("training.schedule", "wsd")
            .set("training.scheduleOptions.decay", "linear")
            .optimizer("adamw")
            .schedule("constant")
            .config()
            .training();

    assertThat(training.optimizerOptions()).isEmpty();
    assertThat(training.scheduleOptions()).isEmpty();
  }

  @Test
  void should_train_a_decay_alone() throws IOException {
    Path stable = folder.resolve("stable");
    try (Run<Gpt> run = SmallTexts.gpt(folder).schedule("constant").in(stable)) {
      run.train();
    }

    try (Run<?> run = Run.from(stable).decay(4).in(folder.resolve("decay"))) {
      List<Double> rates = new ArrayList<>();
      run.train((report, training) -> rates.add(report.learningRate()));

      double peak = run.config().training().learningRate();
      assertThat(rates).hasSize(4).first().isEqualTo(peak);
      assertThat(rates.get(1)).isCloseTo(peak * 0.55, within(1e-9));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTexts.gpt(folder).decay(4))
        .withMessage("decay needs a run that starts from another one (Run.from)");
  }

  @Test
  void should_import_and_export_as_the_library_page_shows() throws IOException {
    Path published = folder.resolve("published");
    try (Run<Llama> run =
        SmallTexts.llama(folder)
            .gate("dense")
            .model(m -> m.vocabulary(320).hiddenSize(32))
            .training(t -> t.steps(2))
            .in(folder.resolve("run"))) {
      run.train();
      run.export(ExportRequest.DEFAULT, published);
    }

    Path file = folder.resolve("mine.gguf");
    assertThat(UseRun.exchange(published, folder.resolve("again"), file)).hasSizeGreaterThan(314);
    assertThat(file).isRegularFile();
  }

  @Test
  void should_translate_as_the_library_page_shows() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Transformer> run = SmallTexts.translation(folder).in(out)) {
      run.train();
    }

    assertThat(UseRun.translate(out)).isNotNull();
  }

  @Test
  void should_be_watched_as_the_documentation_shows() throws IOException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      UseRun.watch(run);
    }

    assertThat(TensorBoard.isIn(out)).isTrue();
    assertThat(StepFile.read(out.resolve(StepFile.NAME))).hasSize(20);
  }

  @Test
  void should_stop_early_as_the_documentation_shows() throws IOException {
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(folder.resolve("run"))) {
      assertThat(UseRun.best(run)).isFinite();
    }
  }

  @Test
  void should_train_an_own_model_as_the_documentation_shows() {
    try (TinyModel model = new TinyModel(KernelSelection.forType(DataType.FLOAT), 1)) {
      List<TinyBatch> heldOut = List.of(new TinyBatch(16, -1));
      assertThat(OwnModel.train(model, TinyBatch::number, heldOut, folder.resolve("job")))
          .isFinite();
    }
  }

  @Test
  void should_fine_tune_and_classify_as_the_documentation_shows() throws IOException {
    Path masked = folder.resolve("masked");
    try (Run<Roberta> run = SmallTexts.roberta(folder).in(masked)) {
      run.train();
    }
    Path classes = folder.resolve("classes");

    double accuracy = FineTune.finetune(masked, SmallTexts.labelled(60), classes);

    assertThat(accuracy).isGreaterThan(0.8);
    assertThat(FineTune.classify(classes, List.of("the ship 3 of the sea", "a road 7")))
        .extracting(Classified::label)
        .containsExactly("sea", "land");
  }

  /** That it classifies is shown where something is fine-tuned. */
  @Test
  void should_say_what_is_no_classifier() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UseRun.classify(folder))
        .withMessage(
            folder + " is not the folder of a fine-tuned classifier: it has no model.yaml");
    assertThatIllegalArgumentException().isThrownBy(() -> UseRun.accuracy(folder));
  }
}
