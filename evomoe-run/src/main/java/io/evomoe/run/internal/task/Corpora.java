package io.evomoe.run.internal.task;

import io.evomoe.models.internal.text.Utf8Text;
import io.evomoe.models.text.ChatCorpus;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads data whose rows have two values, of files or of a program. */
public final class Corpora {
  private Corpora() {}

  /**
   * Returns all rows in their sets.
   *
   * @param config with the rule for data without a split, and the form of files
   * @param said receives one line for each file or folder with the detected format
   */
  public static Split<RowCorpus> open(
      RecordKind kind, Dataset data, RunConfig config, Consumer<String> said) {
    if (!data.paths().isEmpty()) {
      return RowCorpus.open(kind, data.paths(), config.split(), config.data(), said);
    }
    RowCorpus all = read(kind, data, config.data());
    return data.validation()
        .map(valid -> new Split<>(all, read(kind, valid, config.data())))
        .orElseGet(() -> all.divide(config.split()));
  }

  /** Returns all rows in one set. */
  public static RowCorpus read(RecordKind kind, Dataset data, DataForm form) {
    List<List<String>> rows = new ArrayList<>();
    data.read(
        kind,
        form,
        row ->
            rows.add(kind == RecordKind.CLASS ? row.stream().map(Corpora::plain).toList() : row));
    return RowCorpus.of(kind, data.name(), rows);
  }

  /** Returns all conversations in their sets; otherwise as {@link #open}. */
  static Split<ChatCorpus> chats(Dataset data, RunConfig config, Consumer<String> said) {
    if (!data.paths().isEmpty()) {
      return ChatCorpus.open(data.paths(), config.split(), config.data(), said);
    }
    ChatCorpus all = chats(data);
    return data.validation()
        .map(valid -> new Split<>(all, chats(valid)))
        .orElseGet(() -> all.divide(config.split()));
  }

  private static ChatCorpus chats(Dataset data) {
    List<List<String>> rows = new ArrayList<>();
    data.read(row -> rows.add(row.stream().map(Utf8Text::withLineFeeds).toList()));
    return ChatCorpus.of(data.name(), rows);
  }

  /** Returns a text without white space around it, and with line ends {@code \n}, as of a file. */
  public static String plain(String text) {
    return Utf8Text.withLineFeeds(text).strip();
  }
}
