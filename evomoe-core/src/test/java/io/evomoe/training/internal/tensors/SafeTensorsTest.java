package io.evomoe.training.internal.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.training.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SafeTensorsTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("some.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8"})
  void should_read_back_what_it_writes(String typeName) throws IOException {
    DataType type = Objects.requireNonNull(SafeTensorsHeader.TYPES.get(typeName));
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    tensors.put("b", Nd4j.arange(-3, 21).reshape(2, 3, 4).castTo(type));
    tensors.put("a", Nd4j.scalar(type, 7));

    SafeTensors.write(file, tensors, Map.of("format", "pt"));

    try (SafeTensors read = SafeTensors.open(file)) {
      assertThat(read.names()).containsExactly("b", "a");
      assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
      for (Map.Entry<String, INDArray> entry : tensors.entrySet()) {
        INDArray found = read.read(entry.getKey());
        assertThat(found.dataType()).isEqualTo(type);
        assertThat(found.shape()).isEqualTo(entry.getValue().shape());
        assertThat(found).isEqualTo(entry.getValue());
      }
    }
  }

  @Test
  void should_write_the_bytes_that_the_format_asks_for() throws IOException {
    SafeTensors.write(
        file, Map.of("x", Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}})), Map.of());

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong();
    byte[] header = new byte[length];
    bytes.get(header);

    assertThat(length % 8).isZero();
    assertThat(new String(header, StandardCharsets.UTF_8).strip())
        .isEqualTo("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}");
    for (float value = 1; value <= 4; value++) {
      assertThat(bytes.getFloat()).isEqualTo(value);
    }
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void should_write_views_and_other_orders_in_C_order_and_read_into_them() throws IOException {
    INDArray wide = Nd4j.arange(20).castTo(DataType.DOUBLE).reshape(4, 5);
    INDArray view = wide.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 5));
    INDArray turned = wide.transpose();

    SafeTensors.write(file, Map.of("view", view, "turned", turned), Map.of());

    INDArray into = Nd4j.zeros(DataType.DOUBLE, 4, 5);
    INDArray intoView = into.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 5));
    try (SafeTensors read = SafeTensors.open(file)) {
      assertThat(read.read("view")).isEqualTo(view);
      assertThat(read.read("turned")).isEqualTo(turned);
      read.readInto("view", intoView);
    }
    assertThat(intoView).isEqualTo(view);
    assertThat(into.sumNumber().doubleValue()).isEqualTo(view.sumNumber().doubleValue());
  }

  @Test
  void should_read_outside_of_the_workspace_it_is_called_in() throws IOException {
    SafeTensors.write(file, Map.of("x", Nd4j.ones(DataType.FLOAT, 3)), Map.of());

    try (SafeTensors read = SafeTensors.open(file);
        MemoryWorkspace ignored =
            Nd4j.getWorkspaceManager()
                .getAndActivateWorkspace(
                    WorkspaceConfiguration.builder().initialSize(1000).build(), "ST_TEST")) {
      assertThat(read.read("x").isAttached()).isFalse();
    }
  }

  @Test
  void should_move_tensors_larger_than_a_piece() throws IOException {
    INDArray large = Nd4j.arange(5_000_000).castTo(DataType.FLOAT);

    SafeTensors.write(file, Map.of("large", large), Map.of());

    try (SafeTensors read = SafeTensors.open(file)) {
      assertThat(read.read("large")).isEqualTo(large);
    }
  }

  @Test
  void should_name_file_and_tensor_when_it_is_missing_or_does_not_fit() throws IOException {
    SafeTensors.write(file, Map.of("x", Nd4j.ones(DataType.FLOAT, 2, 3)), Map.of());

    try (SafeTensors read = SafeTensors.open(file)) {
      assertThatThrownBy(() -> read.info("y")).hasMessageContainingAll(file.toString(), "y");
      assertThatThrownBy(() -> read.readInto("x", Nd4j.ones(DataType.FLOAT, 3, 2)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(file.toString(), "tensor x is FLOAT[2, 3]", "FLOAT[3, 2]");
      assertThatThrownBy(() -> read.readInto("x", Nd4j.ones(DataType.DOUBLE, 2, 3)))
          .hasMessageContaining("wanted DOUBLE");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[]|0|not JSON of the expected form",
        "{\"x\"|0|not JSON",
        "{} trailing|0|not JSON",
        "{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}|1|F8_E4M3",
        "{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}|4|field x.shape",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}|4|data_offsets must be two",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|4|shape is negative",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|4|field x.shape.0",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|4|tensor x must have bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|3|tensors end",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}|4|tensor x must have bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}|0|too many",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|5|tensors end",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|tensor x must have bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}|6|tensor y must have bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}|0|not JSON"
      })
  void should_refuse_a_damaged_header(String header, int dataBytes, String message)
      throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    writeRaw(json.length, json, dataBytes);

    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), message);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 1000, Long.MAX_VALUE})
  void should_refuse_a_header_length_that_the_file_cannot_have(long length) throws IOException {
    writeRaw(length, new byte[] {'{', '}'}, 0);

    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("header length", Long.toString(length));
  }

  @Test
  void should_refuse_a_file_too_short_for_a_header() throws IOException {
    Files.write(file, new byte[] {1, 2, 3});

    assertThatThrownBy(() -> SafeTensors.open(file)).hasMessageContaining("at least 8 bytes");
  }

  private void writeRaw(long length, byte[] header, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(length).put(header).array());
  }
}
