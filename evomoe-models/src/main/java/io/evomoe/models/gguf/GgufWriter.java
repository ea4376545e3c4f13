package io.evomoe.models.gguf;

import io.evomoe.training.internal.tensors.FloatFormats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes the GGUF format, version 3, little-endian (github.com/ggml-org/ggml, docs/gguf.md):
 * header, metadata, one info per tensor, then the tensors. Each tensor begins at a multiple of 32
 * bytes. Tensors are made and written one after the other, in pieces.
 */
final class GgufWriter {
  static final int ALIGNMENT = 32;
  private static final int VERSION = 3;

  /** Number of elements converted at once, a multiple of every block. */
  private static final int PIECE = 1 << 20;

  private final FileChannel channel;

  private GgufWriter(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Writes a file and forces it to the disk.
   *
   * @param file must not exist
   */
  static void write(Path file, GgufMetadata metadata, List<GgufTensor> tensors) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      GgufWriter writer = new GgufWriter(channel);
      writer.put(ByteBuffer.wrap(header(metadata, tensors)));
      for (GgufTensor tensor : tensors) {
        writer.put(tensor);
      }
      channel.force(true);
    }
  }

  private static byte[] header(GgufMetadata metadata, List<GgufTensor> tensors) {
    GgufMetadata.Bytes header = new GgufMetadata.Bytes();
    "GGUF".chars().forEach(header::uint8);
    header.uint32(VERSION).uint64(tensors.size()).uint64(metadata.size());
    metadata.appendTo(header);
    long offset = 0;
    for (GgufTensor tensor : tensors) {
      List<Long> shape = tensor.shape();
      header.text(tensor.name()).uint32(shape.size());
      for (int axis = shape.size() - 1; axis >= 0; axis--) {
        header.uint64(shape.get(axis));
      }
      header.uint32(tensor.type().id()).uint64(offset);
      offset += aligned(tensor.bytes());
    }
    return header.align(ALIGNMENT).toByteArray();
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void put(GgufTensor tensor) throws IOException {
    long begin = channel.position();
    for (Supplier<INDArray> part : tensor.parts()) {
      FloatFormats.forEachPiece(part.get(), PIECE, piece -> put(encoded(tensor.type(), piece)));
    }
    long written = channel.position() - begin;
    if (written != tensor.bytes()) {
      throw new IllegalStateException(
          "%s must have %d bytes, had %d".formatted(tensor.name(), tensor.bytes(), written));
    }
    put(ByteBuffer.allocate((int) (aligned(written) - written)));
  }

  private static ByteBuffer encoded(GgufType type, FloatBuffer piece) {
    int size = Math.toIntExact(type.bytes(piece.remaining()));
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(piece, bytes);
    return bytes.flip();
  }

  private void put(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
