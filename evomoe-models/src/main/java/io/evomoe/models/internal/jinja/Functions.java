package io.evomoe.models.internal.jinja;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** The functions, filters and tests of templates, and the methods of Python's values. */
final class Functions {
  /** Tests that take a value, with or without parentheses. */
  static final List<String> COMPARING =
      List.of("divisibleby", "eq", "equalto", "ge", "gt", "in", "le", "lt", "ne");

  private static final List<String> TESTS =
      List.of(
          ("boolean callable defined even false integer iterable mapping none number odd sequence"
                  + " string true undefined")
              .split(" "));
  private static final List<String> FILTERS =
      List.of(
          ("capitalize count d default first int items join last length list lower map reject"
                  + " rejectattr replace reverse safe select selectattr string title tojson trim"
                  + " unique upper")
              .split(" "));
  private static final List<String> OF_TEXT =
      List.of(
          ("capitalize count endswith find join lower lstrip removeprefix removesuffix replace rfind"
                  + " rstrip split splitlines startswith strip title upper")
              .split(" "));
  private static final List<String> OF_MAP = List.of("get", "items", "keys", "values");

  /** Number of values in the longest range, as in Jinja's sandbox. */
  private static final long RANGE = 100_000;

  private static final Pattern LETTERS = Pattern.compile("\\p{L}+");
  private static final Pattern DATE = Pattern.compile("%(-?[A-Za-z])");
  private static final Map<String, String> DATES =
      Map.ofEntries(
          Map.entry("d", "dd"),
          Map.entry("-d", "d"),
          Map.entry("m", "MM"),
          Map.entry("-m", "M"),
          Map.entry("y", "yy"),
          Map.entry("Y", "yyyy"),
          Map.entry("b", "MMM"),
          Map.entry("B", "MMMM"),
          Map.entry("a", "EEE"),
          Map.entry("A", "EEEE"),
          Map.entry("H", "HH"),
          Map.entry("I", "hh"),
          Map.entry("p", "a"),
          Map.entry("M", "mm"),
          Map.entry("S", "ss"));

  private static final ObjectMapper JSON = new ObjectMapper();

  private Functions() {}

  /** A function or a method of a value. */
  interface Function {
    Object call(Arguments arguments);
  }

  /** Variables that a loop can set for the time after it. */
  record Namespace(Map<String, Object> values) {}

  /** Computed arguments. */
  record Arguments(List<Object> positional, Map<String, Object> named) {
    Optional<Object> get(int place, String name) {
      return place < positional.size()
          ? Optional.of(positional.get(place))
          : Optional.ofNullable(named.get(name));
    }

    Object get(int place) {
      return get(place, "")
          .orElseThrow(() -> new IllegalArgumentException("an argument is missing"));
    }

    String text(int place) {
      return (String) get(place);
    }

    Arguments from(int place) {
      return new Arguments(positional.subList(place, positional.size()), named);
    }
  }

  /** Rejects an unknown filter or test. */
  static String known(String name, boolean isTest) {
    if (isTest ? !TESTS.contains(name) && !COMPARING.contains(name) : !FILTERS.contains(name)) {
      throw new IllegalArgumentException(
          "unknown %s %s".formatted(isTest ? "test" : "filter", name));
    }
    return name;
  }

  static Object call(Object function, Arguments arguments) {
    if (function instanceof Function callable) {
      return callable.call(arguments);
    }
    throw new IllegalArgumentException("must be a function to be called, was " + function);
  }

  static Object global(String name) {
    Function function =
        switch (name) {
          case "range" -> Functions::range;
          case "namespace" -> arguments -> new Namespace(new LinkedHashMap<>(arguments.named));
          case "dict" -> arguments -> new LinkedHashMap<>(arguments.named);
          case "strftime_now" -> arguments -> date(arguments.text(0));
          case "raise_exception" ->
              arguments -> {
                throw new IllegalArgumentException(
                    "the template rejects the messages: " + arguments.get(0));
              };
          default -> null;
        };
    return function == null ? new Python.Undefined(name) : function;
  }

  private static Object range(Arguments arguments) {
    boolean two = arguments.positional.size() > 1;
    long first = two ? (Long) arguments.get(0) : 0;
    long end = (Long) arguments.get(two ? 1 : 0);
    if (Math.subtractExact(end, first) > RANGE) {
      throw new IllegalArgumentException("range must have at most %d values".formatted(RANGE));
    }
    return LongStream.range(first, end).mapToObj(i -> (Object) i).toList();
  }

  private static String date(String format) {
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());
    return DATE.matcher(format)
        .replaceAll(
            found -> {
              String pattern = DATES.getOrDefault(found.group(1), "'" + found.group() + "'");
              DateTimeFormatter form = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
              return Matcher.quoteReplacement(now.format(form));
            });
  }

  /** Returns a method or an item of a value; undefined if it has none. */
  static Object member(Object of, String name) {
    if (Python.isUndefined(of)) {
      throw new IllegalArgumentException("%s of %s".formatted(name, of));
    }
    if (of instanceof Namespace namespace) {
      return namespace.values.getOrDefault(name, new Python.Undefined(name));
    }
    if (of instanceof String text && OF_TEXT.contains(name)) {
      return (Function) arguments -> ofText(text, name, arguments);
    }
    if (of instanceof Map<?, ?> map) {
      return OF_MAP.contains(name)
          ? (Function) arguments -> ofMap(map, name, arguments)
          : Optional.<Object>ofNullable(map.get(name)).orElse(new Python.Undefined(name));
    }
    return new Python.Undefined(name);
  }

  private static Object ofMap(Map<?, ?> map, String method, Arguments arguments) {
    return switch (method) {
      case "keys" -> Python.items(map);
      case "values" -> new ArrayList<Object>(map.values());
      case "items" ->
          map.entrySet().stream()
              .<Object>map(entry -> List.of(entry.getKey(), entry.getValue()))
              .toList();
      default ->
          Optional.<Object>ofNullable(map.get(arguments.get(0)))
              .or(() -> arguments.get(1, "default"))
              .orElse(Python.NONE);
    };
  }

  private static Object ofText(String text, String method, Arguments arguments) {
    return switch (method) {
      case "strip", "lstrip", "rstrip" ->
          Python.strip(
              text,
              (String) arguments.get(0, "chars").orElse(""),
              !method.equals("rstrip"),
              !method.equals("lstrip"));
      case "split" -> split(text, arguments);
      case "splitlines" -> new ArrayList<Object>(text.lines().toList());
      case "startswith" -> affixes(arguments).stream().anyMatch(text::startsWith);
      case "endswith" -> affixes(arguments).stream().anyMatch(text::endsWith);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> LETTERS.matcher(text).replaceAll(word -> capitalized(word.group()));
      case "capitalize" -> capitalized(text);
      case "replace" -> replaced(text, arguments.text(0), arguments.text(1));
      case "find" -> place(text, text.indexOf(arguments.text(0)));
      case "rfind" -> place(text, text.lastIndexOf(arguments.text(0)));
      case "count" -> count(text, arguments.text(0));
      case "join" -> Python.join(text, Python.items(arguments.get(0)));
      case "removeprefix" ->
          text.startsWith(arguments.text(0)) ? text.substring(arguments.text(0).length()) : text;
      default ->
          text.endsWith(arguments.text(0))
              ? text.substring(0, text.length() - arguments.text(0).length())
              : text;
    };
  }

  private static List<String> affixes(Arguments arguments) {
    Object given = arguments.get(0);
    return given instanceof String text
        ? List.of(text)
        : Python.items(given).stream().map(Python::text).toList();
  }

  private static String capitalized(String text) {
    int first = text.isEmpty() ? 0 : text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static long place(String text, int index) {
    return index < 0 ? -1 : text.codePointCount(0, index);
  }

  private static long count(String text, String part) {
    return part.isEmpty()
        ? Python.size(text) + 1
        : Pattern.compile(part, Pattern.LITERAL).matcher(text).results().count();
  }

  private static String replaced(String text, String part, String by) {
    Python.requireShort(text.length() + count(text, part) * by.length());
    return text.replace(part, by);
  }

  private static List<Object> split(String text, Arguments arguments) {
    int most = ((Long) arguments.get(1, "maxsplit").orElse(-1L)).intValue();
    Object separator = arguments.get(0, "sep").orElse(Python.NONE);
    boolean words = separator == Python.NONE;
    String all = words ? Python.strip(text, "", true, true) : text;
    String by = words ? "[\\s\\x85\\p{Z}]+" : Pattern.quote((String) separator);
    if (by.equals(Pattern.quote("")) || (words && all.isEmpty())) {
      return List.of();
    }
    return new ArrayList<>(List.of(Pattern.compile(by).split(all, most < 0 ? -1 : most + 1)));
  }

  static Object filter(String name, Object value, Arguments arguments) {
    return switch (name) {
      case "trim" -> ofText(Python.text(value), "strip", arguments);
      case "upper", "lower", "title", "capitalize", "replace" ->
          ofText(Python.text(value), name, arguments);
      case "string" -> Python.text(value);
      case "safe" -> value;
      case "int" -> Long.valueOf(Python.text(value).strip());
      case "tojson" -> json(value, arguments);
      case "d", "default" -> {
        boolean orFalse = Python.isTrue(arguments.get(1, "boolean").orElse(false));
        boolean kept = orFalse ? Python.isTrue(value) : !Python.isUndefined(value);
        yield kept ? value : arguments.get(0, "default_value").orElse("");
      }
      case "items" -> value instanceof Map<?, ?> map ? ofMap(map, name, arguments) : List.of();
      case "length", "count" -> Python.size(value);
      default -> ofItems(name, Python.items(value), arguments);
    };
  }

  private static Object ofItems(String name, List<Object> items, Arguments arguments) {
    return switch (name) {
      case "join" -> Python.join((String) arguments.get(0, "d").orElse(""), items);
      case "first" -> Python.item(items, 0L);
      case "last" -> Python.item(items, -1L);
      case "unique" -> items.stream().distinct().toList();
      case "map" -> items.stream().map(item -> mapped(item, arguments)).toList();
      case "select", "selectattr", "reject", "rejectattr" -> {
        Predicate<Object> isChosen = chosen(name.endsWith("attr"), arguments);
        yield items.stream()
            .filter(item -> isChosen.test(item) == name.startsWith("select"))
            .toList();
      }
      default -> {
        List<Object> copy = new ArrayList<>(items);
        if (name.equals("reverse")) {
          Collections.reverse(copy);
        }
        yield copy;
      }
    };
  }

  private static Object mapped(Object item, Arguments arguments) {
    Object attribute = arguments.named.get("attribute");
    return attribute == null
        ? filter(known(arguments.text(0), false), item, arguments.from(1))
        : Python.item(item, attribute);
  }

  private static Predicate<Object> chosen(boolean ofAttribute, Arguments arguments) {
    int first = ofAttribute ? 1 : 0;
    boolean isTested = arguments.positional.size() > first;
    String test = isTested ? arguments.text(first).replace("==", "eq").replace("!=", "ne") : "";
    return item -> {
      Object value = ofAttribute ? Python.item(item, arguments.get(0)) : item;
      return isTested
          ? test(known(test, true), value, arguments.from(first + 1))
          : Python.isTrue(value);
    };
  }

  static boolean test(String name, Object value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !Python.isUndefined(value);
      case "undefined" -> Python.isUndefined(value);
      case "none" -> value == Python.NONE;
      case "true", "false" -> value.equals(name.equals("true"));
      case "boolean" -> value instanceof Boolean;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "number" -> value instanceof Long || value instanceof Boolean;
      case "mapping" -> value instanceof Map;
      case "callable" -> value instanceof Function;
      case "iterable", "sequence" ->
          value instanceof String || value instanceof List || value instanceof Map;
      case "even", "odd" -> Math.floorMod((Long) value, 2) == (name.equals("odd") ? 1 : 0);
      case "divisibleby" -> Math.floorMod((Long) value, (Long) arguments.get(0)) == 0;
      default -> {
        Map<String, String> operators =
            Map.of("ge", ">=", "gt", ">", "in", "in", "le", "<=", "lt", "<", "ne", "!=");
        String operator = operators.getOrDefault(name, "==");
        yield (Boolean) Python.compute(operator, value, arguments.get(0));
      }
    };
  }

  /** Returns JSON as Python's {@code json.dumps} writes it, with all letters as they are. */
  private static String json(Object value, Arguments arguments) {
    if (!arguments.positional.isEmpty() || !arguments.named.isEmpty()) {
      throw new IllegalArgumentException("filter tojson must have no arguments here");
    }
    try {
      return JSON.writer(new Separators()).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
    }
  }

  /** Python's separators. */
  private static final class Separators extends MinimalPrettyPrinter {
    private static final long serialVersionUID = 1;

    @Override
    public void writeObjectFieldValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(": ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }
  }
}
