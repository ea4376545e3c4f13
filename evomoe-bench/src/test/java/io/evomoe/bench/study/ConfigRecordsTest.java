package io.evomoe.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of every record that configures something: a value out of its bounds is refused, with
 * field and value. A field without an entry in {@link ConfigRecords} fails the test; {@code any}
 * stands for one that has no bounds or is a record of its own.
 */
class ConfigRecordsTest {
  static Stream<Arguments> badValues() {
    List<Arguments> cases = new ArrayList<>();
    ConfigRecords.ALL.forEach(
        (record, fields) ->
            fields.forEach(
                (field, values) -> {
                  if (!values.equals(ConfigRecords.ANY)) {
                    Stream.of(values.split(" ", -1))
                        .forEach(value -> cases.add(Arguments.of(record, field, value)));
                  }
                }));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void should_refuse_a_value_out_of_its_bounds_and_name_field_and_value(
      Record valid, String field, String value) {
    Object[] values = values(valid);
    int index = names(valid).indexOf(field);
    Class<?> type = valid.getClass().getRecordComponents()[index].getType();
    values[index] = parsed(type, value);

    assertThatThrownBy(() -> make(valid.getClass(), values))
        .as("%s.%s = %s", valid.getClass().getSimpleName(), field, value)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field)
        .hasMessageContaining(value);
  }

  static Stream<Record> records() {
    return ConfigRecords.ALL.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("records")
  void should_have_an_entry_for_every_field(Record record) {
    assertThat(ConfigRecords.ALL.getOrDefault(record, Map.of()).keySet())
        .containsExactlyElementsOf(names(record));
    assertThatCode(() -> make(record.getClass(), values(record))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"mask:-0.1", "mask:1.5", "reinit:2", "noise:-1", "noise:NaN", "copy:1", "mask:x"})
  void should_refuse_a_spawn_out_of_its_bounds(String text) {
    assertThatThrownBy(() -> SpawnMethod.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text.substring(text.indexOf(':') + 1));
  }

  private static List<String> names(Record record) {
    return Arrays.stream(record.getClass().getRecordComponents())
        .map(RecordComponent::getName)
        .toList();
  }

  private static Object[] values(Record record) {
    return Arrays.stream(record.getClass().getRecordComponents())
        .map(
            component -> {
              try {
                return component.getAccessor().invoke(record);
              } catch (ReflectiveOperationException e) {
                throw new LinkageError(e.getMessage(), e);
              }
            })
        .toArray();
  }

  private static Object make(Class<?> type, Object[] values) throws Throwable {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private static Object parsed(Class<?> type, String value) {
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(value);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(value);
    }
    if (type == OptionalLong.class) {
      return OptionalLong.of(Long.parseLong(value));
    }
    return type == double.class ? Double.valueOf(value) : value;
  }
}
