package io.evomoe.internal.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstalledTest {

  @Test
  void should_list_gates_by_name() {
    Installed<Provider> gates = gates(List.of(named("zeta"), named("alpha")));

    assertThat(gates.names()).containsExactly("alpha", "zeta");
    assertThat(gates.providers()).extracting(Provider::name).isEqualTo(gates.names());
    assertThat(gates.named("zeta").name()).isEqualTo("zeta");
  }

  @Test
  void should_list_the_known_names_when_asked_for_another() {
    Installed<Provider> gates = gates(List.of(named("zeta"), named("alpha")));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates.named("other"))
        .withMessage("gate must be one of alpha, zeta, was other");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates.named("beta"))
        .withMessage("gate must be one of alpha, zeta, was beta; did you mean zeta?");
  }

  @Test
  void should_say_what_to_add_where_there_is_no_gate_at_all() {
    Installed<Provider> gates = gates(List.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates.named("switch"))
        .withMessage(
            "gate switch is not installed, nor is any other: add its jar to the class path (io.evomoe:evomoe-gates has the gates), or merge META-INF/services when shading");
  }

  @Test
  void should_refuse_two_gates_of_one_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates(List.of(named("alpha"), named("alpha"))))
        .withMessageContaining("gate name must be unique, was alpha");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "../../../escaped",
        "..",
        "",
        "a/b",
        "a\\b",
        "C:x",
        "<b>x</b>",
        "Switch",
        "a b",
        "a.b",
        "a,b",
        "-a",
        "a-",
        "a--b",
        "naïve",
        "a\nb",
        "a234567890123456789012345678901234567890b"
      })
  void should_refuse_a_name_that_cannot_stand_in_a_path_a_page_and_a_list(@Nullable String name) {
    Provider provider = named(name);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates(List.of(named("alpha"), provider)))
        .withMessage(
            "the name of gate provider %s must be of 1 to 40 small letters and digits, with single"
                + " hyphens or underscores between them, was %s",
            provider.getClass().getName(), name == null ? "null" : name.replace('\n', '?'));
  }

  @Test
  void should_show_the_beginning_of_a_name_that_is_long() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates(List.of(named("x".repeat(1_000_000)))))
        .withMessageEndingWith(", was " + "x".repeat(200) + "...");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gates(List.of(named("alpha"))).named("y\n".repeat(1_000)))
        .withMessage("gate must be one of alpha, was " + "y?".repeat(100) + "...");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "top2", "above-average", "my_gate", "2d-x_1"})
  void should_take_a_name_of_letters_digits_hyphens_and_underscores(String name) {
    assertThat(gates(List.of(named(name))).names()).containsExactly(name);
  }

  private static Installed<Provider> gates(List<Provider> providers) {
    return new Installed<>("gate", providers, Provider::name);
  }

  private static Provider named(@Nullable String name) {
    return new Provider(name);
  }

  @SuppressWarnings("NullAway") // what a provider of somebody else's may do
  private record Provider(@Nullable String name) {}
}
