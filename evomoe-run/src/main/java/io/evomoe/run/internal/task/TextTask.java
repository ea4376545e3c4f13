package io.evomoe.run.internal.task;

import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.text.ChatCorpus;
import io.evomoe.models.text.ChatTemplate;
import io.evomoe.models.text.ChatTokens;
import io.evomoe.models.text.CorpusBatches;
import io.evomoe.models.text.Documents;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.MaskedBatches;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenFile;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TaskRun;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Language modelling of text, causal or masked, with a tokenizer of its own.
 *
 * @param <M> a model
 */
abstract class TextTask<M extends Model<LanguageBatch>> extends Task<LanguageBatch, M> {
  TextTask(
      String name,
      Map<Architecture, Class<? extends M>> models,
      boolean causal,
      List<String> shippedData) {
    super(name, models, causal, shippedData);
  }

  /** Returns sequences of text whose next tokens, or masked tokens, are to be predicted. */
  final CorpusBatches<LanguageBatch> batches(
      TokenStream text, Tokenizer tokenizer, RunConfig config) {
    int sequence = config.model().sequence();
    int batch = config.training().batch();
    if (!causal()) {
      return new MaskedBatches(text, tokenizer, sequence, batch, config.seed());
    }
    OptionalInt endOfText =
        config.model().documentMask() ? OptionalInt.of(tokenizer.endOfText()) : OptionalInt.empty();
    return new PackedBatches(text, sequence, batch, config.seed(), endOfText);
  }

  final SpecialTokens special() {
    return causal() ? SpecialTokens.GPT : SpecialTokens.ROBERTA;
  }

  @Override
  public final TaskData<LanguageBatch, M> read(
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
              special(),
              progress);
      return TextData.of(this, ids(data, config.split(), encoder), List.of(), "", encoder);
    }
    if (hasChats(data, config)) {
      return ChatData.read(this, data, config, tokenizer, folder, progress);
    }
    List<String> notes = new ArrayList<>();
    TextSplit text =
        data.paths().isEmpty()
            ? split(data, config.split())
            : TextSplit.open(data.paths(), config.split(), config.data(), notes::add);
    Tokenizer encoding =
        tokenizer.tokenizer(text::train, config.model().vocabulary(), special(), progress);
    Split<TokenStream> sides = TokenStream.of(text, encoding, folder, progress);
    return TextData.of(this, sides, notes, TextData.documents(text), encoding);
  }

  /** Whether data holds conversations, which only causal models learn from. */
  private boolean hasChats(Dataset data, RunConfig config) {
    boolean found = data.hasChats() || ChatCorpus.isIn(data.paths(), config.data());
    if (found && !causal()) {
      throw new IllegalArgumentException(
          "task %s needs texts (data.textField), %s holds conversations, which are for task gpt"
              .formatted(name(), data.name()));
    }
    return found;
  }

  private static TextSplit split(Dataset data, HeldOut rule) {
    return data.validation()
        .map(
            valid ->
                TextSplit.of(
                    data.name(),
                    reader -> read(data, reader),
                    valid.name(),
                    reader -> read(valid, reader)))
        .orElseGet(() -> TextSplit.of(data.name(), reader -> read(data, reader), rule));
  }

  /** Reads the rows as documents; blank ones are left out. */
  private static void read(Dataset data, DocumentReader reader) {
    data.read(
        row -> {
          if (row.size() != 1) {
            throw new IllegalArgumentException(
                "a row of %s must be one text, has %d values".formatted(data.name(), row.size()));
          }
          if (!row.get(0).isBlank()) {
            reader.part(row.get(0));
            reader.end();
          }
        });
  }

  /** Returns the ids of encoded data. Without a validation set, the last ids are held out. */
  private static Split<TokenStream> ids(Dataset data, HeldOut rule, Tokenizer tokenizer) {
    int[] all = ids(data, tokenizer);
    int cut = all.length - (int) Math.max(1, Math.round(rule.validShare() * all.length));
    Split<int[]> ids =
        data.validation()
            .map(valid -> new Split<>(all, ids(valid, tokenizer)))
            .orElseGet(
                () ->
                    new Split<>(
                        Arrays.copyOf(all, Math.max(cut, 0)),
                        Arrays.copyOfRange(all, Math.max(cut, 0), all.length)));
    if (ids.train().length == 0) {
      throw new IllegalArgumentException(
          "%s must have at least 2 token ids, has %d".formatted(data.name(), all.length));
    }
    return ids.map(data.name(), TokenStream::new);
  }

  private static int[] ids(Dataset data, Tokenizer tokenizer) {
    int[] ids =
        data.tokens()
            .orElseThrow(() -> new IllegalArgumentException(data.name() + " holds no token ids"))
            .toArray();
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.vocabularySize()) {
        throw new IllegalArgumentException(
            "token id of %s must be in 0..%d, was %d"
                .formatted(data.name(), tokenizer.vocabularySize() - 1, id));
      }
    }
    return ids;
  }

  @Override
  public final Optional<TaskData<?, ?>> kept(TokenFile tokens, Tokenizer tokenizer) {
    return switch (tokens.streams().size()) {
      case 2 -> Optional.of(TextData.of(this, tokens, tokenizer));
      case 4 -> Optional.of(ChatData.of(this, tokens, tokenizer));
      default -> Optional.empty();
    };
  }

  @Override
  public final Measurement evaluate(
      TrainedModel<M> trained, TaskRun run, EvalRequest request, Consumer<String> said) {
    Path path = request.data();
    if (hasChats(path == null ? run.data() : Dataset.files(List.of(path)), run.config())) {
      ChatTokens chats = chats(run, request, said);
      return measure(
          trained,
          run,
          request,
          ChatData.batches(chats, run.config()),
          "tokens of answers",
          chats.ids().name());
    }
    TokenStream text = stream(run, request, said);
    CorpusBatches<LanguageBatch> batches = batches(text, run.tokenizer(), run.config());
    if (!causal()) {
      return measure(trained, run, request, batches, "masked tokens", text.name());
    }
    return measure(trained, run, request, batches, "tokens", text.name())
        .withBytesPerToken(text.bytesPerToken(run.tokenizer()));
  }

  private static ChatTokens chats(TaskRun run, EvalRequest request, Consumer<String> said) {
    RunConfig config = run.config();
    Path path = request.data();
    ChatCorpus chats =
        path == null
            ? Corpora.chats(run.data(), config, note -> {})
                .part("split", request.split(), run.data().name())
            : ChatCorpus.read(
                Split.measured(path, request.split(), RecordKind.CHAT, config.data()), said);
    Tokenizer tokenizer = run.tokenizer();
    List<String> notes = new ArrayList<>();
    ChatTokens tokens =
        ChatData.encode(
            chats,
            tokenizer,
            run.chatTemplate().orElseGet(() -> ChatTemplate.plain(tokenizer)),
            config,
            ScratchFolder.parent(),
            more -> {},
            notes);
    notes.forEach(said);
    return tokens;
  }

  private static TokenStream stream(TaskRun run, EvalRequest request, Consumer<String> said) {
    Path path = request.data();
    if (path == null && run.data().tokens().isPresent()) {
      Dataset data = run.data();
      return ids(data, run.config().split(), run.tokenizer())
          .part("split", request.split(), data.name());
    }
    Documents text =
        path == null
            ? part(run.data(), run.config(), request.split())
            : TextSplit.whole(
                Split.measured(path, request.split(), RecordKind.DOCUMENT, run.config().data()),
                said);
    return TokenStream.of(text, run.tokenizer(), ScratchFolder.parent(), TextProgress.NONE);
  }

  private static Documents part(Dataset data, RunConfig config, String name) {
    return data.paths().isEmpty()
        ? split(data, config.split()).part(name, data.name())
        : TextSplit.part(data.paths(), config.split(), config.data(), name);
  }

  @Override
  public final HubExport export(M model, HubRequest request) {
    return HubExport.of(model, request);
  }
}
