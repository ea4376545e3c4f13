package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedDataTest {
  private static final Optional<String> COUNTS = Optional.of("mine.txt: 9 training tokens");

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void should_name_the_text_that_comes_with_the_project(String task) {
    for (String name : Tasks.named(task).shippedData()) {
      String note = ShippedData.note(List.of(ShippedData.path(name).toString()), COUNTS);

      assertThat(note).contains("(data/" + name + ")", "comes with EvoMoE", "OpenWebText");
      assertThat(note).doesNotContain("mine.txt");
    }
  }

  @Test
  void should_name_the_users_own_files_and_their_counts() {
    Path shipped = ShippedData.path("sotu");

    assertThat(ShippedData.note(List.of("texts/mine.txt"), COUNTS))
        .startsWith("The data is the user's own: mine.txt: 9 training tokens.")
        .doesNotContain("comes with EvoMoE");
    assertThat(ShippedData.note(List.of(shipped.toString(), "hdfs://host/mine"), Optional.empty()))
        .as("of which only one is shipped")
        .startsWith("The data is the user's own: " + shipped + " and hdfs://host/mine.")
        .doesNotContain("comes with EvoMoE");
    assertThat(ShippedData.note(List.of(shipped + "-2"), COUNTS))
        .doesNotContain("comes with EvoMoE");
  }
}
