package io.evomoe.models.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates have the texts of Jinja2, which {@code jinja_cases.py} has recorded. */
class JinjaTemplateTest {

  @Test
  void should_render_as_jinja2_does() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(new File("src/test/resources/jinja/cases.json"));

    assertThat(cases).hasSizeGreaterThan(40);
    for (JsonNode one : cases) {
      String template = one.path("template").asText();
      @SuppressWarnings("unchecked") // an object has names
      Map<String, Object> variables = (Map<String, Object>) value(one.path("variables"));
      if (one.path("text").isNull()) {
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(variables))
            .as(template)
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(JinjaTemplate.parse(template).render(variables))
            .as(template)
            .isEqualTo(one.path("text").textValue());
      }
    }
  }

  private static Object value(JsonNode json) {
    if (json.isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      json.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
      return map;
    }
    if (json.isArray()) {
      List<Object> list = new ArrayList<>();
      json.forEach(item -> list.add(value(item)));
      return list;
    }
    return json.isTextual() ? json.textValue() : json.isBoolean() ? json.booleanValue() : json;
  }

  @Test
  void should_render_what_a_generation_block_has() {
    assertThat(JinjaTemplate.parse("a{% generation %}b{% endgeneration %}c").render(Map.of()))
        .isEqualTo("abc");
  }

  @Test
  void should_write_the_date() {
    assertThat(JinjaTemplate.parse("{{ strftime_now('%d %b %Y, %H:%M%%') }}").render(Map.of()))
        .matches("\\d\\d [A-Z][a-z]{2} 20\\d\\d, \\d\\d:\\d\\d%%?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "a NL {{ x.y }}@line 2: y of x, which is undefined",
        "{{ 1 + 'a' }}@line 1: cannot add 1 and a",
        "{{ raise_exception('no tools') }}@line 1: the template rejects the messages: no tools",
        "{% for i in range(100001) %}{% endfor %}@line 1: range must have at most 100000 values",
        "{{ {'a': 1} }}@line 1: must be text to be written, was {a=1}",
        "{{ 'a'() }}@line 1: must be a function to be called, was a",
        "{{ 9223372036854775807 + 1 }}@line 1: long overflow",
        "{{ 1 // 0 }}@line 1: / by zero",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}@nests too deeply",
        "{% if x %}@line 1: must have {% endif %}, has the end",
        "NL {% include 'a' %}@line 2: unknown tag include",
        "{{ 'a'|attr('b') }}@unknown filter attr",
        "{{ 'a' is odd_one }}@unknown test odd_one",
        "{{ 'a }}@line 1: has ''', which is no part of a tag",
        "{{ (1 }}@line 1: a tag is not closed",
        "{{ a@line 1: a tag is not closed",
        "{{ }}@line 1: must have a value, has ''",
        "{# a@line 1: a tag is not closed",
        "{% set 1 = 2 %}@line 1: must have a name, has '1'",
        "{% set a.b = 2 %}@line 1: a must be a namespace to set its b",
      })
  void should_reject_in_one_sentence(String template, String says) {
    assertThatThrownBy(() -> JinjaTemplate.parse(template.replace("NL", "\n")).render(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '~',
      value = {
        "{% set n = namespace(s='ab') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}@16777216 characters",
        "{{ 'ab' * 99999999 }}@16777216 characters",
        "{{ ('a' * 9999).replace('a', 'a' * 9999) }}@16777216 characters",
        "{% for i in range(9) %}{{ 'a' * 9999999 }}{% endfor %}@16777216 characters",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}@takes too long",
        "{% for i in range(99999) %}{% set a = 'a' * 999999 %}{% endfor %}@takes too long",
      })
  void should_end_a_template_that_does_not(String template, String says) {
    assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  @Test
  void should_reject_deep_parentheses() {
    String deep = "(".repeat(100_000) + ")".repeat(100_000);

    assertThatThrownBy(() -> JinjaTemplate.parse("{{ " + deep + " }}"))
        .hasMessage("nests too deeply");
  }
}
