package io.evomoe.internal.names;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the {@link Field} annotations of a configuration record. */
public final class Fields {
  /** The default of a field that may be empty. */
  public static final String EMPTY = "null";

  private Fields() {}

  /**
   * Rejects values out of the bounds of their fields.
   *
   * @param record type with the fields
   * @param values of all components, in their order
   * @throws IllegalArgumentException naming field, bounds and value
   */
  public static void require(Class<? extends Record> record, @Nullable Object... values) {
    RecordComponent[] components = record.getRecordComponents();
    if (values.length != components.length) {
      throw new IllegalStateException(record + " must give all of its components");
    }
    for (int i = 0; i < components.length; i++) {
      Object value =
          values[i] instanceof OptionalLong number
              ? (number.isPresent() ? number.getAsLong() : null)
              : values[i];
      Field field = of(components[i]);
      if (value instanceof Number number && !isAllowed(field, number.doubleValue())) {
        throw new IllegalArgumentException(
            "%s must be %s, was %s"
                .formatted(components[i].getName(), expected(components[i]), number));
      }
    }
  }

  private static boolean isAllowed(Field field, double value) {
    return value >= field.min()
        && value > field.above()
        && (value < field.below() || (value == field.below() && field.infinite()))
        && !(value > field.max());
  }

  private static String expected(RecordComponent component) {
    Field field = of(component);
    boolean mustBeFinite =
        component.getType() == double.class
            && Double.isNaN(field.max())
            && Double.isInfinite(field.below())
            && !field.infinite();
    return allowed(component)
        + (mustBeFinite ? " and finite" : "")
        + (isOptional(component) ? " or left out" : "");
  }

  /** Returns the bounds as text; empty if there are none. */
  public static String allowed(RecordComponent component) {
    Field field = of(component);
    boolean closed = !Double.isInfinite(field.min());
    double upper = Double.isNaN(field.max()) ? field.below() : field.max();
    if (!Double.isInfinite(upper)) {
      String lower = text(closed ? field.min() : field.above());
      return closed && !Double.isNaN(field.max())
          ? "in %s..%s".formatted(lower, text(upper))
          : "in %s%s, %s%s"
              .formatted(
                  closed ? "[" : "(", lower, text(upper), Double.isNaN(field.max()) ? ")" : "]");
    }
    if (closed) {
      return "at least " + text(field.min());
    }
    return Double.isInfinite(field.above()) ? "" : "above " + text(field.above());
  }

  private static String text(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  /** Whether the component may be empty. */
  public static boolean isOptional(RecordComponent component) {
    return component.getType() == OptionalLong.class
        || component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  /** Returns the default as YAML; empty text if the component must be given. */
  public static String initial(RecordComponent component) {
    return isOptional(component) ? EMPTY : of(component).initial();
  }

  /**
   * Returns the annotation of a component.
   *
   * @throws NullPointerException naming the component if it has none
   */
  public static Field of(RecordComponent component) {
    return Objects.requireNonNull(component.getAnnotation(Field.class), component::toString);
  }

  /** Returns a record with the default of each field; all must have one. */
  public static <R extends Record> R defaults(Class<R> record) {
    return defaults(record, Map.of());
  }

  /**
   * Returns a record with the default of each field.
   *
   * @param given values of the other fields by name
   */
  public static <R extends Record> R defaults(Class<R> record, Map<String, ?> given) {
    RecordComponent[] components = record.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      Object value = given.get(components[i].getName());
      values[i] = value == null ? defaultOf(components[i]) : value;
    }
    try {
      return record.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new LinkageError(record.toString(), e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(record.toString(), e);
    }
  }

  private static @Nullable Object defaultOf(RecordComponent component) {
    Class<?> type = component.getType();
    if (type.isRecord()) {
      return defaults(type.asSubclass(Record.class));
    }
    String text = initial(component);
    if (type == OptionalLong.class) {
      return OptionalLong.empty();
    }
    if (text.equals(EMPTY)) {
      return null;
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> constant.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no default for " + component));
    }
    return switch (type.getSimpleName()) {
      case "int" -> Integer.parseInt(text);
      case "long" -> Long.parseLong(text);
      case "double" -> Double.parseDouble(text);
      case "boolean" -> Boolean.parseBoolean(text);
      case "String" -> text;
      case "Map" -> Map.of();
      case "List" -> List.of();
      default -> throw new IllegalStateException("no default for " + component);
    };
  }
}
