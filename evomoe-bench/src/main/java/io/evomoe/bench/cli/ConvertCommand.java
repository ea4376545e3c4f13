package io.evomoe.bench.cli;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.internal.files.NewOutput;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.Run;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe convert}: a run of another number of experts out of a saved one. */
@Command(
    name = "convert",
    description = {
      "Makes a run with another number of experts, averaged weights or an embedded prior from a checkpoint.",
      "Give one of --select, --merge, --experts, --average and --embed-prior."
    },
    footer = {
      "evomoe convert --checkpoint runs/mine --select 0,3,5 --out runs/three",
      "evomoe convert --checkpoint runs/mine --merge all --out runs/dense"
    })
final class ConvertCommand implements Runnable {
  @Option(names = "--checkpoint", required = true, description = "run folder or a checkpoint in it")
  Path checkpoint = Path.of(".");

  @ArgGroup(multiplicity = "1")
  Experts wanted = new Experts();

  @Option(
      names = "--spawn",
      paramLabel = "METHOD",
      description =
          "how further copies are made different: copy, mask:R, mask:R:rescale, reinit:R, units:R or noise:SIGMA (default: the run's evolution.spawn)")
  @Nullable String spawn;

  @Option(names = "--out", required = true, description = "folder of the new run")
  Path out = Path.of(".");

  /** One of these. */
  static final class Experts {
    @Option(
        names = "--select",
        split = OptionGroup.COMMA,
        splitSynopsisLabel = OptionGroup.COMMA_LABEL,
        description = "experts to keep, e.g. 0,3,5")
    @Nullable List<Integer> select;

    @Option(
        names = "--merge",
        description = "experts to average into each new one, e.g. 0+1,2+3; all makes a dense run")
    @Nullable String merge;

    @Option(names = "--experts", description = "number of experts, each a copy of an old one")
    @Nullable Integer experts;

    @Option(
        names = "--average",
        paramLabel = "N",
        description = "average the weights of this checkpoint and the N - 1 before it in the run")
    @Nullable Integer average;

    @Option(
        names = "--embed-prior",
        description =
            "move the token prior of a run with Llama blocks into its embedding, which published formats can hold")
    boolean embedPrior;

    ExpertGroups groups(int there) {
      if (select != null) {
        return ExpertGroups.select(select);
      }
      if (experts != null) {
        return ExpertGroups.spawn(there, experts);
      }
      return "all".equals(merge) ? ExpertGroups.mergeAll(there) : parsed(String.valueOf(merge));
    }

    private static ExpertGroups parsed(String text) {
      List<List<Integer>> groups = new ArrayList<>();
      for (String group : text.strip().split(OptionGroup.COMMA, -1)) {
        try {
          groups.add(Stream.of(group.split("\\+", -1)).map(Integer::valueOf).toList());
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "--merge must be all, or groups such as 0+1,2+3, was " + text, e);
        }
      }
      return new ExpertGroups(groups);
    }
  }

  @Override
  public void run() {
    NewOutput.folder(out).close();
    try (Run<?> run = Run.open(checkpoint)) {
      Integer average = wanted.average;
      if (average != null) {
        List<Long> steps = run.average(average, out);
        System.out.printf("The checkpoints after steps %s were averaged: %s%n", steps, out);
        return;
      }
      if (wanted.embedPrior) {
        try (Run<?> embedded = run.embedPrior(out)) {
          System.out.printf(
              "The token prior is in the embedding, hidden size %d instead of %d, validation loss %.4f instead of %.4f: %s%n",
              embedded.config().model().hiddenSize(),
              run.config().model().hiddenSize(),
              embedded.evaluate().loss(),
              run.evaluate().loss(),
              out);
        }
        return;
      }
      int there = run.config().model().experts();
      SpawnMethod method =
          SpawnMethod.parse(spawn == null ? run.config().evolution().spawn() : spawn);
      try (Run<?> converted = run.convert(wanted.groups(there), method, out)) {
        boolean dense = converted.config().provider().growth() == ExpertLifecycle.NEVER;
        System.out.printf(
            "%d experts became %s: %s%n",
            there, dense ? "one dense network" : converted.config().model().experts(), out);
      }
    }
  }
}
