package io.evomoe.bench.study;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.internal.files.IoReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** A zip file of texts. The same texts give the same bytes, so version control sees no change. */
record RunsFile(Path path) {
  private static final LocalDateTime FIRST_TIME_OF_ZIP = LocalDateTime.of(1980, 1, 1, 0, 0);

  /**
   * Returns texts by their names. A file that does not exist has none.
   *
   * @throws IllegalArgumentException naming the file, if it is damaged
   */
  SortedMap<String, String> read(Predicate<String> names) {
    SortedMap<String, String> texts = new TreeMap<>();
    if (!Files.exists(path)) {
      return texts;
    }
    try (ZipFile zip = new ZipFile(path.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (names.test(entry.getName())) {
          texts.put(entry.getName(), text(zip, entry));
        }
      }
      return texts;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "study results %s cannot be read: %s".formatted(path, IoReason.of(e, path)), e);
    }
  }

  private static String text(ZipFile zip, ZipEntry entry) throws IOException {
    byte[] bytes = zip.getInputStream(entry).readAllBytes();
    // ZipFile compares no checksums.
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    if (checksum.getValue() != entry.getCrc()) {
      throw new ZipException(entry.getName() + " has another checksum");
    }
    return new String(bytes, UTF_8);
  }

  /** Writes these texts. A reader sees the old file or the whole new one. */
  void write(SortedMap<String, String> texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(Deflater.BEST_COMPRESSION);
      for (Map.Entry<String, String> text : texts.entrySet()) {
        ZipEntry entry = new ZipEntry(text.getKey());
        entry.setTimeLocal(FIRST_TIME_OF_ZIP);
        zip.putNextEntry(entry);
        zip.write(text.getValue().getBytes(UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    AtomicFile.write(path, file -> Channels.newOutputStream(file).write(bytes.toByteArray()));
  }
}
