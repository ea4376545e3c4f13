package io.evomoe.run.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportPlanTest {
  private static final int VOCABULARY = 512;

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "gpt, dense, GPT, gpt2, true, -, false",
        "gpt, evomoe, GPT, -, false, -, false",
        "gpt, switch, GPT, -, false, -, false",
        "gpt, dense, LLAMA, llama, true, -, false",
        "gpt, evomoe, LLAMA, mixtral, true, 1, true",
        "gpt, dts, LLAMA, mixtral, true, 1, false",
        "gpt, evomoe-paper, LLAMA, -, false, -, false",
        "gpt, top2, LLAMA, mixtral, true, -, false",
        "gpt, switch, LLAMA, -, false, -, false",
        "gpt, hash, LLAMA, -, false, -, false",
        "roberta, dense, GPT, roberta, false, -, false",
        "roberta, evomoe, GPT, -, false, -, false",
        "mt, evomoe, GPT, -, false, -, false"
      })
  void should_know_the_form_of_an_export_before_the_training(
      String task,
      String gate,
      Architecture blocks,
      String family,
      boolean gguf,
      Integer experts,
      boolean embedsPrior) {
    RunConfig config = Tasks.preset(task, "quick").config(task, gate, 1, blocks);
    assertThat(ExportPlan.of(config, VOCABULARY))
        .isEqualTo(new ExportPlan(family, gguf, experts, embedsPrior));
  }

  @Test
  void should_say_what_an_export_changes() {
    RunConfig config = Tasks.preset("gpt", "quick").config("gpt", "evomoe", 1, Architecture.LLAMA);
    assertThat(ExportPlan.text(config, VOCABULARY))
        .isEqualTo(
            "Export: as mixtral for Hugging Face, and as GGUF, with 1 expert a token; the token prior moves into the embedding.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpt | evomoe | GPT | ' For Hugging Face and GGUF, train with --for gguf, or with --gate dense.'",
        "gpt | switch | GPT | ' For Hugging Face and GGUF, train with --gate dense.'",
        "gpt | switch | LLAMA | ' For Hugging Face and GGUF, train with --gate evomoe, or with --gate dense.'",
        "roberta | evomoe | GPT | ' For Hugging Face, train with --gate dense.'",
        "mt | evomoe | GPT | ''"
      })
  void should_name_only_options_that_make_an_export_possible(
      String task, String gate, Architecture blocks, String advice) {
    RunConfig config = Tasks.preset(task, "quick").config(task, gate, 1, blocks);
    assertThat(ExportPlan.text(config, VOCABULARY))
        .isEqualTo("Export: only EvoMoE can read this model." + advice);
  }
}
