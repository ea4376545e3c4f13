package io.evomoe.models.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GgufWriterTest {
  @TempDir Path folder;

  @Test
  void should_be_read_as_it_was_written() throws IOException {
    Path file = folder.resolve("model.gguf");
    GgufMetadata metadata =
        new GgufMetadata()
            .text("general.name", "é\n")
            .uint32("a.count", 4_000_000_000L)
            .float32("a.rate", 0.1)
            .bool("a.flag", true)
            .texts("a.words", List.of("", "Ġthe"))
            .int32s("a.kinds", List.of(1, -3));
    INDArray matrix = Nd4j.createFromArray(new float[][] {{0, 1, 2}, {3, 4, 5}});
    INDArray vector = Nd4j.createFromArray(7f, 8f, 9f, 10f, 11f);

    GgufWriter.write(
        file,
        metadata,
        List.of(
            tensor("one", GgufType.F32, List.of(3L, 2L), matrix.transpose()),
            tensor("stack", GgufType.F32, List.of(2L, 2L, 3L), matrix, matrix.mul(-1)),
            tensor("vector", GgufType.F32, List.of(5L), vector)));

    GgufFile read = new GgufFile(file);
    assertThat(read.metadata)
        .containsEntry("general.name", "é\n")
        .containsEntry("a.count", (int) 4_000_000_000L)
        .containsEntry("a.rate", 0.1f)
        .containsEntry("a.flag", true)
        .containsEntry("a.words", List.of("", "Ġthe"))
        .containsEntry("a.kinds", List.of(1, -3))
        .hasSize(6);
    assertThat(read.info("one").dimensions()).containsExactly(2L, 3L);
    assertThat(read.info("stack").dimensions()).containsExactly(3L, 2L, 2L);
    assertThat(read.floats("one")).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(read.floats("stack")).containsExactly(0, 1, 2, 3, 4, 5, -0f, -1, -2, -3, -4, -5);
    assertThat(read.floats("vector")).containsExactly(7, 8, 9, 10, 11);
    assertThat(Files.size(file) % GgufWriter.ALIGNMENT).isZero();
  }

  @Test
  void should_write_over_nothing() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.gguf"), "keep me");
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> GgufWriter.write(file, new GgufMetadata(), List.of()));
    assertThat(file).hasContent("keep me");
  }

  @Test
  void should_refuse_what_the_format_does_not_hold() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GgufMetadata().uint32("a.b", -1))
        .withMessageContaining("was -1");
  }

  private static GgufTensor tensor(
      String name, GgufType type, List<Long> shape, INDArray... parts) {
    return new GgufTensor(
        name,
        shape,
        type,
        List.of(parts).stream().map(part -> (Supplier<INDArray>) () -> part).toList());
  }
}
