package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of tensors that is opened for each question. Errors name the unreadable part. */
record TensorFile(Path path) {

  /** A question about the open file. */
  interface Question<T> {
    T of(SafeTensors tensors) throws IOException;
  }

  /** An action on one of its tensors and an array of that name. */
  interface Use {
    void of(SafeTensors tensors, String name, INDArray array) throws IOException;
  }

  <T> T ask(Question<T> question) {
    try (SafeTensors tensors = SafeTensors.open(path)) {
      return question.of(tensors);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + IoReason.of(e, path), e);
    }
  }

  Set<String> names() {
    return ask(tensors -> Set.copyOf(tensors.names()));
  }

  void forEach(Map<String, INDArray> arrays, Use use) {
    ask(
        tensors -> {
          for (Map.Entry<String, INDArray> entry : arrays.entrySet()) {
            use.of(tensors, entry.getKey(), entry.getValue());
          }
          return arrays;
        });
  }
}
