package io.evomoe.run.internal.task;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSides;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskRun;
import io.evomoe.run.task.TokenizerSource;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Language modelling of text, causal or masked, with a tokenizer of its own.
 *
 * @param <M> a model
 */
abstract class TextTask<M extends Model<LanguageBatch>> extends Task<LanguageBatch, M> {
  private final LanguageObjective objective;

  TextTask(
      String name,
      Map<Architecture, Class<? extends M>> models,
      LanguageObjective objective,
      List<String> shippedData) {
    super(name, models, objective.causal(), shippedData);
    this.objective = objective;
  }

  final LanguageObjective objective() {
    return objective;
  }

  static StackConfig stack(RunConfig config) {
    return config.stack(ActivationFunction.GELU);
  }

  @Override
  public final TextData<M> read(
      Dataset data,
      RunConfig config,
      TokenizerSource tokenizer,
      Path folder,
      TextProgress progress) {
    if (data.tokens().isPresent()) {
      Tokenizer encoder =
          tokenizer.tokenizer(
              () -> {
                throw new IllegalArgumentException(
                    data.name() + " holds token ids, which need the tokenizer that made them");
              },
              config.model().vocabulary(),
              objective.special(),
              progress);
      EncodedSides sides = EncodedSides.of(data, config.split(), encoder);
      return TextData.of(this, sides, List.of(), "", encoder);
    }
    List<String> notes = new ArrayList<>();
    TextSides text = new TextSources(config.split(), config.data(), notes::add).open(data);
    Tokenizer encoding =
        tokenizer.tokenizer(
            text::train, config.model().vocabulary(), objective.special(), progress);
    return TextData.of(this, text, notes, encoding, folder, progress);
  }

  @Override
  public final Optional<TaskData<?, ?>> kept(TokenFile tokens, Tokenizer tokenizer) {
    return tokens.streams().size() == 2
        ? Optional.of(TextData.of(this, tokens, tokenizer))
        : Optional.empty();
  }

  @Override
  public final Measurement evaluate(
      TrainedModel<M> trained, TaskRun run, EvalRequest request, Consumer<String> said) {
    TokenStream text = stream(run, request, said);
    CorpusBatches<LanguageBatch> batches = objective.batches(text, run.tokenizer(), run.config());
    return measure(trained, run, request, batches, objective.counted(), text.name());
  }

  private static TokenStream stream(TaskRun run, EvalRequest request, Consumer<String> said) {
    if (request.data() == null) {
      Dataset data = run.data();
      if (data.tokens().isPresent()) {
        return EncodedSides.of(data, run.config().split(), run.tokenizer()).part(request.split());
      }
    }
    return TokenStream.of(
        text(run, request, said), run.tokenizer(), ScratchFolder.parent(), TextProgress.NONE);
  }

  /** Returns the text of a request. */
  private static Documents text(TaskRun run, EvalRequest request, Consumer<String> said) {
    RunConfig config = run.config();
    Path data = request.data();
    Consumer<String> ofOthers = data == null ? note -> {} : said;
    TextSources sources = new TextSources(config.split(), config.data(), ofOthers);
    return data == null
        ? sources.part(run.data(), request.split())
        : sources.whole(data, request.split());
  }

  @Override
  public final HubExport export(M model, HubRequest request) {
    return HubExport.of(model, request);
  }
}
