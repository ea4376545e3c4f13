package io.evomoe.run.internal.task;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.NewOutput;
import io.evomoe.models.hub.HubFolder;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.hub.OwnExport;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Parameter;
import io.evomoe.run.config.ArchitectureConfig;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Imports a published model as the folder of a run of gate {@code dense} before its first step. */
public final class HubImport {
  private static final String DENSE = "dense";
  private static final String MIXTURE = "topk";
  private static final String PRESET = "small";

  /** Default number of experts of a training that starts here. */
  private static final int EXPERTS = 8;

  private static final int MOE_EVERY = 2;

  /**
   * Default sequence length of a training that starts here: the published maximum needs too much
   * memory on most machines.
   */
  private static final int SEQUENCE = 512;

  /**
   * Default learning rate of a training that starts here: a preset's rate is for initial weights,
   * and far too high for trained ones.
   */
  private static final double LEARNING_RATE = 1e-4;

  private HubImport() {}

  /**
   * Imports a folder.
   *
   * @param from with {@code config.json}, safetensors and optionally a tokenizer
   * @param adapters folder of the library peft, whose adapters are added to the weights; null for
   *     none
   * @param out folder of the run, new or empty
   * @return lines for the user
   * @throws IllegalArgumentException if the model or the tokenizer does not fit; nothing is written
   */
  public static List<String> run(Path from, @Nullable Path adapters, Path out) {
    try (NewOutput made = NewOutput.folder(out)) {
      RunFolder folder = new RunFolder(made.path());
      List<String> lines =
          new ArrayList<>(
              OwnExport.isIn(from) && adapters == null
                  ? ofRun(from, folder)
                  : published(from, adapters, folder));
      made.publish();
      lines.add(
          TokenizerFiles.isIn(from)
              ? "Tokenizer: copied"
              : "Tokenizer: none, so texts can be neither read nor written");
      lines.add("Run: " + out);
      return lines;
    }
  }

  private static List<String> published(Path from, @Nullable Path adapters, RunFolder folder) {
    try (HubFolder hub = HubFolder.open(from)) {
      if (adapters != null) {
        hub.merge(adapters);
      }
      if (TokenizerFiles.isIn(from)) {
        TokenizerFiles.requireFit(from, hub.model());
      }
      RunConfig config = Tasks.checked(config(hub.model()));
      Task<?, ?> task = Tasks.named(config.task());
      Model<?> model = task.fresh(config, hub.model().config().vocabulary(), TrainingFacts.UNKNOWN);
      hub.loadInto(model);
      hub.saveOrigin(folder.originPath());
      StepContext start = new StepContext(0, config.schedule().phase(0), 1, false, config.seed());
      save(folder, from, config, Progress.START, start, model);
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s as task %s: %,d tensors, %s"
              .formatted(hub.model().modelType(), task.name(), hub.size(), sizes(hub)));
      lines.add(
          "Kept for export, not used: " + (hub.unused().isEmpty() ? "nothing" : hub.unused()));
      if (hub.isHeadless()) {
        lines.add("Masked-token head: none, so it starts untrained");
      }
      return lines;
    }
  }

  /** Imports a run in our own form, in the state of its checkpoint, but without moments. */
  private static List<String> ofRun(Path from, RunFolder folder) {
    try (OwnExport own = OwnExport.open(from)) {
      RunDescription run =
          RunDescription.read(own.run(), from.resolve("config.json") + ": evomoe.run");
      RunConfig config = Tasks.checked(run.config());
      Task<?, ?> task = Tasks.named(config.task());
      Model<?> model =
          task.fresh(config, run.tokens(), TrainingFacts.ofSteps(config.training().steps()));
      if (run.progress().spawned()) {
        model.spawn(config.evolution().spawnMethod(), config.seed());
      }
      own.loadInto(model);
      model.parameters().stream()
          .filter(parameter -> run.frozen().contains(parameter.name()))
          .forEach(Parameter::freeze);
      save(folder, from, config, run.progress(), run.moment(), model);
      return List.of(
          "run of gate %s, task %s, after step %d: %,d tensors"
              .formatted(config.gate(), task.name(), run.progress().step(), own.size()));
    }
  }

  /** Writes the folder of a run with its tokenizer and a checkpoint without optimizer moments. */
  private static void save(
      RunFolder folder,
      Path from,
      RunConfig config,
      Progress progress,
      StepContext moment,
      Model<?> model) {
    TokenizerFiles.copy(from, folder.tokenizerPath());
    folder.write(config);
    Optimizer without = config.trainer().optimizer(config.kernels());
    folder
        .checkpointWriter(
            RunFolder.dataEntries(List.of(), Fingerprint.ofContent(List.of())), config, Map.of())
        .write(new TrainingState(progress, moment, model, without));
  }

  /** Returns the preset of the model's task and architecture. */
  private static RunConfig usual(PublishedModel model) {
    for (String name : Tasks.names()) {
      Optional<Architecture> architecture = Tasks.named(name).architectureOf(model.modelClass());
      if (architecture.isPresent()) {
        return Tasks.preset(name, PRESET).config(name, gate(model), 1, architecture.get());
      }
    }
    throw new IllegalArgumentException(
        "a %s cannot be imported: none of the tasks %s has such a model"
            .formatted(model.modelClass().getSimpleName(), Tasks.names()));
  }

  private static String gate(PublishedModel model) {
    return model.router().isPresent() ? MIXTURE : DENSE;
  }

  private static RunConfig config(PublishedModel model) {
    RunConfig usual = usual(model);
    LanguageModelConfig published = model.config();
    ModelConfig sized =
        usual
            .model()
            .withStack(published.stack())
            .with(m -> m.vocabulary(published.vocabulary()))
            .with(m -> m.sequence(Math.min(published.positions(), SEQUENCE)));
    ModelConfig size =
        model.router().isPresent()
            ? sized
            : sized.with(
                m ->
                    m.experts(EXPERTS)
                        .moeEvery(Math.min(MOE_EVERY, published.stack().numHiddenLayers())));
    ArchitectureConfig architecture =
        ArchitectureConfig.ofBlock(published.stack().block(), size.architecture())
            .with(a -> a.vocabulary(published.vocabulary()).positions(published.positions()))
            .with(a -> a.positionOffset(published.positionOffset()).tiedHead(published.tied()))
            .with(a -> a.tokenTypes(published.tokenTypes()));
    return usual.with(
        c ->
            c.model(size)
                .training(usual.training().with(t -> t.learningRate(LEARNING_RATE)))
                .architecture(architecture)
                .gateOptions(model.router().map(HubImport::options).orElse(Map.of())));
  }

  /** Published mixtures drop no tokens, not even in training. */
  private static Map<String, Map<String, String>> options(PublishedModel.Router router) {
    return Map.of(
        MIXTURE,
        Map.of(
            "k",
            Integer.toString(router.experts()),
            "renormalize",
            Boolean.toString(router.renormalized()),
            "capacityFactor",
            "infinite"));
  }

  private static String sizes(HubFolder hub) {
    LanguageModelConfig size = hub.model().config();
    return "%d layers, width %,d, vocabulary %,d, %,d positions"
        .formatted(
            size.stack().numHiddenLayers(),
            size.stack().hiddenSize(),
            size.vocabulary(),
            size.positions());
  }
}
