package io.evomoe.training.checkpoint;

import io.evomoe.nn.ExpertPlace;
import io.evomoe.nn.Place;
import io.evomoe.training.DenseWeights;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a checkpoint whose feed-forward layers have one net each. */
final class DenseCheckpoint implements DenseWeights {
  private final TensorFile file;
  private final Set<String> names;

  /** Names of the first experts' parts by their names in a block without experts. */
  private final Map<String, String> firstExperts = new HashMap<>();

  DenseCheckpoint(Path file) {
    this.file = new TensorFile(file);
    names = this.file.names();
    String first = "." + ExpertPlace.EXPERTS + ".0.";
    names.stream()
        .filter(name -> name.contains(first))
        .forEach(name -> firstExperts.put(name.replace(first, "."), name));
  }

  @Override
  public String source() {
    return file.path().toString();
  }

  @Override
  public Set<String> names() {
    return names;
  }

  /**
   * Returns the name in the checkpoint. A layer that may have experts stores its single net as the
   * first expert. This also holds if the new model has no experts in that block.
   */
  @Override
  public Optional<String> nameFor(Place place) {
    ExpertPlace expert = place.expert().orElse(null);
    if (expert == null || !names.contains(expert.of(0))) {
      return place.denseName().map(name -> firstExperts.getOrDefault(name, name));
    }
    if (names.contains(expert.of(1))) {
      throw new IllegalArgumentException(
          file.path() + " must be of a network without experts, has several: " + expert.of(1));
    }
    return Optional.of(expert.of(0));
  }

  @Override
  public long[] shape(String name) {
    return file.ask(tensors -> tensors.info(name).sizes());
  }

  @Override
  public INDArray read(String name) {
    return file.ask(tensors -> tensors.read(name));
  }
}
