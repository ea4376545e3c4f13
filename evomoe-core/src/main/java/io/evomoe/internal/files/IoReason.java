package io.evomoe.internal.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Explains why a file could not be read or written. Java's own message is only the file name if the
 * file is missing or forbidden, and empty in some other cases.
 */
public final class IoReason {
  private static final Map<Class<? extends IOException>, String> WORDS =
      Map.of(
          EOFException.class, "it ends too early",
          NoSuchFileException.class, "there is no such file",
          AccessDeniedException.class, "permission denied",
          FileAlreadyExistsException.class, "it is there already",
          DirectoryNotEmptyException.class, "the folder is not empty",
          NotDirectoryException.class, "it is not a folder");

  private IoReason() {}

  /** Returns the reason for the end of a message, with the file if it is known. */
  public static String of(IOException e) {
    return e instanceof FileSystemException named && named.getFile() != null
        ? reason(e) + " (" + named.getFile() + ")"
        : reason(e);
  }

  /**
   * Returns the reason for a message that names a file.
   *
   * @param named the file, which is not named again
   */
  public static String of(IOException e, Path named) {
    boolean again =
        e instanceof FileSystemException inside && named.toString().equals(inside.getFile());
    return again ? reason(e) : of(e);
  }

  private static String reason(IOException e) {
    if (e instanceof CharacterCodingException) {
      return "it is not UTF-8";
    }
    String said = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
    String words = WORDS.getOrDefault(e.getClass(), e.getClass().getSimpleName());
    return said == null || said.isBlank() ? words : said;
  }
}
