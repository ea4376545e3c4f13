package io.evomoe.models.hub;

import io.evomoe.gates.DenseGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.Npy;
import io.evomoe.training.Model;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checkpoints of {@code hub_vectors.py}, and what our models make of them. */
public final class Published {
  static final GateProvider DENSE = new DenseGate.Provider();
  static final StepContext MOMENT = new StepContext(0, Phase.SOFT, 2, false, 1);

  private Published() {}

  public static Path folder(String name) {
    return Path.of("src/test/resources/hub", name).toAbsolutePath();
  }

  /** PyTorch's logits of the tokens that are not padding. */
  static INDArray expected(String name, int padding) {
    int[] real = real(Npy.readInts("hub/" + name + "/ids.npy"), padding);
    return Npy.read("hub/" + name + "/logits.npy").getRows(real);
  }

  private static int[] real(int[] ids, int padding) {
    return IntStream.range(0, ids.length).filter(s -> ids[s] != padding).toArray();
  }

  /** A model of the folder's architecture with its weights. */
  static Model<?> load(HubFolder hub, GateProvider gate, int experts) {
    Model<?> model = fresh(hub.model().withExperts(experts, 1), gate);
    hub.loadInto(model);
    return model;
  }

  static Model<?> fresh(PublishedModel described, GateProvider gate) {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    return described.modelClass() == Gpt.class
        ? new Gpt(described.config(), Gates.of(gate), Scope.root(3, kernels))
        : new Roberta(
            described.config(),
            new Gates(gate, Map.of(), TrainingFacts.ofSteps(10)),
            Scope.root(3, kernels));
  }

  /** Logits of every token of the folder's sequences that is not padding, [real, vocabulary]. */
  static INDArray logits(Model<?> model, String name, int padding) {
    int[] ids = Npy.readInts("hub/" + name + "/ids.npy");
    return logits(model, ids, 7, padding);
  }

  static INDArray logits(Model<?> model, int[] ids, int length, int padding) {
    if (model instanceof Roberta roberta) {
      boolean[] hidden = new boolean[ids.length];
      for (int s = 0; s < ids.length; s++) {
        hidden[s] = ids[s] == padding;
      }
      TokenBatch read = new TokenBatch(length, ids, hidden);
      return roberta.logits(read, real(ids, padding), MOMENT);
    }
    INDArray[] rows = new INDArray[ids.length];
    for (int s = 0; s < ids.length; s++) {
      int[] read = Arrays.copyOfRange(ids, s - s % length, s + 1);
      rows[s] = ((Gpt) model).nextTokenLogits(TokenBatch.of(read.length, read), MOMENT);
    }
    return Nd4j.concat(0, rows);
  }

  /** A parameter by its name. */
  static INDArray value(Model<?> model, String name) {
    return model.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  static double difference(INDArray a, INDArray b) {
    INDArray wide = a.castTo(DataType.DOUBLE).sub(b.castTo(DataType.DOUBLE));
    return wide.amaxNumber().doubleValue();
  }

  static HubExport export(Model<?> model, Optional<Path> origin) {
    return HubExport.of(model, HubRequest.of("dense").withOrigin(origin));
  }

  /** Type, shape and bytes of every tensor in a folder's files. */
  static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
          for (String name : tensors.names()) {
            SafeTensors.Info info = tensors.info(name);
            byte[] elements = Arrays.copyOfRange(bytes, (int) info.begin(), (int) info.end());
            contents.put(name, info.type() + " " + info.shape() + Arrays.toString(elements));
          }
        }
      }
    }
    return contents;
  }
}
