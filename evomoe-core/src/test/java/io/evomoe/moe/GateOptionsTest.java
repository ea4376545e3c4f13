package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Scope;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class GateOptionsTest {
  private static final Bounds SHARE = Bounds.atLeast(0).below(1);

  private enum Colour {
    RED,
    BLUE
  }

  @Test
  void should_give_what_is_written_or_else_the_default() {
    assertThat(read(Map.of("c", "0.25"), o -> o.number("c", 0.5, SHARE))).isEqualTo(0.25);
    assertThat(read(Map.of(), o -> o.number("c", 0.5, SHARE))).isEqualTo(0.5);
    assertThat(read(Map.of("k", "3"), o -> o.integer("k", 1, Bounds.atLeast(1)))).isEqualTo(3);
    assertThat(read(Map.of("noise", "false"), o -> o.flag("noise", true))).isEqualTo(false);
    assertThat(read(Map.of("colour", "blue"), o -> o.choice("colour", Colour.RED)))
        .isEqualTo(Colour.BLUE);
    assertThat(read(Map.of("f", "infinite"), o -> o.number("f", 1, Bounds.above(0).orInfinite())))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void should_name_gate_option_bound_and_value_of_what_is_out_of_bounds() {
    refused(Map.of("c", "1"), o -> o.number("c", 0.5, SHARE))
        .withMessage("option c of gate g must be a number at least 0 and below 1, was 1");
    refused(Map.of("f", "0"), o -> o.number("f", 1, Bounds.above(0).orInfinite()))
        .withMessage("option f of gate g must be a number above 0 or infinite, was 0");
    refused(Map.of("a", "infinite"), o -> o.number("a", 1, Bounds.atLeast(0)))
        .withMessage("option a of gate g must be a number at least 0, was infinite");
    refused(Map.of("a", "NaN"), o -> o.number("a", 1, Bounds.atLeast(0).atMost(0.5)))
        .withMessage("option a of gate g must be a number at least 0 and at most 0.5, was NaN");
    refused(Map.of("a", "1e300"), o -> o.coefficient("a", 1))
        .withMessage("option a of gate g must be a number at least 0 and at most 1000, was 1e300");
    refused(Map.of("k", "1.5"), o -> o.integer("k", 1, Bounds.atLeast(1)))
        .withMessage("option k of gate g must be a whole number at least 1, was 1.5");
    refused(Map.of("noise", "yes"), o -> o.flag("noise", true))
        .withMessage("option noise of gate g must be true or false, was yes");
    refused(Map.of("colour", "green"), o -> o.choice("colour", Colour.RED))
        .withMessage("option colour of gate g must be one of red, blue, was green");
  }

  @Test
  void should_refuse_unknown_options_and_list_the_known_ones() {
    refused(Map.of("alfa", "1"), o -> o.number("beta", 1, SHARE.orInfinite()))
        .withMessage("gate g has no option alfa; its options: beta");
    refused(Map.of("treshold", "1"), o -> o.number("threshold", 1, SHARE.orInfinite()))
        .withMessage(
            "gate g has no option treshold; its options: threshold; did you mean threshold?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Options.none("g", spec(Map.of("alfa", "1"))))
        .withMessage("gate g has no option alfa; its options: none");
  }

  private static Object read(Map<String, String> written, Function<Options, ?> reader) {
    return Options.ofGate("g", spec(written), reader);
  }

  private static ThrowableAssertAlternative<?> refused(
      Map<String, String> written, Function<Options, ?> reader) {
    return assertThatIllegalArgumentException().isThrownBy(() -> read(written, reader));
  }

  private static GateSpec spec(Map<String, String> options) {
    Scope scope = Scope.root(1, KernelSelection.forType(DataType.DOUBLE));
    return new GateSpec(scope, 4, 2, 0, 1, 1, 8, true, options, TrainingFacts.UNKNOWN);
  }
}
