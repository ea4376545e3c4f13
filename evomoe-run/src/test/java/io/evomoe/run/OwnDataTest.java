package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.training.StepRecord;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data and tokenizers that are in no file: they come from a program. */
class OwnDataTest {
  private static final List<String> TEXTS =
      IntStream.range(0, 300)
          .mapToObj(i -> "Message %d of the year %d, on roads.".formatted(i, 1800 + i % 50))
          .toList();

  @TempDir Path folder;

  /** Characters as tokens; 0 ends a text. */
  record Characters(int size) implements Tokenizer {
    @Override
    public int[] encode(String text) {
      return text.chars().map(c -> 1 + c % (size - 1)).toArray();
    }

    @Override
    public String decode(int[] ids) {
      StringBuilder text = new StringBuilder();
      IntStream.of(ids).filter(id -> id > 0).forEach(id -> text.append((char) (id - 1)));
      return text.toString();
    }

    @Override
    public int vocabularySize() {
      return size;
    }

    @Override
    public int endOfText() {
      return 0;
    }
  }

  private static <M extends io.evomoe.training.Model<?>> RunBuilder<M> small(
      RunBuilder<M> builder, int steps) {
    return builder
        .preset("quick")
        .model(
            m ->
                m.numHiddenLayers(2)
                    .hiddenSize(16)
                    .intermediateSize(32)
                    .numAttentionHeads(2)
                    .experts(2)
                    .moeEvery(2))
        .model(m -> m.vocabulary(280).sequence(16))
        .training(t -> t.steps(steps).batch(4).evalEvery(5));
  }

  /** The loss of each step of a run that is trained to its end. */
  private static List<Double> losses(Run<?> run) {
    return run.train().recorded().steps().stream().map(StepRecord::trainLoss).toList();
  }

  @Test
  void texts_of_a_program_should_train_like_those_of_a_query() throws SQLException {
    Path file = folder.resolve("texts.db");
    Dataset.Connections database = () -> DriverManager.getConnection("jdbc:duckdb:" + file);
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute("create table texts (id integer, text varchar)");
      for (int i = 0; i < TEXTS.size(); i++) {
        statement.execute("insert into texts values (%d, '%s')".formatted(i, TEXTS.get(i)));
      }
    }
    Dataset query = Dataset.query("data", database, "select text from texts order by id");
    Dataset list = Dataset.texts("data", TEXTS);
    assertThat(query.digest()).isEqualTo(list.digest());

    try (Run<Gpt> one = small(Run.gpt(list), 6).in(folder.resolve("one"));
        Run<Gpt> two = small(Run.gpt(query), 6).in(folder.resolve("two"))) {
      assertThat(losses(one)).isEqualTo(losses(two));
      assertThat(one.evaluate().loss()).isEqualTo(two.evaluate().loss());
      assertThat(one.evaluate(part("train")).text()).contains("training part of data");
    }
  }

  private static EvalRequest part(String name) {
    EvalRequest all = EvalRequest.HELD_OUT;
    return new EvalRequest(null, name, 2, 1, 0, all.search(), null, null);
  }

  @Test
  void a_run_of_program_data_should_continue_when_it_is_passed_again() {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Dataset data = Dataset.rows("data", () -> TEXTS.stream().map(List::of));
    List<Double> uninterrupted;
    try (Run<Gpt> run = small(Run.gpt(data), 10).in(whole)) {
      uninterrupted = losses(run);
    }
    try (Run<Gpt> run = small(Run.gpt(data), 10).in(parts)) {
      run.train(
          (report, training) -> {
            if (report.step() == 5) {
              run.requestStop();
            }
          });
    }
    try (Run<?> run = Run.open(parts)) {
      assertThat(run.steps()).isEqualTo(5);
      assertThat(run.tokenizer().encode("roads")).isNotEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(run::train)
          .withMessageContaining("pass it again (Run.opening(folder).data(...))");
    }
    try (Run<?> run = Run.opening(parts).data(data).open()) {
      assertThat(losses(run)).isEqualTo(uninterrupted);
    }
    try (Run<?> finished = Run.open(parts)) { // its result is stored
      assertThat(losses(finished)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void pairs_of_a_program_should_be_translated_and_have_a_validation_set_of_their_own() {
    Dataset pairs =
        Dataset.rows(
            "pairs",
            () ->
                IntStream.range(0, 200)
                    .mapToObj(i -> List.of("The road %d.".formatted(i), "Die %d.".formatted(i))));
    Dataset valid = Dataset.rows("valid", () -> List.of(List.of("Road 7.", "Die 7.")).stream());

    try (Run<Transformer> run =
        small(Run.translation(pairs.validatedOn(valid)), 3).in(folder.resolve("run"))) {
      run.train();
      assertThat(run.evaluate(part("valid")).text()).isEqualTo("valid");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                small(Run.translation(Dataset.texts("texts", TEXTS)), 3).in(folder.resolve("none")))
        .withMessage("texts, line 1: a row must have 2 values, has 1");
  }

  @Test
  void a_run_should_use_the_tokenizer_of_a_program_and_no_other() {
    Path run = folder.resolve("run");
    Dataset data = Dataset.texts("data", TEXTS);
    Characters tokenizer = new Characters(128);
    double loss;
    try (Run<Gpt> trained = small(Run.gpt(data).tokenizer(tokenizer), 6).in(run)) {
      trained.train();
      assertThat(trained.tokenizer()).isSameAs(tokenizer);
      assertThat(trained.model().config().vocabulary()).isEqualTo(128);
      assertThat(trained.generate("Mess", 5)).startsWith("Mess");
      loss = trained.evaluate().loss();
    }
    try (Run<?> again = Run.opening(run).data(data).tokenizer(new Characters(128)).open()) {
      assertThat(again.evaluate().loss()).isEqualTo(loss);
    }
    try (Run<?> without = Run.open(run)) {
      assertThat(without.model().parameters()).isNotEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(without::tokenizer)
          .withMessageContaining("Characters of a program: pass it");
    }
    try (Run<?> other = Run.opening(run).data(data).tokenizer(new Characters(99)).open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(other::tokenizer)
          .withMessageContaining("must be the one of its training");
    }
  }

  @Test
  void a_run_should_take_the_tokenizer_of_a_folder() {
    Path first = folder.resolve("first");
    Dataset data = Dataset.texts("data", TEXTS);
    try (Run<Gpt> run = small(Run.gpt(data), 2).in(first)) {
      run.train();
    }
    Dataset other = Dataset.texts("other", List.of("Another text.", "Of two documents."));
    try (Run<Gpt> run =
        small(Run.gpt(other).tokenizer(first.resolve("tokenizer")), 2)
            .model(m -> m.sequence(2))
            .in(folder.resolve("second"))) {
      run.train();
      try (Run<?> before = Run.open(first)) {
        assertThat(run.tokenizer().encode("Message 7, on roads"))
            .isEqualTo(before.tokenizer().encode("Message 7, on roads"));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Run.from(folder.resolve("second"))
                      .data(other)
                      .tokenizer(first.resolve("tokenizer"))
                      .in(folder.resolve("third")))
          .withMessageContaining("tokenizer must be that of");
    }
  }

  @Test
  void token_ids_should_train_like_the_text_that_they_are_of() {
    Characters tokenizer = new Characters(128);
    Dataset train = Dataset.texts("train", TEXTS);
    Dataset valid = Dataset.texts("valid", TEXTS.subList(0, 20));
    try (Run<Gpt> texts =
            small(Run.gpt(train.validatedOn(valid)).tokenizer(tokenizer), 6)
                .in(folder.resolve("texts"));
        Run<Gpt> tokens =
            small(
                    Run.gpt(ids(TEXTS).validatedOn(ids(TEXTS.subList(0, 20)))).tokenizer(tokenizer),
                    6)
                .in(folder.resolve("tokens"))) {
      assertThat(losses(tokens)).isEqualTo(losses(texts));
      assertThat(tokens.evaluate().loss()).isEqualTo(texts.evaluate().loss());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small(Run.gpt(ids(TEXTS)), 2).in(folder.resolve("none")))
        .withMessageContaining("which need the tokenizer that made them");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                small(Run.gpt(ids(TEXTS)).tokenizer(new Characters(50)), 2)
                    .in(folder.resolve("none")))
        .withMessageContaining("token id of ids must be in 0..49");
  }

  @Test
  void token_ids_without_a_validation_set_should_hold_out_their_end() {
    try (Run<Gpt> run =
        small(Run.gpt(ids(TEXTS)).tokenizer(new Characters(128)), 2).in(folder.resolve("run"))) {
      assertThat(losses(run)).hasSize(2).allMatch(Double::isFinite);
      assertThat(run.evaluate().text()).isEqualTo("validation part of ids");
    }
  }

  /** Texts as {@code Characters} encodes them, with its end between them. */
  private static Dataset ids(List<String> texts) {
    Characters tokenizer = new Characters(128);
    return Dataset.tokens(
        "ids",
        () ->
            texts.stream()
                .flatMapToInt(
                    text ->
                        IntStream.concat(
                            IntStream.of(tokenizer.encode(text)),
                            IntStream.of(tokenizer.endOfText()))));
  }

  @Test
  void a_digest_should_tell_rows_apart() {
    Dataset one = Dataset.rows("a", () -> List.of(List.of("ab", "c")).stream());
    Dataset two = Dataset.rows("b", () -> List.of(List.of("a", "bc")).stream());

    assertThat(one.digest()).isNotEqualTo(two.digest()).hasSize(64);
    assertThat(one.digest().toLowerCase(Locale.ROOT)).isEqualTo(one.digest());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.files(List.of()))
        .withMessage("data must be at least one file or folder, was none");
  }
}
