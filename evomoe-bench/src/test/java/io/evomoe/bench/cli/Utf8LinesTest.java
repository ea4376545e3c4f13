package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.bench.cli.console.Utf8Lines;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8LinesTest {

  @Test
  void should_read_lines_with_any_end_and_keep_empty_ones() {
    Utf8Lines lines = lines("Größe\n\nzwei\r\ndrei\rlast".getBytes(StandardCharsets.UTF_8));

    assertThat(lines.next(3)).containsExactly("Größe", "", "zwei");
    assertThat(lines.next(3)).containsExactly("drei", "last");
    assertThat(lines.next(3)).isEmpty();
    assertThat(lines(new byte[0]).next(1)).isEmpty();
    assertThat(lines(new byte[] {'\n'}).next(2)).containsExactly("");
  }

  @Test
  void should_take_a_byte_order_mark_for_no_text() {
    Utf8Lines lines = lines("\uFEFFeins\r\n\uFEFFzwei".getBytes(StandardCharsets.UTF_8));

    assertThat(lines.next(2)).containsExactly("eins", "\uFEFFzwei");
  }

  @Test
  void should_name_the_line_that_is_not_utf_8() {
    Utf8Lines lines = lines(new byte[] {'a', '\n', (byte) 0xff, '\n'});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> lines.next(5))
        .withMessage("standard input, line 2 is not UTF-8");
  }

  private static Utf8Lines lines(byte[] bytes) {
    return new Utf8Lines(new ByteArrayInputStream(bytes));
  }
}
