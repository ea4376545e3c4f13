package io.evomoe.run.tensorboard;

import io.evomoe.internal.files.AppendedFile;
import io.evomoe.internal.files.OutputFolder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.nd4j.shade.protobuf.UnknownFieldSet.Field;
import org.tensorflow.framework.Summary;

/**
 * One event file of TFRecords. Each record has its length (uint64, little-endian), the length's
 * masked CRC32C, the bytes of an Event ({@code tensorflow/core/util/event.proto}), and their masked
 * CRC32C. Every record is flushed when it is written.
 */
record EventFile(AppendedFile out) implements AutoCloseable {
  private static final int MASK_DELTA = 0xa282ead8;
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int STATUS = 1;
  private static final int STATUS_START = 1;

  /** Creates a file whose name sorts after those of earlier files. */
  static EventFile create(Path folder, Instant now) {
    OutputFolder.prepare(folder);
    int number = 0;
    Path file;
    do {
      String name =
          String.format(
              Locale.ROOT, "events.out.tfevents.%010d.%04d.evomoe", now.getEpochSecond(), number++);
      file = folder.resolve(name);
    } while (Files.exists(file));
    EventFile created = new EventFile(new AppendedFile(file));
    created.write(event(now), FILE_VERSION, ByteString.copyFromUtf8("brain.Event:2"));
    return created;
  }

  /**
   * Writes the start or resumption of a run: later steps in other files become void.
   *
   * @param step next step
   */
  void start(long step) {
    UnknownFieldSet start =
        UnknownFieldSet.newBuilder().addField(STATUS, integer(STATUS_START)).build();
    write(event(step), SESSION_LOG, start.toByteString());
  }

  /** Writes the values of a step. */
  void write(long step, Summary summary) {
    write(event(step), SUMMARY, summary.toByteString());
  }

  private static UnknownFieldSet.Builder event(Instant at) {
    long seconds = Double.doubleToRawLongBits(at.toEpochMilli() / 1e3);
    return UnknownFieldSet.newBuilder()
        .addField(WALL_TIME, Field.newBuilder().addFixed64(seconds).build());
  }

  private static UnknownFieldSet.Builder event(long step) {
    return event(Instant.now()).addField(STEP, integer(step));
  }

  private static Field integer(long value) {
    return Field.newBuilder().addVarint(value).build();
  }

  private void write(UnknownFieldSet.Builder event, int field, ByteString content) {
    Field last = Field.newBuilder().addLengthDelimited(content).build();
    byte[] data = event.addField(field, last).build().toByteArray();
    ByteBuffer record =
        ByteBuffer.allocate(data.length + Long.BYTES + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length);
    record.putInt(masked(record.array(), Long.BYTES)).put(data).putInt(masked(data, data.length));
    out.write(record.array());
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
    out.close();
  }
}
