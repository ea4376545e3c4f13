package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.IoReason;
import io.evomoe.nn.ExpertPlace;
import io.evomoe.nn.Place;
import io.evomoe.training.DenseWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a checkpoint whose feed-forward places have one net each. */
final class DenseCheckpoint implements DenseWeights {
  private final Path file;
  private final Set<String> names;

  /** Names of the first experts' parts by those that they have in a block without experts. */
  private final Map<String, String> firstExperts = new HashMap<>();

  DenseCheckpoint(Path file) {
    this.file = file;
    try (SafeTensors tensors = SafeTensors.open(file)) {
      names = Set.copyOf(tensors.names());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
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
   * A place that may have experts has its one net as the first of them, also where the model that
   * starts here has none in that block.
   */
  @Override
  public Optional<String> nameFor(Place place) {
    ExpertPlace expert = place.expert().orElse(null);
    if (expert == null || !names.contains(expert.of(0))) {
      return place.denseName().map(name -> firstExperts.getOrDefault(name, name));
    }
    if (names.contains(expert.of(1))) {
      throw new IllegalArgumentException(
          file + " must be of a network without experts, has several: " + expert.of(1));
    }
    return Optional.of(expert.of(0));
  }

  @Override
  public long[] shape(String name) {
    try (SafeTensors tensors = SafeTensors.open(file)) {
      return tensors.info(name).shape().stream().mapToLong(Long::longValue).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }

  @Override
  public INDArray read(String name) {
    try (SafeTensors tensors = SafeTensors.open(file)) {
      return tensors.read(name);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }
}
