package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DataSource.Row;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Conversations.
 *
 * @param name name of their source, for messages
 * @param rows at least one, with role and content of each message; each has an answer of the model
 */
public record ChatCorpus(String name, List<Row> rows) {

  /** Keeps the rows unmodifiable. */
  public ChatCorpus {
    rows = List.copyOf(rows);
  }

  /**
   * Whether files hold conversations, and not texts; the first records of the first file decide.
   */
  public static boolean isIn(List<Path> paths, DataForm form) {
    return !paths.isEmpty() && hasChats(paths.get(0), "train", form);
  }

  private static boolean hasChats(Path path, String part, DataForm form) {
    return Split.measured(path, part, RecordKind.DOCUMENT, form).hasChats();
  }

  /**
   * Opens files and folders, one after another, and divides those without a split. Conversations
   * with the same messages before the first answer are in the same set.
   *
   * @param paths at least one
   * @param rule divides files without a split
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   * @throws IllegalArgumentException naming file and line, if a conversation is bad
   */
  public static Split<ChatCorpus> open(
      List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said) {
    return Split.open(
        paths,
        RecordKind.CHAT,
        form,
        rule,
        source -> read(source, said),
        ChatCorpus::divide,
        ChatCorpus::join);
  }

  /**
   * Reads conversations.
   *
   * @param said receives the detected format
   */
  public static ChatCorpus read(DataSource source, Consumer<String> said) {
    List<Row> rows = new ArrayList<>();
    said.accept(source.records(rows::add));
    return new ChatCorpus(source.name(), rows);
  }

  /**
   * Makes a corpus of a program's conversations.
   *
   * @param rows role and content of each message; numbered from 1
   * @throws IllegalArgumentException naming the row, if it is no conversation with an answer
   */
  public static ChatCorpus of(String name, List<List<String>> rows) {
    List<Row> numbered = new ArrayList<>();
    for (List<String> row : rows) {
      numbered.add(new Row(numbered.size() + 1L, row));
      try {
        ChatMessage.requireAnswers(ChatMessage.ofRow(row));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s, line %d: %s".formatted(name, numbered.size(), e.getMessage()), e);
      }
    }
    return new ChatCorpus(name, numbered);
  }

  /** Divides the conversations, as {@link #open} does. */
  public Split<ChatCorpus> divide(HeldOut rule) {
    return rule.divide(name, rows, ChatCorpus::unit)
        .map(name, (part, set) -> new ChatCorpus(part, set));
  }

  private static Unit unit(Row row) {
    long prompt =
        new TextHash()
            .add(
                ChatMessage.ofRow(row.values()).stream()
                    .takeWhile(message -> !message.isAnswer())
                    .map(message -> message.role() + "\n" + message.content())
                    .collect(Collectors.joining("\n")))
            .exact();
    return new Unit(prompt, prompt, 1, "");
  }

  private ChatCorpus join(ChatCorpus other) {
    return new ChatCorpus(
        name + " and " + other.name, Stream.concat(rows.stream(), other.rows.stream()).toList());
  }

  /** Returns the messages as texts, to learn a vocabulary from. */
  public TextCorpus texts() {
    return new TextCorpus(name, rows.stream().map(row -> String.join("\n", row.values())).toList());
  }
}
