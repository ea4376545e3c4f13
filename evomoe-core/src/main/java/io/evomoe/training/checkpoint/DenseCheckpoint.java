package io.evomoe.training.checkpoint;

import io.evomoe.nn.Place;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a checkpoint whose feed-forward layers have one net each. */
final class DenseCheckpoint implements DenseWeights {
  private final Path file;
  private final Set<String> names;

  /** Names of the first experts' parts by their names in a block without experts. */
  private final Map<String, String> firstExperts = new HashMap<>();

  DenseCheckpoint(Path file, Set<String> names) {
    this.file = file;
    this.names = names;
    String first = "." + ExpertPlace.EXPERTS + ".0.";
    names.stream()
        .filter(name -> name.contains(first))
        .forEach(name -> firstExperts.put(name.replace(first, "."), name));
  }

  @Override
  public String source() {
    return file.toString();
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
    place
        .expert()
        .map(expert -> expert.of(1))
        .filter(names::contains)
        .ifPresent(
            second -> {
              throw new IllegalArgumentException(
                  file + " must be of a network without experts, has several: " + second);
            });
    return place.denseName().map(name -> firstExperts.getOrDefault(name, name));
  }

  @Override
  public long[] shape(String name) {
    return SafeTensors.ask(file, tensors -> tensors.info(name).sizes());
  }

  @Override
  public INDArray read(String name) {
    return SafeTensors.ask(file, tensors -> tensors.read(name));
  }
}
