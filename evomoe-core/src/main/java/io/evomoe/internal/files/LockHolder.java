package io.evomoe.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** The line in a lock file that names the holder of the lock. */
final class LockHolder {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
  private static final int LONGEST = 300;
  private static final int TRIES = 20;
  private static final long PAUSE_NANOS = 20_000_000;

  private LockHolder() {}

  /** Describes this process at this moment. */
  static String describe(String who) {
    String now = TIME.format(LocalDateTime.now(ZoneId.systemDefault()));
    return String.format(
        Locale.ROOT,
        "%s, process %d%s, since %s",
        who,
        ProcessHandle.current().pid(),
        onHost(),
        now);
  }

  /** Returns the host name without a network look-up, which can take seconds. */
  private static String onHost() {
    try {
      return Files.isReadable(HOST) ? " on " + Files.readString(HOST).strip() : "";
    } catch (IOException e) {
      return "";
    }
  }

  static void write(FileChannel channel, String holder) throws IOException {
    byte[] line = (holder + "\n").getBytes(StandardCharsets.UTF_8);
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(line), 0);
  }

  /** Reads the line. Waits a moment for a holder that has just started. */
  static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    for (int i = 0; i < TRIES && channel.read(bytes.clear(), 0) <= 0; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    String line =
        StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().findFirst().orElse("");
    // Anyone with write access to the folder can have put anything there.
    String plain = line.replaceAll("\\p{Cntrl}", "?");
    return plain.isBlank() ? "another process" : plain;
  }
}
