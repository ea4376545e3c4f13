package io.evomoe.run.internal.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.HubRequest.TextEnds;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.internal.MetaArrays;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.folder.SavedConfig;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TaskRun;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.checkpoint.Checkpoint;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run at one of its checkpoints. */
public final class RunCheckpoint implements TaskRun {
  private static final Logger log = LoggerFactory.getLogger(RunCheckpoint.class);

  private final RunFolder folder;
  private final RunConfig config;

  /** Whether it was opened by the folder, not by the name of a checkpoint. */
  private final boolean follows;

  private final List<String> changes;
  private final @Nullable Dataset givenData;
  private final @Nullable Tokenizer givenTokenizer;
  private Checkpoint checkpoint;
  private @Nullable Tokenizer tokenizer;

  private RunCheckpoint(
      RunFolder folder,
      RunConfig config,
      Checkpoint checkpoint,
      boolean follows,
      List<String> changes,
      @Nullable Dataset givenData,
      @Nullable Tokenizer givenTokenizer) {
    this.folder = folder;
    this.config = config;
    this.checkpoint = checkpoint;
    this.follows = follows;
    this.changes = changes;
    this.givenData = givenData;
    this.givenTokenizer = givenTokenizer;
  }

  /**
   * Opens a run of any task, to use its model, with the checkpoint's configuration. If the file
   * beside it differs in a field that is not the model's, this is logged.
   *
   * @param path folder of the run, for its best checkpoint, or one checkpoint in it
   * @throws IllegalArgumentException if a field of the model was changed since
   */
  public static RunCheckpoint open(Path path) {
    return open(path, null, null, null, true);
  }

  /**
   * Opens a run to resume it, perhaps with changed fields.
   *
   * @param path folder of the run, for its newest checkpoint, or one checkpoint in it
   * @param asked values by dotted field, as text; null if it is not resumed
   * @param data null for the data of the run's start
   * @param tokenizer that a program passes again; null for that of the folder
   * @throws IllegalArgumentException if a field was changed without a request, or cannot be changed
   *     in a resumed run
   */
  public static RunCheckpoint open(
      Path path,
      @Nullable Map<String, String> asked,
      @Nullable Dataset data,
      @Nullable Tokenizer tokenizer) {
    return open(path, asked, data, tokenizer, false);
  }

  private static RunCheckpoint open(
      Path path,
      @Nullable Map<String, String> asked,
      @Nullable Dataset data,
      @Nullable Tokenizer tokenizer,
      boolean best) {
    RunFolder run = RunFolder.open(path);
    RunConfig file = Tasks.checked(run.config());
    Checkpoint checkpoint = run.checkpoint(path, best && file.training().keepBest());
    SavedConfig saved = new SavedConfig(file, run.configFile(), checkpoint);
    RunConfig config = Tasks.checked(asked == null ? saved.config() : saved.resumed(asked));
    List<String> changes = asked == null ? List.of() : saved.changes(config);
    if (asked == null) {
      saved.overruled().forEach(log::warn);
    }
    boolean follows = run.path().equals(path);
    return new RunCheckpoint(run, config, checkpoint, follows, changes, data, tokenizer);
  }

  /**
   * Returns the run at another checkpoint; one that was opened by its name stays there.
   *
   * @param best for the best checkpoint instead of the newest
   */
  public RunCheckpoint at(boolean best) {
    return follows ? copy(config, folder.checkpoint(folder.path(), best)) : this;
  }

  /** Returns the same checkpoint with another configuration. */
  public RunCheckpoint withConfig(RunConfig other) {
    return copy(other, checkpoint);
  }

  private RunCheckpoint copy(RunConfig other, Checkpoint at) {
    return new RunCheckpoint(folder, other, at, follows, changes, givenData, givenTokenizer);
  }

  /** Returns the configuration of the run and its remaining steps. */
  @Override
  public RunConfig config() {
    return config;
  }

  /** Returns the files and folders of the training data, as recorded. */
  public List<Path> dataPaths() {
    return givenData == null ? RunFolder.data(checkpoint) : givenData.paths();
  }

  /**
   * Returns the training data.
   *
   * @throws IllegalArgumentException if the data of the run's start is missing or has changed
   */
  @Override
  public Dataset data() {
    if (givenData != null) {
      return givenData;
    }
    Dataset data = Dataset.files(dataPaths());
    for (Path source : data.paths()) {
      if (!Files.exists(source)) {
        throw new IllegalArgumentException(
            "the run was started with %s, which is not there any more; name its data (--data) to continue"
                .formatted(source));
      }
    }
    if (!RunFolder.isSameData(checkpoint, data.digest(config.data()))) {
      throw new IllegalArgumentException(
          "the data in %s is not what the run was started with; name its data (--data) to continue"
              .formatted(data.paths()));
    }
    return data;
  }

  /** Returns one line for each changed value of a resumed run. */
  public List<String> changes() {
    return changes;
  }

  /** Returns the verified checkpoint. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Returns the folder of the run. */
  public RunFolder folder() {
    return folder;
  }

  /**
   * Returns the run's tokenizer.
   *
   * @throws IllegalArgumentException if the run has none
   */
  @Override
  public synchronized Tokenizer tokenizer() {
    Tokenizer loaded = tokenizer;
    if (loaded == null) {
      loaded = ProgramTokenizer.open(folder, givenTokenizer);
      tokenizer = loaded;
    }
    return loaded;
  }

  @Override
  public Optional<ChatTemplate> chatTemplate() {
    return ChatTemplate.in(folder.tokenizerPath());
  }

  /**
   * Returns the model's number of token ids: that of the tokenizer, or of the configuration if
   * there is no tokenizer.
   */
  public int vocabulary() {
    Integer rows = config.architecture().vocabulary();
    if (folder.hasProgramTokenizer()) {
      return ProgramTokenizer.read(folder.tokenizerPath()).vocabularySize();
    }
    return rows != null && !folder.hasTokenizer() ? rows : tokenizer().vocabularySize();
  }

  /**
   * Makes the run's model from the checkpoint. If a running training has deleted it since, the now
   * best one replaces it, unless it was opened by its name.
   */
  public <M extends Model<?>> TrainedModel<M> load(Task<?, M> task) {
    return load(() -> fresh(task));
  }

  private <M extends Model<?>> TrainedModel<M> load(Supplier<M> fresh) {
    M model = MetaArrays.undrawn(fresh);
    for (boolean grown = false; ; ) {
      if (!grown && checkpoint.progress().spawned()) {
        grown = true;
        MetaArrays.undrawn(() -> model.spawn(SpawnMethod.copy(), config.seed()));
      }
      try {
        checkpoint.loadModel(model);
        return new TrainedModel<>(model, checkpoint.context().evaluating());
      } catch (CheckpointException | UncheckedIOException e) {
        Checkpoint now =
            follows ? folder.checkpoint(folder.path(), config.training().keepBest()) : checkpoint;
        if (now.location().equals(checkpoint.location())) {
          throw e;
        }
        checkpoint = now;
      }
    }
  }

  /**
   * Grows a model to the run's current experts.
   *
   * @param fresh a model of this run's configuration before its first step
   */
  public void grow(Model<?> fresh) {
    if (checkpoint.progress().spawned()) {
      fresh.spawn(config.evolution().spawnMethod(), config.seed());
    }
  }

  /** Returns the run's task. */
  public Task<?, ?> task() {
    return Tasks.named(config.task());
  }

  /** Creates the run's model before its first step. */
  public Model<?> fresh() {
    return fresh(task());
  }

  /** Creates the run's model before its first step; without adapters, which a load adds to it. */
  public <M extends Model<?>> M fresh(Task<?, M> task) {
    return task.fresh(config.trainingAll(), vocabulary(), facts());
  }

  /** Returns the run's model, with the checkpoint loaded. */
  public TrainedModel<?> trained() {
    return load(task());
  }

  /**
   * Measures the model.
   *
   * @param said receives the detected format of data other than the run's
   */
  public Measurement evaluate(EvalRequest request, Consumer<String> said) {
    DataForm form = request.form();
    if (form == null || form.equals(config.data())) {
      return evaluate(task(), request, said);
    }
    return withConfig(config.with(c -> c.data(form))).evaluate(request, said);
  }

  private <B, M extends Model<B>> Measurement evaluate(
      Task<B, M> task, EvalRequest request, Consumer<String> said) {
    try (TrainedModel<M> trained = load(task)) {
      return task.evaluate(routed(trained, request.expertsPerToken()), this, request, said);
    }
  }

  /**
   * Exports the model of this run to Hugging Face's files, in its original form if it was imported.
   *
   * @param trained model of this run
   */
  public HubExport export(TrainedModel<?> trained, ExportRequest request) {
    return export(task(), trained, request);
  }

  /**
   * Writes the run's adapters in the files of the library peft.
   *
   * @return number of tensors
   * @throws IllegalArgumentException if the run has none, or trained other weights as well
   */
  public int exportAdapters(ExportRequest request, Path folder) {
    TrainingConfig training = config.training();
    if (!config.lora().active() || !training.trainOnly().isEmpty() || training.trainExperts() > 0) {
      throw new IllegalArgumentException(
          "format peft holds the adapters of a run that trained nothing else: lora.rank must be at least 1, training.trainOnly empty and training.trainExperts 0, were %d, %s and %s"
              .formatted(config.lora().rank(), training.trainOnly(), training.trainExperts()));
    }
    try (TrainedModel<?> adapted = load(() -> task().fresh(config, vocabulary(), facts()))) {
      TrainedModel<?> routed = routed(adapted, request.expertsPerToken());
      return HubExport.writeAdapters(
          routed.model(), config.lora(), request(routed, request), folder);
    }
  }

  private <B, M extends Model<B>> HubExport export(
      Task<B, M> task, TrainedModel<?> trained, ExportRequest request) {
    TrainedModel<?> routed = routed(trained, request.expertsPerToken());
    TrainedModel<M> typed = task.typed(routed, config.model().architecture());
    return task.export(typed.model(), request(routed, request)).ofRun(description());
  }

  private HubRequest request(TrainedModel<?> routed, ExportRequest request) {
    Optional<TextEnds> ends =
        folder.hasTokenizer() && !folder.hasProgramTokenizer()
            ? Optional.of(textEnds())
            : Optional.empty();
    return new HubRequest(
        config.gate(),
        ends,
        Optional.of(folder.originPath()),
        routed.context(),
        Optional.ofNullable(request.family()));
  }

  private static <M extends Model<?>> TrainedModel<M> routed(
      TrainedModel<M> trained, @Nullable Integer expertsPerToken) {
    return expertsPerToken == null ? trained : trained.withExpertsPerToken(expertsPerToken);
  }

  private TextEnds textEnds() {
    Tokenizer own = tokenizer();
    return own instanceof BpeTokenizer pairs
        ? new TextEnds(pairs.beginOfText(), pairs.endOfOutput())
        : new TextEnds(own.special(SpecialTokens.BEGIN), own.endOfText());
  }

  /** Returns the description of this run for an export in our own form. */
  ObjectNode description() {
    return StrictYaml.fields(
        new RunDescription(
            config.trainingAll(),
            checkpoint.progress(),
            checkpoint.context(),
            vocabulary(),
            config.trainsPart() ? List.of() : checkpoint.frozen()));
  }

  /**
   * Returns the facts of the run's training: its steps and special tokens, without token
   * frequencies.
   */
  TrainingFacts facts() {
    long earlier = checkpoint.context().step() - checkpoint.progress().step();
    TrainingFacts facts = TrainingFacts.ofSteps(earlier + config.training().steps());
    if (folder.hasProgramTokenizer()) {
      return facts.withSpecialIds(
          Set.copyOf(ProgramTokenizer.read(folder.tokenizerPath()).specialIds()));
    }
    return folder.hasTokenizer() ? facts.withSpecialIds(tokenizer().specialIds()) : facts;
  }

  /** Returns gate and step, and the experts per token if a request names them; begins a line. */
  @Override
  public String name(EvalRequest request) {
    String name = "%s after step %d".formatted(config.gate(), checkpoint.progress().step());
    Integer expertsPerToken = request.expertsPerToken();
    return expertsPerToken == null ? name : name + " with top-" + expertsPerToken;
  }
}
