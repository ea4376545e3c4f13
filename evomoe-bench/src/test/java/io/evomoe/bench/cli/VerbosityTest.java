package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.evomoe.bench.cli.console.LogSetup;
import io.evomoe.bench.cli.console.Verbosity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class VerbosityTest {
  private static final String STEP = "step \\d+/\\d+";

  @TempDir Path folder;

  @Test
  void every_command_should_have_both_options() {
    assertEvery(Main.commandLine());
  }

  private static void assertEvery(CommandLine command) {
    for (String option : List.of("--quiet", "--verbose")) {
      assertThat(command.getCommandSpec().findOption(option))
          .as("%s %s", command.getCommandSpec().qualifiedName(), option)
          .isNotNull();
    }
    command.getSubcommands().values().forEach(VerbosityTest::assertEvery);
  }

  @Test
  void should_leave_out_progress_and_nothing_else() throws IOException {
    CommandRun plain = train("plain");
    CommandRun quiet = train("quiet", "--quiet");
    assertThat(plain.out()).containsPattern(STEP).contains("validation loss");
    assertThat(quiet.out()).doesNotContainPattern(STEP).contains("validation loss");
    CommandRun resumed =
        CommandRun.of("train", "--resume", folder.resolve("quiet"), "--steps", "8", "--quiet");
    assertThat(resumed.succeeded().out()).doesNotContainPattern(STEP);
    assertThat(train("again").out()).as("a later command").containsPattern(STEP);
  }

  private CommandRun train(String name, String... more) throws IOException {
    Path text =
        Files.writeString(folder.resolve("text.txt"), TinyRuns.sentences("On peace and trade"));
    String[] words =
        ("train --gate dense --preset quick --steps 4 --set model.numHiddenLayers=2 --set model.vocabulary=258"
                + " --set model.sequence=16 --data "
                + text
                + " --out "
                + folder.resolve(name))
            .split(" ");
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CommandRun.of(all).succeeded();
  }

  @Test
  void should_say_where_an_error_came_from_only_if_asked() {
    String missing = folder.resolve("missing").toString();
    CommandRun plain = CommandRun.of("eval", "--checkpoint", missing);
    CommandRun verbose = CommandRun.of("eval", "--verbose", "--checkpoint", missing);
    assertThat(verbose.code()).isEqualTo(plain.code());
    assertThat(plain.err()).contains("missing").doesNotContain("\tat ");
    assertThat(verbose.err()).endsWith(plain.err()).contains("\tat io.evomoe.");
  }

  @Test
  void should_refuse_both_at_once() {
    CommandRun.of("gates", "--quiet", "--verbose").refused("cannot be given together");
  }

  @Test
  void should_set_what_is_logged() {
    assertThat(levelOfTheLog()).isEqualTo(Level.INFO);
    Verbosity verbosity = new Verbosity();
    verbosity.quiet = true;
    assertThat(levelUnder(verbosity)).isEqualTo(Level.WARN);
    verbosity.quiet = false;
    verbosity.verbose = true;
    assertThat(levelUnder(verbosity)).isEqualTo(Level.DEBUG);
  }

  @Test
  void lines_of_the_log_should_be_broken_at_blanks_to_fit_the_terminal() {
    System.setProperty("evomoe.output.columns", "12");
    try {
      LoggerContext context = new LoggerContext();
      new LogSetup().configure(context);
      Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
      var console = (ConsoleAppender<ILoggingEvent>) root.iteratorForAppenders().next();
      var event = new LoggingEvent("", root, Level.INFO, "a long line of words", null, null);

      assertThat(new String(console.getEncoder().encode(event), StandardCharsets.UTF_8))
          .isEqualToNormalizingNewlines("a long line\nof words\n");
    } finally {
      System.clearProperty("evomoe.output.columns");
    }
  }

  private static Level levelUnder(Verbosity verbosity) {
    verbosity.begin(Main.commandLine().getCommandSpec());
    try {
      return levelOfTheLog();
    } finally {
      Verbosity.end();
    }
  }

  /** As a process that starts now would configure it. */
  private static Level levelOfTheLog() {
    LoggerContext context = new LoggerContext();
    new LogSetup().configure(context);
    return context.getLogger("io.evomoe").getLevel();
  }
}
