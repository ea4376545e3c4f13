package io.evomoe.models.gguf;

import io.evomoe.models.hub.HubFolder;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.tokenizer.TokenizerContents.Kind;
import io.evomoe.training.internal.tensors.FloatFormats;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Published checkpoints of the tests as GGUF, with a vocabulary of made-up tokens. */
final class PublishedGguf {
  private PublishedGguf() {}

  static Path folder(String name) {
    return Path.of("src/test/resources/hub", name).toAbsolutePath();
  }

  static PublishedModel model(String name) {
    try (HubFolder hub = HubFolder.open(folder(name))) {
      return hub.model();
    }
  }

  /** All tensors, weights in float32. */
  static Map<String, INDArray> tensors(String name) throws IOException {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder(name))) {
      files = all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
    for (Path file : files) {
      try (SafeTensors open = SafeTensors.open(file)) {
        for (String tensor : open.names()) {
          boolean isFloat = FloatFormats.isFloat(open.info(tensor).type());
          tensors.put(tensor, isFloat ? open.readFloat(tensor) : open.read(tensor));
        }
      }
    }
    return tensors;
  }

  /** One for each row of the embedding: a line end, which llama.cpp wants, and others. */
  static GgufVocabulary vocabulary(int size) {
    List<String> tokens = new ArrayList<>(List.of("\u010A"));
    List<Integer> types = new ArrayList<>(List.of(GgufVocabulary.type(Kind.NORMAL)));
    for (int id = 1; id < size; id++) {
      tokens.add("<" + id + ">");
      types.add(GgufVocabulary.type(Kind.USER_DEFINED));
    }
    return new GgufVocabulary(
        "gpt-2",
        tokens,
        types,
        List.of("\u010A \u010A"),
        OptionalInt.empty(),
        OptionalInt.of(0),
        OptionalInt.empty());
  }

  static void write(String name, Path file, GgufType type) throws IOException {
    PublishedModel model = model(name);
    GgufArchitecture architecture = GgufArchitecture.of(model);
    GgufMetadata metadata = new GgufMetadata();
    metadata.text("general.architecture", architecture.name());
    metadata.uint32("general.file_type", type.fileType());
    architecture.describe(model, metadata);
    vocabulary(model.config().vocabulary()).describe(metadata);
    GgufWriter.write(file, metadata, GgufTensor.of(architecture, model, tensors(name), type));
  }
}
