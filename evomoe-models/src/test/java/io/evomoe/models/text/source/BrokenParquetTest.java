package io.evomoe.models.text.source;

import static io.evomoe.models.text.source.BrokenSourcesTest.NOBODY;
import static io.evomoe.models.text.source.BrokenSourcesTest.assertRefused;
import static io.evomoe.models.text.source.BrokenSourcesTest.documents;
import static io.evomoe.models.text.source.BrokenSourcesTest.skipping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet that is broken or has other columns is one sentence that names file and column. */
class BrokenParquetTest {
  @TempDir private Path folder;

  @Test
  void should_name_what_a_parquet_file_lacks() throws IOException, SQLException {
    Path file =
        WrittenForms.parquet(
            folder.resolve("a'[1].parquet"),
            List.of("body VARCHAR", "n DOUBLE", "text VARCHAR"),
            List.of(List.of("a", 1.5, "x"), Arrays.asList("b", 2.5, null)));

    assertThatThrownBy(() -> documents(file))
        .hasMessage("text file %s, row 2: field text must be a string, is null", file);
    assertThat(skipping(file))
        .endsWith("is Parquet of column text: 1 document, 1 character; 1 bad row left out: 2");
    assertRefused(file, " must have the column source, has body, n, text", RecordKind.PAIR);
    DataForm numbers = DataForm.DEFAULT.with(f -> f.textField("n"));
    assertThatThrownBy(() -> DataSource.file(file, RecordKind.DOCUMENT, numbers).documents(NOBODY))
        .hasMessage("text file %s must have text in column n, has DOUBLE", file);

    Path other = WrittenForms.write(folder.resolve("b.parquet"), "no Parquet at all");
    assertRefused(
        other, " cannot be read as Parquet: the file does not end with PAR1", RecordKind.DOCUMENT);
    assertThatThrownBy(() -> documents(WrittenForms.write(folder.resolve("a.parquet.gz"), "x")))
        .hasMessageEndingWith("must be unpacked: Parquet is not read from .gz or .zst");
    assertThatThrownBy(() -> documents(folder.resolve("none.parquet")))
        .hasMessageEndingWith("none.parquet does not exist");
  }

  @Test
  void should_reject_parquet_that_is_packed_in_other_ways_or_damaged() throws Exception {
    List<String> columns = List.of("text VARCHAR");
    List<List<Object>> rows = List.of(List.of("a".repeat(99)), List.of("b"));
    Path brotli = folder.resolve("brotli.parquet");
    WrittenForms.parquet(brotli, columns, rows, "COMPRESSION brotli");
    Path damaged = folder.resolve("damaged.parquet");
    WrittenForms.parquet(damaged, columns, rows, "COMPRESSION gzip");
    byte[] bytes = Files.readAllBytes(damaged);
    Arrays.fill(bytes, 4, 60, (byte) 0);
    Files.write(damaged, bytes);

    assertRefused(
        brotli,
        " cannot be read as Parquet: compression must be one of [UNCOMPRESSED, SNAPPY, GZIP, ZSTD,"
            + " LZ4_RAW], was BROTLI",
        RecordKind.DOCUMENT);
    assertRefused(damaged, " cannot be read as Parquet: ", RecordKind.DOCUMENT);
  }

  @Test
  void should_ignore_other_parquet_columns_whatever_they_hold() throws Exception {
    Path file = folder.resolve("nested.parquet");
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT {'text': 'x', 'n': [1, 2]} AS meta, 'a' AS text, ['b'] AS parts, 'c'::BLOB"
              + " AS raw, 7::UTINYINT AS label) TO '%s' (FORMAT parquet)".formatted(file));
    }

    assertThat(documents(file)).endsWith("of column text: 1 document, 1 character");
    for (String wrong :
        List.of("meta, has nested fields", "parts, has nested fields", "raw, has BYTE_ARRAY")) {
      String column = wrong.substring(0, wrong.indexOf(','));
      DataForm form = DataForm.DEFAULT.with(f -> f.textField(column));
      assertThatThrownBy(() -> DataSource.file(file, RecordKind.DOCUMENT, form).documents(NOBODY))
          .hasMessage("text file %s must have text in column %s", file, wrong);
    }
  }
}
