package io.evomoe.peers.libtorch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code bench step} and the peer in Python are given, by the same names and defaults. */
final class Options {
  private static final List<String> FLAGS = List.of("--hard", "--json", "--one-batch");
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("--gate", "dense"),
          Map.entry("--layers", "4"),
          Map.entry("--d-model", "256"),
          Map.entry("--d-ff", "1024"),
          Map.entry("--heads", "8"),
          Map.entry("--experts", "8"),
          Map.entry("--vocab", "4096"),
          Map.entry("--seq", "128"),
          Map.entry("--batch", "16"),
          Map.entry("--moe-every", "2"),
          Map.entry("--precision", "f32"),
          Map.entry("--temperature", "2.0"),
          Map.entry("--steps", "8"),
          Map.entry("--warmup", "3"));

  private final Map<String, String> given = new HashMap<>();

  Options(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i];
      if (FLAGS.contains(name)) {
        given.put(name, "true");
      } else if (DEFAULTS.containsKey(name) && i + 1 < arguments.length) {
        given.put(name, arguments[++i]);
      } else {
        throw new IllegalArgumentException("unknown option, or one without its value: " + name);
      }
    }
    oneOf("--gate", "dense", "switch", "dts");
    oneOf("--precision", "f32", "bf16");
  }

  private void oneOf(String name, String... values) {
    if (!List.of(values).contains(text(name))) {
      throw new IllegalArgumentException(
          name + " must be one of " + String.join(", ", values) + ", was " + text(name));
    }
  }

  String text(String name) {
    return given.getOrDefault(name, DEFAULTS.get(name));
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  boolean has(String flag) {
    return given.containsKey(flag);
  }

  boolean bf16() {
    return text("--precision").equals("bf16");
  }

  int width() {
    return number("--d-model");
  }

  int hidden() {
    return number("--d-ff");
  }
}
