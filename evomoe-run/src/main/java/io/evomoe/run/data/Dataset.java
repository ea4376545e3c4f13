package io.evomoe.run.data;

import io.evomoe.models.text.ChatMessage;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The data of a run: rows of values, or token ids. Rows are read several times, in the same order
 * each time, and need not fit into memory.
 *
 * <pre>{@code
 * Dataset articles = Dataset.texts("articles", List.of("The state of ...", "..."));
 * Dataset lines = Dataset.rows("log", () -> Files.lines(log).map(List::of));
 * Dataset table = Dataset.query("pairs", pool::getConnection, "select en, de from pairs order by id");
 * Run.gpt(articles).in(Path.of("runs/mine"));
 * }</pre>
 *
 * <p>A run remembers the {@link #digest} of its data, but only the place of files. To continue with
 * data of a program, pass it again: {@code Run.opening(folder).data(articles).open()}.
 */
public interface Dataset {

  /** Returns the name of the source, for messages. */
  String name();

  /**
   * Reads all rows in their order.
   *
   * @param taker receives each row: a text; source and translation; role and content of each
   *     message; or the values of a task of one's own
   */
  void read(Consumer<List<String>> taker);

  /**
   * Reads all rows in their order; rows in memory ignore kind and form.
   *
   * @param kind content of the records of files
   * @param form format and field names of files
   */
  default void read(RecordKind kind, DataForm form, Consumer<List<String>> taker) {
    read(taker);
  }

  /**
   * Reads all rows into memory and divides them: by the validation set of this data, or of a folder
   * with its own split, or by a rule.
   *
   * @param kind content of the records of files
   * @param form format and field names of files
   * @param rule for data without a validation set of its own
   */
  default Split<List<List<String>>> split(RecordKind kind, DataForm form, HeldOut rule) {
    List<List<String>> rows = new ArrayList<>();
    read(kind, form, rows::add);
    if (validation().isEmpty()) {
      return FileDataset.divide(name(), rows, rule);
    }
    List<List<String>> valid = new ArrayList<>();
    validation().get().read(kind, form, valid::add);
    if (rows.isEmpty() || valid.isEmpty()) {
      throw new IllegalArgumentException(
          "data must have training and validation rows, has %d and %d"
              .formatted(rows.size(), valid.size()));
    }
    return new Split<>(rows, valid);
  }

  /** Returns token ids, if the data is encoded already; it has no rows then. */
  default Optional<IntStream> tokens() {
    return Optional.empty();
  }

  /** Returns whether each row is a conversation: role and content of each message. */
  default boolean hasChats() {
    return false;
  }

  /** Returns the validation set, if there is one of its own; otherwise the run divides the data. */
  default Optional<Dataset> validation() {
    return Optional.empty();
  }

  /** Returns the files and folders of this data; empty for data of a program. */
  default List<Path> paths() {
    return List.of();
  }

  /** Returns an identifier of the content, by default a hash of all rows or token ids. */
  default String digest() {
    return RowDataset.digest(this);
  }

  /**
   * Returns an identifier of the content; rows in memory ignore the form.
   *
   * @param form names the files of folders that are read
   */
  default String digest(DataForm form) {
    return digest();
  }

  /** Returns this data with a validation set of its own. */
  default Dataset validatedOn(Dataset valid) {
    return new RowDataset.Validated(this, valid);
  }

  /** Returns the data of files and folders, at least one. */
  static Dataset files(List<Path> paths) {
    return new FileDataset(paths);
  }

  /** Returns texts, one row each. */
  static Dataset texts(String name, Iterable<String> texts) {
    return rows(name, () -> StreamSupport.stream(texts.spliterator(), false).map(List::of));
  }

  /** Returns conversations, whose answers a language model learns. */
  static Dataset chats(String name, Iterable<List<ChatMessage>> conversations) {
    return new RowDataset(
        name,
        taker ->
            conversations.forEach(
                messages ->
                    taker.accept(
                        messages.stream()
                            .flatMap(message -> Stream.of(message.role(), message.content()))
                            .toList())),
        Optional::empty,
        true);
  }

  /**
   * Returns rows.
   *
   * @param rows opens the rows, at every reading; closed afterwards
   */
  static Dataset rows(String name, Supplier<? extends Stream<List<String>>> rows) {
    return new RowDataset(
        name,
        taker -> {
          try (Stream<List<String>> read = rows.get()) {
            read.forEachOrdered(taker);
          }
        });
  }

  /**
   * Returns the rows of a query. Values become text, and null an empty text.
   *
   * @param connections opens a connection at every reading; closed afterwards
   * @param sql a query whose rows have the same order each time: use {@code order by}
   */
  static Dataset query(String name, Connections connections, String sql) {
    return new RowDataset(name, taker -> RowDataset.query(name, connections, sql, taker));
  }

  /**
   * Returns token ids of documents, with the tokenizer's end of text between them. The run needs
   * the tokenizer that made them.
   *
   * @param ids opens the ids, at every reading
   */
  static Dataset tokens(String name, Supplier<IntStream> ids) {
    return RowDataset.ofTokens(name, ids);
  }

  /** Opens connections to a database, such as {@code dataSource::getConnection}. */
  @FunctionalInterface
  interface Connections {
    /** Returns a connection, closed by the caller. */
    java.sql.Connection open() throws SQLException;
  }
}
