package io.evomoe.bench.cli;

import io.evomoe.bench.report.OutputFolder;
import io.evomoe.bench.run.RunFolder;
import io.evomoe.bench.task.Conversion;
import io.evomoe.bench.task.RunCheckpoint;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.training.checkpoint.ExpertGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe convert}: a run of another number of experts out of a saved one. */
@Command(
    name = "convert",
    description = "Makes a run of another number of experts out of a checkpoint.",
    mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run, for its last checkpoint, or one checkpoint in it")
  Path checkpoint = Path.of(".");

  @ArgGroup(multiplicity = "1")
  Experts experts = new Experts();

  @Option(
      names = "--spread",
      paramLabel = "METHOD",
      description =
          "how further copies are made different: mask:R, mask:R:rescale, reinit:R, noise:SIGMA or"
              + " copy; the run's evolution.spawn by default")
  @Nullable String spread;

  @Option(names = "--out", required = true, description = "folder of the new run")
  Path out = Path.of(".");

  /** Exactly one of these. */
  static final class Experts {
    @Option(names = "--select", split = ",", description = "experts to keep, such as 0,3,5")
    @Nullable List<Integer> select;

    @Option(
        names = "--merge",
        description = "experts to average into each new one, such as 0+1,2+3; all for one expert")
    @Nullable String merge;

    @Option(names = "--spawn", description = "number of experts, each a copy of one there is")
    @Nullable Integer spawn;

    ExpertGroups groups(int there) {
      if (select != null) {
        return ExpertGroups.select(select);
      }
      if (spawn != null) {
        return ExpertGroups.spawn(there, spawn);
      }
      return "all".equals(merge) ? ExpertGroups.mergeAll(there) : parsed(String.valueOf(merge));
    }

    private static ExpertGroups parsed(String text) {
      List<List<Integer>> groups = new ArrayList<>();
      for (String group : text.split(",", -1)) {
        try {
          groups.add(Stream.of(group.split("\\+", -1)).map(Integer::valueOf).toList());
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException("merge must be all or like 0+1,2+3, was " + text, e);
        }
      }
      return new ExpertGroups(groups);
    }
  }

  @Override
  public Integer call() {
    try (RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      int there = run.config().model().experts();
      ExpertGroups groups = experts.groups(there);
      SpawnMethod method =
          SpawnMethod.parse(spread == null ? run.config().evolution().spawn() : spread);
      Conversion conversion = new Conversion(run);
      OutputFolder.fill(
          out,
          folder -> {
            copyTokenizer(run.folder().tokenizerPath(), new RunFolder(folder));
            conversion.write(groups, method, folder);
          });
      System.out.printf("%d experts became %d: %s%n", there, groups.size(), out);
    }
    return 0;
  }

  private static void copyTokenizer(Path from, RunFolder to) {
    try (Stream<Path> files = Files.list(from)) {
      Path target = Files.createDirectories(to.tokenizerPath());
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the tokenizer: " + e.getMessage(), e);
    }
  }
}
