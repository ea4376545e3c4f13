package io.evomoe.training.internal.tensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays whose bytes no buffer of Java's can count, as embeddings of large vocabularies are. Takes
 * 2 GiB of memory, and 2 of the disk.
 */
@Tag("long")
class LargeTensorTest {
  private static final long LENGTH = (1L << 30) + 8;
  private static final long LAST = 0x7f;

  @TempDir private Path folder;

  @Test
  void should_be_read_to_the_last_number() throws IOException {
    Path file = folder.resolve("large.safetensors");
    write(file);

    try (SafeTensors tensors = SafeTensors.open(file);
        INDArray read = tensors.read("x")) {
      assertThat(read.length()).isEqualTo(LENGTH);
      assertThat(read.getLong(LENGTH - 1)).isEqualTo(LAST);
      assertThat(read.getLong(LENGTH - 2)).isZero();
      assertThat(read.getLong((1L << 30) - 1)).isZero();
    }
  }

  @Test
  void should_be_written_to_the_last_number() throws IOException {
    Path file = folder.resolve("large.safetensors");
    try (INDArray large = Nd4j.create(DataType.INT16, LENGTH)) {
      large.putScalar(LENGTH - 1, (double) LAST);
      SafeTensors.write(file, Map.of("x", large), Map.of());
    }

    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "r")) {
      ByteBuffer end = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      written.seek(written.length() - end.capacity());
      written.readFully(end.array());
      assertThat(end.getShort()).isZero();
      assertThat(end.getShort()).isEqualTo((short) LAST);
      written.seek(0);
      written.readFully(end.array());
      assertThat(written.length()).isEqualTo(8 + end.getInt(0) + 2 * LENGTH);
    }
  }

  /** A file with a hole, which takes no room on the disk. */
  private static void write(Path file) throws IOException {
    String header =
        "{\"x\":{\"dtype\":\"I16\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(LENGTH, 2 * LENGTH);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(number.putLong(text.length).array());
      out.write(text);
      long end = Long.BYTES + text.length + 2 * LENGTH;
      out.seek(end - 2);
      out.write(new byte[] {(byte) LAST, 0});
      assertThat(out.length()).isEqualTo(end);
    }
  }
}
