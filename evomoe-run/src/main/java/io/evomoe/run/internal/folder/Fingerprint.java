package io.evomoe.run.internal.folder;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** Tells what may be continued or taken as it is from what was made otherwise. */
public final class Fingerprint {
  /** What a checkpoint calls it. */
  public static final String NOTE = "fingerprint";

  private Fingerprint() {}

  /** Of everything that a result depends on; the library's version is added. */
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
