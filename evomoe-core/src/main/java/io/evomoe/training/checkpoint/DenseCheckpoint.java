package io.evomoe.training.checkpoint;

import io.evomoe.files.IoReason;
import io.evomoe.training.DenseWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a checkpoint whose feed-forward places have one net each. */
final class DenseCheckpoint implements DenseWeights {
  /** Where an evolving place has its experts. */
  private static final Pattern EXPERT = Pattern.compile("(.*)\\.experts\\.(\\d+)\\.(.*)");

  private final Path file;
  private final Map<String, String> saved = new LinkedHashMap<>();

  DenseCheckpoint(Path file) {
    this.file = file;
    try (SafeTensors tensors = SafeTensors.open(file)) {
      tensors.names().forEach(name -> saved.put(dense(name), name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }

  private String dense(String name) {
    Matcher expert = EXPERT.matcher(name);
    if (!expert.matches()) {
      return name;
    }
    if (!expert.group(2).equals("0")) {
      throw new IllegalArgumentException(
          file + " must be of a network without experts, has several: " + name);
    }
    return expert.group(1) + "." + expert.group(3);
  }

  @Override
  public String source() {
    return file.toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(saved.keySet());
  }

  @Override
  public INDArray read(String name) {
    try (SafeTensors tensors = SafeTensors.open(file)) {
      return tensors.read(saved.getOrDefault(name, name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }
}
