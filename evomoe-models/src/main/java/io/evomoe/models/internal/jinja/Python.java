package io.evomoe.models.internal.jinja;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Python's operations on values: String, Long, Boolean, List, Map, {@link #NONE}, {@link Undefined}
 * and functions. Places in a text count code points.
 */
final class Python {
  /** Python's {@code None}. */
  static final Object NONE = NullNode.getInstance();

  /** Maximum number of characters of a text, or of items of a list. */
  private static final int LONGEST = 1 << 24;

  /** The value of an unknown name, which is written as empty text. */
  record Undefined(String name) {
    @Override
    public String toString() {
      return name + ", which is undefined";
    }
  }

  private Python() {}

  static void requireShort(long length) {
    if (length > LONGEST) {
      throw new IllegalArgumentException(
          "the template must write at most %d characters, writes more".formatted(LONGEST));
    }
  }

  static boolean isTrue(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    boolean isEmpty = value instanceof String || value instanceof List || value instanceof Map;
    return isEmpty ? size(value) > 0 : !value.equals(0L) && value != NONE && !isUndefined(value);
  }

  static boolean isUndefined(Object value) {
    return value instanceof Undefined;
  }

  static long size(Object value) {
    return value instanceof String text
        ? text.codePointCount(0, text.length())
        : items(value).size();
  }

  /** Returns the text of a value that Python and Java write alike, or as Python does. */
  static String text(Object value) {
    if (value instanceof String || value instanceof Long) {
      return value.toString();
    }
    if (value instanceof Boolean bool) {
      return bool ? "True" : "False";
    }
    if (value == NONE || isUndefined(value)) {
      return value == NONE ? "None" : "";
    }
    throw new IllegalArgumentException("must be text to be written, was " + value);
  }

  /** Returns the values that a loop visits. */
  static List<Object> items(Object value) {
    if (value instanceof List<?> list) {
      return Collections.unmodifiableList(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      return text.codePoints().<Object>mapToObj(Character::toString).toList();
    }
    if (isUndefined(value)) {
      return List.of();
    }
    throw new IllegalArgumentException("must be a list, was " + value);
  }

  /** Returns an item by its key or place; undefined if there is none. */
  static Object item(Object of, Object key) {
    if (key instanceof Long place && !(of instanceof Map) && !isUndefined(of)) {
      List<Object> items = items(of);
      long i = place < 0 ? place + items.size() : place;
      return i < 0 || i >= items.size() ? new Undefined("item " + place) : items.get((int) i);
    }
    return of instanceof Map<?, ?> map && map.containsKey(key)
        ? map.get(key)
        : Functions.member(of, text(key));
  }

  /**
   * Returns a part of a text or a list.
   *
   * @param bounds first and end, and maybe a step; {@link #NONE} for the default
   */
  static Object slice(Object of, List<Object> bounds) {
    List<Object> items = items(of);
    int size = items.size();
    long step = bounds.size() < 3 || bounds.get(2) == NONE ? 1 : (Long) bounds.get(2);
    int least = step < 0 ? -1 : 0;
    long begin = bound(bounds.get(0), step < 0 ? size - 1 : 0, least, size + least);
    long end = bound(bounds.get(1), step < 0 ? -1 : size, least, size + least);
    List<Object> part = new ArrayList<>();
    for (long i = begin; step != 0 && (step < 0 ? i > end : i < end); i += step) {
      part.add(items.get((int) i));
    }
    return of instanceof String ? join("", part) : part;
  }

  private static long bound(Object given, int byDefault, int least, int most) {
    if (given == NONE) {
      return byDefault;
    }
    long place = (Long) given;
    return Math.max(least, Math.min(most, place < 0 ? place + most - least : place));
  }

  static String join(String separator, List<?> parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      text.append(i == 0 ? "" : separator).append(text(parts.get(i)));
      requireShort(text.length());
    }
    return text.toString();
  }

  private static boolean isIn(Object item, Object container) {
    return container instanceof String text
        ? text.contains((String) item)
        : items(container).contains(item);
  }

  private static int order(Object one, Object other) {
    return one instanceof String text
        ? text.compareTo((String) other)
        : Long.compare((Long) one, (Long) other);
  }

  /**
   * Returns the result of an operator.
   *
   * @throws ClassCastException if the values have other types
   */
  static Object compute(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> left.equals(right);
      case "!=" -> !left.equals(right);
      case "<" -> order(left, right) < 0;
      case "<=" -> order(left, right) <= 0;
      case ">" -> order(left, right) > 0;
      case ">=" -> order(left, right) >= 0;
      case "in" -> isIn(left, right);
      case "not in" -> !isIn(left, right);
      case "~" -> join("", List.of(text(left), text(right)));
      case "+" -> sum(left, right);
      case "-" -> Math.subtractExact((Long) left, (Long) right);
      case "*" -> product(left, (Long) right);
      case "//" -> Math.floorDiv((Long) left, (Long) right);
      case "%" -> Math.floorMod((Long) left, (Long) right);
      default -> throw new IllegalArgumentException("unknown operator " + operator);
    };
  }

  private static Object sum(Object left, Object right) {
    if (left instanceof String && right instanceof String) {
      return join("", List.of(left, right));
    }
    if (left instanceof List<?> one && right instanceof List<?> other) {
      requireShort((long) one.size() + other.size());
      List<Object> both = new ArrayList<>(one);
      both.addAll(other);
      return both;
    }
    if (left instanceof Long one && right instanceof Long other) {
      return Math.addExact(one, other);
    }
    throw new IllegalArgumentException("cannot add " + left + " and " + right);
  }

  private static Object product(Object left, long right) {
    if (left instanceof String text) {
      requireShort(Math.multiplyExact(Math.max(0, right), (long) text.length()));
      return text.isEmpty() ? "" : text.repeat((int) Math.max(0, right));
    }
    return Math.multiplyExact((Long) left, right);
  }

  static boolean isSpace(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == 0x85;
  }

  /**
   * Removes characters at the ends of a text.
   *
   * @param characters removed ones; empty for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && isOne(text.charAt(start), characters)) {
      start++;
    }
    while (right && start < end && isOne(text.charAt(end - 1), characters)) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isOne(char character, String characters) {
    return characters.isEmpty() ? isSpace(character) : characters.indexOf(character) >= 0;
  }
}
