package io.evomoe.run.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  private static final HeldOut TENTH = HeldOut.DEFAULT.withShares(0.1, 0);

  @TempDir Path folder;

  private static Split<List<List<String>>> split(Dataset data) {
    return data.split(RecordKind.CLASS, DataForm.DEFAULT, TENTH);
  }

  private static Stream<List<String>> rows() {
    return IntStream.range(0, 100).mapToObj(i -> List.of("" + i % 3, "text " + i));
  }

  @Test
  void rows_should_be_divided_by_the_rule_and_keep_their_order() {
    Split<List<List<String>>> split = split(Dataset.rows("rows", DatasetTest::rows));

    assertThat(split.train()).hasSizeBetween(85, 95).isSubsetOf(rows().toList());
    assertThat(split.valid()).isNotEmpty().doesNotContainAnyElementsOf(split.train());
    assertThat(split.train().size() + split.valid().size()).isEqualTo(100);
    assertThat(split.train()).isEqualTo(rows().filter(row -> split.train().contains(row)).toList());
  }

  @Test
  void a_validation_set_of_its_own_should_be_used_instead_of_the_rule() {
    Dataset train = Dataset.rows("train", DatasetTest::rows);
    Dataset valid = Dataset.rows("valid", () -> Stream.of(List.of("1", "other")));

    assertThat(split(train.validatedOn(valid)).train()).hasSize(100);
    assertThat(split(train.validatedOn(valid)).valid()).containsExactly(List.of("1", "other"));
    assertThat(train.validatedOn(valid).digest()).isNotEqualTo(train.digest());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> train.validatedOn(Dataset.files(List.of(folder))))
        .withMessageContaining("files have their validation set in a folder");
  }

  @Test
  void files_should_be_read_by_their_format_and_split_as_their_folder_is() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "label,text\n1,one\n2,two\n3,three\n");
    Dataset data = Dataset.files(List.of(file));
    List<List<String>> read = new ArrayList<>();
    data.read(RecordKind.CLASS, DataForm.DEFAULT, read::add);

    assertThat(read)
        .containsExactly(List.of("1", "one"), List.of("2", "two"), List.of("3", "three"));
    assertThat(data.digest()).isEqualTo(Fingerprint.ofContent(file));
    Path parts = Files.createDirectory(folder.resolve("parts"));
    Files.writeString(parts.resolve("train.csv"), "label,text\n1,one\n2,two\n");
    Files.writeString(parts.resolve("valid.csv"), "label,text\n3,three\n");
    Files.writeString(parts.resolve("test.csv"), "label,text\n4,four\n");
    Dataset own = Dataset.files(List.of(parts));
    Split<List<List<String>>> split =
        own.split(RecordKind.CLASS, DataForm.DEFAULT, HeldOut.DEFAULT);
    assertThat(split.train()).containsExactly(List.of("1", "one"), List.of("2", "two"));
    assertThat(split.valid()).containsExactly(List.of("3", "three"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> split(own))
        .withMessageContaining("are for texts that have none");
  }

  @Test
  void a_stream_should_be_opened_for_each_reading_and_closed() {
    AtomicInteger open = new AtomicInteger();
    Dataset data =
        Dataset.rows(
            "rows",
            () -> {
              open.incrementAndGet();
              return rows().onClose(open::decrementAndGet);
            });

    data.read(row -> assertThat(open.get()).isEqualTo(1));
    data.digest();
    assertThat(open.get()).isZero();
  }

  @Test
  void a_query_should_give_texts_and_an_error_that_names_the_data() {
    Dataset.Connections database = () -> DriverManager.getConnection("jdbc:duckdb:");
    List<List<String>> read = new ArrayList<>();
    Dataset.query("table", database, "select 1, null, 'a' union all select 2, 'b', 'c' order by 1")
        .read(read::add);

    assertThat(read).containsExactly(List.of("1", "", "a"), List.of("2", "b", "c"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.query("table", database, "select nothing").read(row -> {}))
        .withMessageStartingWith("the query of table failed: ");
  }

  @Test
  void data_without_rows_for_both_sets_should_be_rejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> split(Dataset.texts("one", List.of("alone"))))
        .withMessageStartingWith("one has too few different texts for a validation set");
    Dataset rows = Dataset.texts("rows", List.of("one"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> split(rows.validatedOn(Dataset.texts("none", List.of()))))
        .withMessage("data must have training and validation rows, has 1 and 0");
  }
}
