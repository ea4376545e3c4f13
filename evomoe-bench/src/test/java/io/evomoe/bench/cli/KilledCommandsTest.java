package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that write a folder, but for trainings, which have {@link KillCampaignTest}: killed as
 * with {@code kill -9} at random moments and called again until they are done. What they leave must
 * be what undisturbed ones leave, to the bit. {@code -Devomoe.kills=30} is the whole campaign.
 */
@Tag("long")
@ExtendWith(OnTheFastKernels.class)
class KilledCommandsTest {
  private static final int KILLS = Integer.getInteger("evomoe.kills", 5);
  private static final long LONGEST_AT_ONCE = 1000;
  private static final long PATIENCE_MINUTES = 10;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(18);
  private final Map<String, Integer> killed = new TreeMap<>();

  @Test
  void the_same_command_should_go_on_and_end_like_an_undisturbed_one() throws Exception {
    List<WritingCommand> commands = commands();
    Map<String, Long> millis = new HashMap<>();
    int kills = 0;
    for (int i = 0; kills < KILLS; i++) {
      WritingCommand command = commands.get(i % commands.size());
      if (!millis.containsKey(command.name())) {
        millis.put(command.name(), undisturbedMillis(command));
      }
      Path out = place("killed-" + i, command);
      int own = 1 + random.nextInt(2);
      for (int k = 0; k < own && kills < KILLS; k++) {
        Process process = run(command.arguments().apply(out));
        awaitSomethingWritten(process, out);
        // Their time is mostly that of the JVM's start, which is over.
        long span = command.atOnce() ? LONGEST_AT_ONCE : millis.get(command.name()) * 2 / 3;
        if (!process.waitFor(random.nextLong(span), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          kills++;
          killed.merge(command.name(), 1, Integer::sum);
          assertWholeOrNotThere(command, out);
        }
      }
      finish(command, out);
      assertThat(command.result().apply(out))
          .as(command.name())
          .isNotEmpty()
          .isEqualTo(command.result().apply(undisturbed(command)));
      assertNothingLeft(out);
    }
    System.out.printf("%d kills, every result equal to the bit: %s%n", kills, killed);
  }

  /** In turn one that comes into being whole and one that goes on, so that few kills meet both. */
  private List<WritingCommand> commands() throws IOException {
    List<WritingCommand> all =
        WritingCommand.all(folder, "120").stream()
            .filter(command -> !command.name().startsWith("train"))
            .toList();
    Iterator<WritingCommand> goingOn = all.stream().filter(command -> !command.atOnce()).iterator();
    List<WritingCommand> inTurn = new ArrayList<>();
    for (WritingCommand whole : all.stream().filter(WritingCommand::atOnce).toList()) {
      inTurn.add(whole);
      if (goingOn.hasNext()) {
        inTurn.add(goingOn.next());
      }
    }
    goingOn.forEachRemaining(inTurn::add);
    return inTurn;
  }

  private long undisturbedMillis(WritingCommand command) throws Exception {
    long began = System.nanoTime();
    assertThat(run(command.arguments().apply(undisturbed(command))).waitFor())
        .as("%s: %s", command.name(), Files.readString(log()))
        .isZero();
    return (System.nanoTime() - began) / 1_000_000;
  }

  private static void awaitSomethingWritten(Process process, Path out) throws Exception {
    Path staging = out.resolveSibling("." + out.getFileName() + ".unfinished");
    while (process.isAlive() && !Files.exists(staging) && !Files.exists(out)) {
      process.waitFor(1, TimeUnit.MILLISECONDS);
    }
  }

  /** Once more, until it is done: what ended already is refused, and says why. */
  private void finish(WritingCommand command, Path out) throws Exception {
    boolean there = command.atOnce() && Files.exists(out);
    Process last = run(command.arguments().apply(out));
    assertThat(last.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(log());
    assertThat(last.exitValue()).as("%s: %s", command.name(), said).isEqualTo(there ? 2 : 0);
    if (there) {
      assertThat(said).contains(out + " must be new");
    }
  }

  private void assertWholeOrNotThere(WritingCommand command, Path out) throws IOException {
    if (command.atOnce() && Files.exists(out)) {
      assertThat(command.result().apply(out))
          .as("%s is whole or not there", command.name())
          .isEqualTo(command.result().apply(undisturbed(command)));
    }
  }

  private void assertNothingLeft(Path out) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all)
          .filteredOn(path -> path.toString().contains(out.getFileName().toString()))
          .extracting(path -> path.getFileName().toString())
          .noneMatch(name -> name.startsWith("."));
    }
  }

  private Path undisturbed(WritingCommand command) throws IOException {
    return place("whole", command);
  }

  /** Of the same name each time, which a GGUF file has in its metadata. */
  private Path place(String parent, WritingCommand command) throws IOException {
    return Files.createDirectories(folder.resolve(parent))
        .resolve(command.name().replace(' ', '-'));
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process run(List<String> arguments) throws IOException {
    return CommandRun.process(arguments, log());
  }
}
