package io.evomoe.run.record;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers.DoubleDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.evomoe.internal.files.Excerpt;
import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** JSON of this package: non-finite numbers become null, and null becomes NaN. */
public final class Json {

  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new FiniteOrNull())
                  .addSerializer(Double.TYPE, new FiniteOrNull())
                  .addDeserializer(Double.TYPE, new DoubleDeserializer(Double.class, Double.NaN)))
          .build();

  /** One field per line, with the same line ends on every system. */
  private static final ObjectWriter PRETTY = MAPPER.writer(prettyPrinter());

  private Json() {}

  /** Returns the reason why a text cannot be read, without names of Java classes. */
  public static String fault(JsonProcessingException e) {
    if (e.getCause() instanceof JsonProcessingException parser
        && !(parser instanceof JsonMappingException)) {
      return fault(parser);
    }
    if (e instanceof JsonMappingException mistake) {
      String field =
          mistake.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .filter(Objects::nonNull)
              .collect(Collectors.joining("."));
      return (field.isEmpty() ? "its fields" : "field " + Excerpt.of(field)) + " cannot be read";
    }
    return Excerpt.ofParser(e.getOriginalMessage());
  }

  /** Returns a value as text with one field per line. */
  public static String text(Object value) {
    return written(PRETTY, value) + "\n";
  }

  /** Returns a value as text on one line. */
  public static String line(Object value) {
    return written(MAPPER.writer(), value);
  }

  private static String written(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a " + value.getClass().getSimpleName() + " has no JSON", e);
    }
  }

  /**
   * Reads a value strictly: neither it nor its parts may be null, except numbers that were not
   * measured.
   *
   * @param mistake begins the message if it is another value
   * @throws IllegalArgumentException if it is another value
   */
  public static <T> T read(String text, Class<T> type, String mistake) {
    try {
      T value = MAPPER.readValue(text, type);
      if (value == null || (value instanceof Object[] list && Arrays.asList(list).contains(null))) {
        throw new IllegalArgumentException(mistake + ": its fields cannot be read");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(mistake + ": " + fault(e), e);
    }
  }

  /**
   * Returns the text of a file.
   *
   * @param name of the file, for messages
   * @throws IllegalArgumentException if it cannot be read
   */
  public static String content(String name, Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(name + " cannot be read: " + IoReason.of(e, file), e);
    }
  }

  /**
   * Reads the complete lines of a text.
   *
   * @param first index of the first one
   * @param source name of the text, for messages
   * @throws IllegalArgumentException naming the line that cannot be read
   */
  static <T> List<T> lines(String text, int first, String source, Function<String, T> reader) {
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    List<T> values = new ArrayList<>();
    for (int i = first; i < lines.size(); i++) {
      try {
        values.add(reader.apply(lines.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s is damaged at line %d: %s".formatted(source, i + 1, e.getMessage()), e);
      }
    }
    return List.copyOf(values);
  }

  private static DefaultPrettyPrinter prettyPrinter() {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter().withArrayIndenter(indenter).withObjectIndenter(indenter);
  }

  private static final class FiniteOrNull extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        generator.writeNumber(value);
      } else {
        generator.writeNull();
      }
    }
  }
}
