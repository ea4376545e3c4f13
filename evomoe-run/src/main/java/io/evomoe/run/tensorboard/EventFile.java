package io.evomoe.run.tensorboard;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.OutputFolder;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * One event file of TFRecords. Each record has its length (uint64, little-endian), the length's
 * masked CRC32C, the bytes of an Event, and their masked CRC32C. Every record is flushed when it is
 * written.
 */
final class EventFile implements AutoCloseable {
  private static final int MASK_DELTA = 0xa282ead8;

  private final Path file;
  // Not a channel, because an interrupt of the thread closes channels.
  private final FileOutputStream out;

  private EventFile(Path file) throws IOException {
    this.file = file;
    this.out = new FileOutputStream(file.toFile());
  }

  /** Creates a file whose name sorts after those of earlier files. */
  static EventFile create(Path folder, Instant now) {
    OutputFolder.prepare(folder);
    int number = 0;
    Path file = numbered(folder, now, number);
    while (Files.exists(file)) {
      file = numbered(folder, now, ++number);
    }
    try {
      return new EventFile(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static Path numbered(Path folder, Instant now, int number) {
    return folder.resolve(
        String.format(
            Locale.ROOT, "events.out.tfevents.%010d.%04d.evomoe", now.getEpochSecond(), number));
  }

  void write(Message event) {
    byte[] data = event.toBytes();
    ByteBuffer record =
        ByteBuffer.allocate(data.length + Long.BYTES + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length);
    record.putInt(masked(record.array(), Long.BYTES)).put(data).putInt(masked(data, data.length));
    try {
      out.write(record.array());
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /**
   * Masks a CRC by rotating it 15 bits and adding a constant, because a CRC of data that contains
   * CRCs is weak.
   */
  static int masked(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static UncheckedIOException failed(Path file, IOException e) {
    return new UncheckedIOException("could not write " + file + ": " + IoReason.of(e, file), e);
  }
}
