package io.evomoe.spark;

import io.evomoe.models.text.source.UnreadFormats;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/** Rejects files that are not training text, before anything is started. */
final class HadoopLook {
  /** Number of files whose beginning is read; all names are checked. */
  private static final int READ = 100;

  private HadoopLook() {}

  /**
   * Examines files.
   *
   * @param files not empty ones
   * @throws IllegalArgumentException for {@link UnreadFormats}, and for unreadable files
   */
  static void refuseOtherFormats(List<FileStatus> files, Configuration configuration) {
    files.forEach(file -> UnreadFormats.refuseByEnding(what(file), file.getPath().getName()));
    files.stream()
        .limit(READ)
        .forEach(
            file ->
                UnreadFormats.refuseByLook(what(file), beginning(file.getPath(), configuration)));
  }

  private static String what(FileStatus file) {
    return "text file " + file.getPath();
  }

  private static String beginning(Path file, Configuration configuration) {
    CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
    try (InputStream raw = file.getFileSystem(configuration).open(file);
        InputStream plain = codec == null ? raw : codec.createInputStream(raw)) {
      String text = new String(plain.readNBytes(UnreadFormats.LOOKED_AT), StandardCharsets.UTF_8);
      return text.startsWith(HadoopSource.BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "text file %s cannot be read: %s".formatted(file, HadoopSource.firstLine(e)), e);
    }
  }
}
