package io.evomoe.internal.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 of texts and files. */
public final class Sha256 {
  private final MessageDigest digest;

  /** Creates a digest of nothing. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Adds bytes. */
  public Sha256 add(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  /** Adds a text in UTF-8. */
  public Sha256 add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds the content of a file. */
  public Sha256 add(Path file) throws IOException {
    Files.copy(file, new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return this;
  }

  /** Returns the hash in hex and starts again. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
