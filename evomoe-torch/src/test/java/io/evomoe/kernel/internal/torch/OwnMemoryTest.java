package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a card would read lies in memory of ours: every array of training, evaluation, a spawn,
 * checkpoints and a resumed run. Without a card the memory is the host's, and kernels compute as on
 * a card: in one piece, on copies of what is no array.
 */
class OwnMemoryTest {
  private static final String OWN = "-D" + OwnMemory.PROPERTY + "=" + HostMemory.class.getName();
  private static final int STEPS = 12;

  @TempDir Path folder;

  @Test
  void should_hold_every_array_of_training() throws Exception {
    List<String> own = run(Training.class, OWN, "own");
    List<String> usual = run(Training.class, "-Dunused=", "usual");

    assertThat(own.get(0)).isEqualTo(HostMemory.class.getSimpleName());
    assertThat(usual.get(0)).isEqualTo("none");
    assertThat(Long.parseLong(own.get(1))).as("takes of memory").isGreaterThan(100);
    assertThat(Double.parseDouble(own.get(2)))
        .isCloseTo(Double.parseDouble(usual.get(2)), within(1e-5));
  }

  @Test
  void should_refuse_an_array_that_lies_elsewhere() throws Exception {
    assertThat(run(Stray.class, OWN))
        .containsExactly(
            "an array lies outside of the memory that host and card share: it was made before the kernels were chosen");
  }

  @Test
  void should_give_back_what_nobody_uses_and_no_more_than_is_allowed() throws Exception {
    assertThat(run(Cap.class, OWN))
        .containsExactly(
            "made and closed 8.0 GiB",
            "arrays of 0.8 GiB were asked for beside 0.5 GiB that are there, and 1.0 GiB are allowed");
  }

  /** In a Java of its own, what it prints after the mark. */
  private List<String> run(Class<?> main, String property, String... arguments) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        new ArrayList<>(List.of(java, "-Xmx1g", "-XX:TieredStopAtLevel=1", property));
    command.addAll(List.of("-cp", classPath(), main.getName()));
    for (String argument : arguments) {
      command.add(Files.createDirectories(folder.resolve(argument)).toString());
    }
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%s", out, Files.readString(errors)).isZero();
    return out.lines().filter(l -> l.startsWith("> ")).map(l -> l.substring(2)).toList();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static void say(@Nullable Object line) {
    System.out.println("> " + line);
  }

  /** As on a card, on the CPU. */
  private static Kernels kernels() {
    Kernels made = new TorchKernelProvider().create(DataType.FLOAT, Precision.F32, Device.CPU);
    OwnMemory.ofNd4j().ifPresent(own -> Place.become(new Place(true, own, null)));
    return made;
  }

  /** Trains with a spawn, evaluations and checkpoints, goes on from one, and says the last loss. */
  static final class Training {
    private Training() {}

    public static void main(String[] folder) {
      System.setProperty(KernelSelection.PROPERTY, "torch");
      Kernels kernels = kernels();
      say(OwnMemory.ofNd4j().map(own -> own.getClass().getSimpleName()).orElse("none"));
      Path checkpoints = Path.of(folder[0], "checkpoints");
      double loss = 0;
      for (String gate : List.of("evomoe", "switch", "base", "remoe")) {
        CheckpointFolder saved = new CheckpointFolder(checkpoints.resolve(gate), 2, Map.of());
        try (Trainer<LanguageBatch> trainer =
            new Trainer<>(
                model(kernels, gate),
                new TrainingData<>(i -> batch(i), List.of(batch(1000), batch(1001))),
                TrainerConfig.defaults(STEPS).with(t -> t.evalEvery(4).checkpointEvery(4)),
                EvolutionConfig.defaults()
                    .with(e -> e.diversifySteps(3).temperatureSteps(5).hardFrom(8)))) {
          double[] last = new double[1];
          trainer.runSaving(saved, (step, training) -> last[0] = step.trainLoss());
          loss += last[0];
        }
      }
      say(OwnMemory.ofNd4j().map(own -> ((HostMemory) own).given()).orElse(0L));
      say(loss);
    }

    private static Gpt model(Kernels kernels, String gate) {
      StackConfig blocks =
          StackConfig.of(2, 32, 2)
              .withIntermediateSize(64)
              .withExperts(4)
              .withMoeEvery(2)
              .with(b -> b.dropout(0.1));
      return new Gpt(
          new LanguageModelConfig(64, 16, blocks),
          Gates.of(GateProvider.named(gate), Map.of()),
          Scope.root(1, kernels));
    }

    private static LanguageBatch batch(long index) {
      CounterRandom random = new CounterRandom(index);
      int[] ids = new int[64];
      int[] targets = new int[64];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = random.below(64, i);
        targets[i] = random.below(64, ids.length + i);
      }
      return new LanguageBatch(TokenBatch.of(16, ids), targets);
    }
  }

  /** Computes with an array that ND4J did not make. */
  static final class Stray {
    private Stray() {}

    public static void main(String[] none) {
      Kernels kernels = kernels();
      INDArray x = Nd4j.create(DataType.FLOAT, 8);
      kernels.scale(x, 2);
      OwnMemory own = OwnMemory.ofNd4j().orElseThrow();
      own.release(x.data().pointer());
      try {
        kernels.scale(x, 2);
      } catch (IllegalStateException e) {
        say(e.getMessage());
      }
      System.exit(0);
    }
  }

  /** Makes arrays that are closed, and some that are not. */
  static final class Cap {
    private static final long HALF = HostMemory.CAP / 2 / Float.BYTES;

    private Cap() {}

    public static void main(String[] none) {
      for (int i = 0; i < 16; i++) {
        Nd4j.createUninitialized(DataType.FLOAT, HALF).close();
      }
      say("made and closed 8.0 GiB");
      INDArray half = Nd4j.createUninitialized(DataType.FLOAT, HALF);
      try {
        Nd4j.createUninitialized(DataType.FLOAT, HALF + HALF / 2);
      } catch (OutOfMemoryError e) {
        say(e.getMessage());
      }
      half.close();
      System.exit(0);
    }
  }
}
