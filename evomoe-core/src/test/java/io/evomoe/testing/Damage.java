package io.evomoe.testing;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Damages files at random, for tests that read them. */
public final class Damage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HERE = "here it is";
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1.5",
          "1e999",
          "-1e999",
          "NaN",
          "2147483647",
          "9223372036854775807",
          "-9223372036854775808",
          "99999999999999999999",
          "9".repeat(5000),
          "\"\"",
          "\"x\"",
          "\"NaN\"",
          "\"java.util.Date\"",
          "\"\\ud800\"",
          "\"" + "long ".repeat(50_000) + "\"",
          "[]",
          "[null]",
          "{}",
          "{\"a\":1}",
          "[".repeat(5000),
          "[".repeat(20_000) + "]".repeat(20_000),
          "{\"a\":".repeat(5000));

  private Damage() {}

  /** Returns a file that is cut off, or has bytes added, left out, doubled or changed. */
  public static byte[] bytes(byte[] whole, Random random) {
    int from = random.nextInt(whole.length);
    int to = Math.min(whole.length, from + 1 + random.nextInt(64));
    byte[] noise = new byte[1 + random.nextInt(64)];
    random.nextBytes(noise);
    byte[] changed = whole.clone();
    switch (random.nextInt(7)) {
      case 0 -> {
        return Arrays.copyOf(whole, from + 1);
      }
      case 1 -> {
        return joined(whole, noise);
      }
      case 2 -> {
        return joined(Arrays.copyOf(whole, from), Arrays.copyOfRange(whole, to, whole.length));
      }
      case 3 -> {
        return joined(
            Arrays.copyOf(whole, from), noise, Arrays.copyOfRange(whole, from, whole.length));
      }
      case 4 -> {
        return joined(Arrays.copyOf(whole, to), Arrays.copyOfRange(whole, from, whole.length));
      }
      case 5 -> System.arraycopy(noise, 0, changed, from, Math.min(noise.length, to - from));
      default -> changed[from] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  /** Returns the parts one after another. */
  public static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /**
   * Returns JSON with a field or element that is missing, renamed, doubled, or of another value.
   */
  public static String json(String text, Random random) {
    try {
      JsonNode root = JSON.readTree(text);
      List<JsonNode> parents = new ArrayList<>();
      collect(root, parents);
      String value = VALUES.get(random.nextInt(VALUES.size()));
      if (parents.isEmpty() || random.nextInt(20) == 0) {
        return value;
      }
      JsonNode parent = parents.get(random.nextInt(parents.size()));
      int which = random.nextInt(parent.size());
      List<String> names = new ArrayList<>();
      parent.fieldNames().forEachRemaining(names::add);
      return parent instanceof ObjectNode object
          ? field(root, object, names.get(which), value, random)
          : element(root, (ArrayNode) parent, which, value, random);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("only whole JSON can be damaged", e);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> parents) {
    if (node.isContainerNode() && !node.isEmpty()) {
      parents.add(node);
      node.forEach(child -> collect(child, parents));
    }
  }

  private static String field(
      JsonNode root, ObjectNode parent, String name, String value, Random random) {
    JsonNode was = parent.get(name);
    String whole = was.toString();
    switch (random.nextInt(6)) {
      case 0 -> {
        parent.remove(name);
        return root.toString();
      }
      case 1 -> {
        parent.remove(name);
        String other = List.of("", "x", "n".repeat(60_000), name + " ").get(random.nextInt(4));
        parent.set(other, was);
        return root.toString();
      }
      case 2 -> {
        parent.put(name, HERE);
        return with(root, whole + ",\"" + name + "\":" + (random.nextBoolean() ? whole : value));
      }
      default -> {
        parent.put(name, HERE);
        return with(root, value);
      }
    }
  }

  private static String element(
      JsonNode root, ArrayNode parent, int index, String value, Random random) {
    String whole = parent.get(index).toString();
    if (random.nextInt(4) == 0) {
      parent.remove(index);
      return root.toString();
    }
    parent.set(index, JSON.getNodeFactory().textNode(HERE));
    return with(root, random.nextInt(3) == 0 ? whole + "," + whole : value);
  }

  private static String with(JsonNode root, String value) {
    return root.toString().replace("\"" + HERE + "\"", value);
  }
}
