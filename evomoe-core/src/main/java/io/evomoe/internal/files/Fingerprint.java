package io.evomoe.internal.files;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** Identifies the inputs of a result, to decide whether it can be continued or reused. */
public final class Fingerprint {
  /** The name in a checkpoint. */
  public static final String NOTE = "fingerprint";

  private Fingerprint() {}

  /** Returns the fingerprint of all inputs of a result; the library's version is added. */
  public static String of(String... all) {
    String version = Fingerprint.class.getPackage().getImplementationVersion();
    String text = Objects.requireNonNullElse(version, "unknown") + "\n" + String.join("\n", all);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
