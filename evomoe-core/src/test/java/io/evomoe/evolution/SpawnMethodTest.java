package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpawnMethodTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"copy", "mask:0.3", "mask:1.0", "mask:0.3:rescale", "reinit:0.5", "noise:0.02"})
  void should_read_back_what_it_writes(String text) {
    assertThat(SpawnMethod.parse(text)).hasToString(text);
  }

  @Test
  void should_know_kind_amount_and_rescaling() {
    assertThat(SpawnMethod.parse("MASK:0.25:rescale"))
        .isEqualTo(new SpawnMethod(SpawnMethod.Kind.MASK, 0.25, true));
    assertThat(SpawnMethod.parse("mask:0.25")).isEqualTo(SpawnMethod.mask(0.25));
    assertThat(SpawnMethod.parse("noise:3")).isEqualTo(SpawnMethod.noise(3));
    assertThat(SpawnMethod.parse("units:0.5")).isEqualTo(SpawnMethod.units(0.5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mask",
        "mask:",
        "mask:x",
        "mask:-0.1",
        "mask:1.1",
        "mask:NaN",
        "mask:1:rescale",
        "mask:0.3:other",
        "reinit:0.3:rescale",
        "reinit:2",
        "units:1.1",
        "units:0.3:rescale",
        "noise:-1",
        "noise:Infinity",
        "noise:1e300",
        "noise:10.1",
        "copy:0.1",
        "grow:0.1"
      })
  void should_refuse_other_text_and_amounts_out_of_bounds(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> SpawnMethod.parse(text));
  }
}
