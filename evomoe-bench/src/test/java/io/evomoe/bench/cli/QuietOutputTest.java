package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

class QuietOutputTest {

  @Test
  void should_print_all_but_what_same_diff_prints_of_its_gradients() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new QuietOutput(new PrintStream(printed, true, StandardCharsets.UTF_8)));
    try {
      System.out.println("first");
      SameDiff graph = SameDiff.create();
      SDVariable x = graph.var("x", Nd4j.createFromArray(1.0, 2.0));
      graph.setLossVariables(x.mul(x).sum());
      graph.calculateGradients(Map.of(), "x");
      System.out.printf("%s%n", "last");
    } finally {
      System.setOut(before);
    }

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines("first\nlast\n");
  }
}
