package io.evomoe.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.RunResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTableTest {
  private static final int WIDE = 1000;

  @Test
  void should_align_columns_and_put_the_lowest_loss_first() {
    String text =
        SummaryTable.of(
                List.of(
                    result("dense", 1, 2.5, 12000, 59.4),
                    result("evomoe", 1, 2.25, 9000, 83),
                    result("switch", 1, Double.NaN, 10000, 3700)))
            .text(WIDE);

    assertThat(text)
        .isEqualTo(
            """
            gate    seed  validation loss  perplexity  active experts  load entropy  drop rate  tokens/s  vs dense  wall time
            ------  ----  ---------------  ----------  --------------  ------------  ---------  --------  --------  ---------
            evomoe     1           2.2500       9.488            1.75         0.950       1.5%     9,000     0.75x     1m 23s
            dense      1           2.5000      12.182            1.75         0.950       1.5%    12,000     1.00x      59.4s
            switch     1                -           -            1.75         0.950       1.5%    10,000     0.83x     1h 01m
            """);
  }

  @Test
  void columns_that_do_not_fit_the_terminal_should_come_below_the_others() {
    SummaryTable table = SummaryTable.of(List.of(result("dense", 1, 2.5, 12000, 59.4)));
    SummaryTable wide =
        SummaryTable.of(List.of(result("dense", 1, 2.5, 12000, 59.4), interrupted("evomoe", 1, 2)));

    assertThat(table.text(60))
        .isEqualTo(
            """
            gate   seed  validation loss  perplexity  active experts
            -----  ----  ---------------  ----------  --------------
            dense     1           2.5000      12.182            1.75

            gate   load entropy  drop rate  tokens/s  wall time
            -----  ------------  ---------  --------  ---------
            dense         0.950       1.5%    12,000      59.4s
            """);
    for (int columns : new int[] {80, 100, 120}) {
      assertThat(wide.text(columns).lines()).allMatch(line -> line.length() <= columns);
    }
  }

  @Test
  void should_add_mean_and_sample_deviation_of_each_gate_with_several_seeds() {
    SummaryTable table =
        SummaryTable.of(
            List.of(
                result("switch", 1, 2.0, 9000, 10),
                result("evomoe", 1, 1.0, 8000, 10),
                result("evomoe", 2, 3.0, 8200, 12),
                result("evomoe", 3, 2.0, 8100, 14),
                result("switch", 2, 1.9, 9000, 10)));

    TextTable means = table.means().orElseThrow();

    assertThat(means.titles()).startsWith("gate", "seeds", "validation loss");
    assertThat(means.rows().get(0)).startsWith("switch", "2", "1.9500 ± 0.0707");
    assertThat(means.rows().get(1))
        .startsWith("evomoe", "3", "2.0000 ± 1.0000")
        .contains("8,100 ± 100", "12.0s ± 2.0s");
    assertThat(table.text(WIDE)).contains(means.text(WIDE)).contains("\n\n");
  }

  @Test
  void should_say_a_dash_for_the_mean_of_a_gate_with_a_diverged_seed() {
    SummaryTable table =
        SummaryTable.of(List.of(result("a", 1, 2.0, 1, 1), result("a", 2, Double.NaN, 1, 1)));

    assertThat(table.means().orElseThrow().rows().get(0)).startsWith("a", "2", "-");
  }

  @Test
  void should_compare_with_dense_only_where_dense_ran_beside_others() {
    SummaryTable table = SummaryTable.of(List.of(result("evomoe", 1, 2, 1, 1)));
    SummaryTable dense = SummaryTable.of(List.of(result("dense", 1, 2, 1, 1)));

    assertThat(table.text(WIDE)).doesNotContain("vs dense");
    assertThat(dense.text(WIDE)).doesNotContain("vs dense");
    assertThat(table.means()).isEmpty();
  }

  @Test
  void should_keep_tasks_apart() {
    RunResult mt =
        new RunResult("mt", "dense", 1, 1, 1, 1, 1.5, 20, "bleu", 500, 1, 0, 1, 1, 1, 1.5, 1);
    SummaryTable table =
        SummaryTable.of(
            List.of(mt, result("dense", 1, 2, 1000, 1), result("evomoe", 1, 2.5, 500, 1)));

    assertThat(table.runs().titles()).contains("metric").doesNotContain("perplexity");
    assertThat(table.runs().rows())
        .extracting(row -> row.get(0))
        .containsExactly("gpt dense", "gpt evomoe", "mt dense");
    assertThat(table.runs().rows())
        .extracting(row -> row.get(8))
        .containsExactly("1.00x", "0.50x", "1.00x");
    assertThat(table.means()).isEmpty();
  }

  @Test
  void should_stay_a_table_without_results() {
    assertThat(SummaryTable.of(List.of()).text(WIDE)).startsWith("gate  seed");
  }

  @Test
  void should_mark_an_interrupted_run_and_keep_it_out_of_ranking_means_and_comparisons() {
    SummaryTable table =
        SummaryTable.of(
            List.of(
                interrupted("evomoe", 2, 1.0),
                result("evomoe", 1, 2.0, 500, 1),
                result("switch", 1, 3.0, 600, 1),
                result("switch", 2, 3.5, 600, 1),
                interrupted("dense", 1, 0.5),
                result("dense", 2, 4.0, 1000, 1)));

    assertThat(table.runs().rows())
        .extracting(row -> row.get(0))
        .containsExactly(
            "evomoe",
            "switch",
            "switch",
            "dense",
            "dense (interrupted at step 30 of 100)",
            "evomoe (interrupted at step 30 of 100)");
    assertThat(table.runs().rows())
        .extracting(row -> row.get(8))
        .containsExactly("0.50x", "0.60x", "0.60x", "1.00x", "-", "-");
    assertThat(table.means().orElseThrow().rows())
        .extracting(row -> row.get(0) + row.get(1))
        .containsExactly("evomoe1", "switch2", "dense1");
  }

  private static RunResult interrupted(String gate, long seed, double loss) {
    return result(gate, seed, 30, loss, 7, 1);
  }

  private static RunResult result(
      String gate, long seed, double loss, double tokensPerSecond, double seconds) {
    return result(gate, seed, 100, loss, tokensPerSecond, seconds);
  }

  private static RunResult result(
      String gate, long seed, long steps, double loss, double tokensPerSecond, double seconds) {
    return new RunResult(
        "gpt",
        gate,
        seed,
        steps,
        1000,
        1e12,
        loss,
        Math.exp(loss),
        "perplexity",
        tokensPerSecond,
        1.75,
        0.015,
        0.95,
        seconds,
        100,
        loss,
        steps);
  }
}
