package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.internal.files.NewOutput;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.run.Run;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe convert}: a run of another number of experts out of a saved one. */
@Command(
    name = "convert",
    description = {
      "Makes a run with another number of experts, averaged weights or an embedded prior from a checkpoint.",
      "Give one of --select, --keep, --merge, --experts, --average and --embed-prior."
    },
    footer = {
      "evomoe convert --checkpoint runs/mine --keep 4 --out runs/four",
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

  @Option(
      names = "--data",
      description =
          "with --keep: text to measure on (default: the validation set of the run's data)")
  @Nullable Path data;

  @Spec CommandSpec spec = CommandSpec.create();

  /** One of these. */
  static final class Experts {
    @Option(
        names = "--select",
        split = OptionGroup.COMMA,
        splitSynopsisLabel = OptionGroup.COMMA_LABEL,
        description = "experts to keep, e.g. 0,3,5")
    @Nullable List<Integer> select;

    @Option(
        names = "--keep",
        paramLabel = "K",
        description =
            "keep the K best experts of each layer, by the mean of gate weight times output norm on validation text (REAP); prints the loss before and after")
    @Nullable Integer keep;

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
    if (wanted.keep == null) {
      CommandText.reject(spec, "needs --keep", "--data");
    } else {
      CommandText.reject(spec, "cannot be given with --keep", "--spawn");
    }
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
      if (wanted.keep != null) {
        keep(run, wanted.keep, there);
        return;
      }
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

  private void keep(Run<?> run, int experts, int there) {
    EvalRequest text = EvalRequest.HELD_OUT.withData(data);
    double before = run.evaluate(text).loss();
    try (Run<?> kept = run.keepBest(experts, text, out)) {
      System.out.printf(
          "The best %d of %d experts of each layer were kept, validation loss %.4f instead of %.4f: %s%n",
          experts, there, kept.evaluate(text).loss(), before, out);
      System.out.printf(
          "To repair it: %s%n",
          CommandText.of("train", "--from", out, "--steps", 100, "--out", out + "-repaired"));
    }
  }
}
