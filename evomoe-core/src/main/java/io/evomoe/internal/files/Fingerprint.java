package io.evomoe.internal.files;

import java.util.Objects;

/** Identifies the inputs of a result, to decide whether it can be continued or reused. */
public final class Fingerprint {
  /** The name in a checkpoint. */
  public static final String NOTE = "fingerprint";

  private Fingerprint() {}

  /** Returns the fingerprint of all inputs of a result; the library's version is added. */
  public static String of(String... all) {
    String version = Fingerprint.class.getPackage().getImplementationVersion();
    String first = Objects.requireNonNullElse(version, "unknown");
    return new Sha256().add(first + "\n" + String.join("\n", all)).hex();
  }
}
