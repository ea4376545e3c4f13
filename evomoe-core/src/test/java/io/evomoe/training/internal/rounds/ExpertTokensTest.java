package io.evomoe.training.internal.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.nn.Place;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class ExpertTokensTest {
  private static RoutingReport report(String layer, int... load) {
    List<Integer> loads = Arrays.stream(load).boxed().toList();
    return new RoutingReport(layer, 10, loads, List.of(0, 10), 0, 0, List.of());
  }

  private static Scope layer(String name) {
    return Scope.root(1, new Nd4jKernels(DataType.DOUBLE)).child(name);
  }

  private static Place expert(String layer, int number) {
    return layer(layer).expert(number).child("expand").place("weight");
  }

  @Test
  void should_add_up_the_tokens_of_each_expert_over_steps() {
    LocalRound.ExpertTokens tokens = new LocalRound.ExpertTokens();

    tokens.add(List.of(report("a.moe", 3, 0), report("b.moe", 1, 9)));
    tokens.add(List.of(report("a.moe", 4, 0), report("b.moe", 5, 5)));

    assertThat(tokens.of(expert("a.moe", 0))).isEqualTo(7);
    assertThat(tokens.of(expert("a.moe", 1))).isZero();
    assertThat(tokens.of(expert("b.moe", 1))).isEqualTo(14);
  }

  @Test
  void should_count_what_belongs_to_no_expert_of_several_as_one() {
    LocalRound.ExpertTokens tokens = new LocalRound.ExpertTokens();

    tokens.add(List.of(report("a.moe", 3, 0)));

    assertThat(tokens.of(layer("a.moe").gate().place("weight"))).isEqualTo(1);
    assertThat(tokens.of(layer("a.moe").sharedExpert(0).place("weight"))).isEqualTo(1);
    assertThat(tokens.of(expert("c.moe", 0))).isEqualTo(1);
  }

  @Test
  void should_weigh_a_difference_by_its_workers_tokens() {
    Contribution many = contribution(new float[] {1, 1}, 30);
    Contribution few = contribution(new float[] {5, 1}, 10);

    assertThat(many.plus(few).mean("p")).containsExactly(2, 1);
    assertThat(contribution(new float[] {1, 1}, 0).plus(contribution(new float[2], 0)).mean("p"))
        .containsExactly(0, 0);
  }

  private static Contribution contribution(float[] difference, double weight) {
    Contribution result =
        Contribution.of(WireFormat.F32, new Contribution.Sums(1, 1, 0, 0, 0, 0, 0), List.of());
    result.add("p", difference, weight);
    return result;
  }
}
