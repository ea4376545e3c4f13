package io.evomoe.internal.files;

/** The name under which this process locks what it writes; others read it in their messages. */
public final class WriterName {
  private static volatile String name = "a program";

  private WriterName() {}

  /** Returns the name: {@code a program}, unless a command has set its own. */
  public static String get() {
    return name;
  }

  /** Sets the name, such as {@code evomoe export}. */
  public static void set(String command) {
    name = command;
  }
}
