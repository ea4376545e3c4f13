package io.evomoe.training.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;

/**
 * The checksums of a safetensors file at the time of writing. The SHA-256 of the file shows whether
 * it is damaged. The CRC-32C of each tensor shows where.
 *
 * @param bytes size of the file
 * @param sha256 SHA-256 of the whole file, in hex
 * @param tensors position and CRC-32C of each tensor by name
 */
record FileChecksums(long bytes, String sha256, Map<String, TensorChecksum> tensors) {
  private static final int BUFFER = 1 << 20;

  FileChecksums {
    tensors = Map.copyOf(tensors);
  }

  /**
   * The checksum of one tensor.
   *
   * @param begin its first byte in the file
   * @param end the byte after its last
   * @param crc32c CRC-32C of its bytes, 8 hex digits
   */
  record TensorChecksum(long begin, long end, String crc32c) {}

  /** Reads a file, which must be complete. */
  static FileChecksums of(Path file) throws IOException {
    Map<String, TensorInfo> infos = new TreeMap<>();
    try (SafeTensors open = SafeTensors.open(file)) {
      open.names().forEach(name -> infos.put(name, open.info(name)));
    }
    List<Map.Entry<String, TensorInfo>> inOrder = new ArrayList<>(infos.entrySet());
    inOrder.sort(Comparator.comparingLong(entry -> entry.getValue().begin()));
    Map<String, TensorChecksum> checksums = new TreeMap<>();
    MessageDigest sha = CheckpointFiles.newDigest();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long dataBegin = inOrder.isEmpty() ? channel.size() : inOrder.get(0).getValue().begin();
      crc32c(channel, 0, dataBegin, sha);
      for (Map.Entry<String, TensorInfo> entry : inOrder) {
        TensorInfo info = entry.getValue();
        String crc = crc32c(channel, info.begin(), info.end(), sha);
        checksums.put(entry.getKey(), new TensorChecksum(info.begin(), info.end(), crc));
      }
      return new FileChecksums(channel.size(), HexFormat.of().formatHex(sha.digest()), checksums);
    }
  }

  /**
   * Compares with the arrays that were written, to detect write errors while the arrays are still
   * in memory.
   */
  void requireSameAs(Path file, Map<String, INDArray> arrays) throws IOException {
    for (Map.Entry<String, INDArray> array : arrays.entrySet()) {
      TensorChecksum written = tensors.get(array.getKey());
      if (written == null || !written.crc32c().equals(TensorBytes.crc32c(array.getValue()))) {
        throw new IOException(
            "%s: tensor %s is not in the file as it is in memory".formatted(file, array.getKey()));
      }
    }
  }

  /** Returns the damage of the file, beginning with its name. Empty if it is intact. */
  Optional<String> damage(Path file) throws IOException {
    if (Files.size(file) == bytes && CheckpointFiles.sha256(file).equals(sha256)) {
      return Optional.empty();
    }
    long size = Files.size(file);
    String length =
        size == bytes ? "" : ": it has %d bytes, had %d when it was written".formatted(size, bytes);
    return Optional.of("%s is damaged in %s%s".formatted(file, place(file, size), length));
  }

  private String place(Path file, long size) throws IOException {
    List<String> damaged = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (Map.Entry<String, TensorChecksum> entry : byPlace()) {
        TensorChecksum tensor = entry.getValue();
        if (tensor.end() > size
            || !crc32c(channel, tensor.begin(), tensor.end(), null).equals(tensor.crc32c())) {
          damaged.add(entry.getKey());
        }
      }
    }
    if (damaged.isEmpty()) {
      return size == bytes && !tensors.isEmpty() ? "its header" : "an unknown place";
    }
    String more = damaged.size() == 1 ? "" : " and %d more".formatted(damaged.size() - 1);
    return "tensor " + damaged.get(0) + more;
  }

  @JsonIgnore
  private List<Map.Entry<String, TensorChecksum>> byPlace() {
    List<Map.Entry<String, TensorChecksum>> entries = new ArrayList<>(tensors.entrySet());
    entries.sort(Comparator.comparingLong(entry -> entry.getValue().begin()));
    return entries;
  }

  private static String crc32c(
      FileChannel channel, long begin, long end, @Nullable MessageDigest alsoInto)
      throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.max(1, Math.min(BUFFER, end - begin)));
    for (long at = begin; at < end; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new EOFException("file ends at byte " + at);
      }
      at += read;
      crc.update(buffer.flip().duplicate());
      if (alsoInto != null) {
        alsoInto.update(buffer);
      }
    }
    return text(crc);
  }

  static String text(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
