package io.evomoe.training.internal.tensors;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.training.CheckpointException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An open file in the safetensors format: the header's length in 8 little-endian bytes, a JSON
 * header, then the elements of all tensors without gaps (github.com/huggingface/safetensors,
 * README, "Format"). The whole header is checked on opening. Tensors are read one at a time from
 * the memory-mapped file directly into their arrays.
 */
public final class SafeTensors implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final SafeTensorsHeader header;

  private SafeTensors(Path file, FileChannel channel, SafeTensorsHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Opens a file.
   *
   * @throws CheckpointException if its header is damaged or has a type that is not supported
   * @throws IllegalArgumentException if it is a pipe or device
   */
  public static SafeTensors open(Path file) throws IOException {
    FileTree.requireNoPipe(file.toString(), file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new SafeTensors(file, channel, SafeTensorsHeader.read(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** A question about an open file. */
  public interface Question<T> {
    T of(SafeTensors tensors) throws IOException;
  }

  /** Opens a file for one question. Errors name the unreadable part. */
  public static <T> T ask(Path file, Question<T> question) {
    try (SafeTensors tensors = open(file)) {
      return question.of(tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /**
   * Writes a file, in the map's order, and forces it to the disk.
   *
   * @param file a new file, or one to overwrite
   * @param tensors arrays of any order or stride
   * @param metadata free text by name, may be empty
   * @throws IllegalArgumentException if an element type is not supported
   */
  public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata)
      throws IOException {
    ByteBuffer start = SafeTensorsHeader.of(tensors, metadata);
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (start.hasRemaining()) {
        out.write(start);
      }
      for (INDArray tensor : tensors.values()) {
        TensorBytes.write(tensor, out);
      }
      out.force(true);
    }
  }

  /** Returns the names of all tensors, in the header's order. */
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** Returns the free text of the header by name. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * Returns type, shape and position of a tensor.
   *
   * @throws CheckpointException if there is no tensor of that name
   */
  public Info info(String name) {
    Info info = header.tensors().get(name);
    if (info == null) {
      throw new CheckpointException(file + ": tensor " + name + " is missing");
    }
    return info;
  }

  /** Reads a tensor into a new array in C order, outside any workspace. */
  public INDArray read(String name) throws IOException {
    Info info = info(name);
    if (info.length() == 0) {
      throw new CheckpointException(
          "%s: tensor %s has no elements, shape %s".formatted(file, name, info.shape()));
    }
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray array = Nd4j.createUninitialized(info.type(), info.sizes());
      TensorBytes.read(channel, info.begin(), array);
      return array;
    }
  }

  /**
   * Reads a tensor of F32, F16 or BF16 into a new float32 array of the same values.
   *
   * @throws CheckpointException if there is no tensor of that name, or it has another type
   */
  public INDArray readFloat(String name) throws IOException {
    DataType type = info(name).type();
    if (!FloatFormats.isFloat(type)) {
      throw new CheckpointException(
          "%s: tensor %s must be F32, F16 or BF16, was %s".formatted(file, name, type));
    }
    return FloatFormats.toFloat(read(name));
  }

  /**
   * Reads a tensor into an array.
   *
   * @throws CheckpointException if it has another type or shape
   */
  public void readInto(String name, INDArray target) throws IOException {
    requireFit(name, target);
    if (TensorBytes.isDense(target)) {
      TensorBytes.read(channel, info(name).begin(), target);
    } else {
      target.assign(read(name));
    }
  }

  /** Reads tensors into the arrays of their names, after all types and shapes were compared. */
  public Map<String, INDArray> readAllInto(Map<String, INDArray> targets) throws IOException {
    targets.forEach(this::requireFit);
    for (Map.Entry<String, INDArray> target : targets.entrySet()) {
      readInto(target.getKey(), target.getValue());
    }
    return targets;
  }

  private void requireFit(String name, INDArray target) {
    Info info = info(name);
    if (!fits(name, target)) {
      throw new CheckpointException(
          "%s: tensor %s is %s%s, wanted %s%s"
              .formatted(
                  file,
                  name,
                  info.type(),
                  info.shape(),
                  target.dataType(),
                  Arrays.toString(target.shape())));
    }
  }

  /** Returns whether an existing tensor has the type and shape of an array. */
  public boolean fits(String name, INDArray target) {
    Info info = info(name);
    return info.type() == target.dataType() && Arrays.equals(info.sizes(), target.shape());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * The position of a tensor in a safetensors file.
   *
   * @param type type of its elements
   * @param shape sizes, C order; empty for a scalar
   * @param begin first byte, from the start of the file
   * @param end byte after the last one
   */
  public record Info(DataType type, List<Long> shape, long begin, long end) {

    /** Makes the shape unmodifiable. */
    public Info {
      shape = List.copyOf(shape);
    }

    /** Returns the number of elements. */
    public long length() {
      return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    /** Returns the sizes as ND4J takes them. */
    public long[] sizes() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }
}
