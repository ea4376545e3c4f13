package io.evomoe.models.internal.hub;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.hub.HubFolder;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parts of an imported folder that our model lacks, so that an export restores every tensor: names
 * and types of all tensors, the unused tensors, and the original configuration.
 *
 * @param folder where these are stored
 * @param types of all tensors by name, in the order of the file
 * @param unused tensors that no output depends on
 */
public record ImportOrigin(Path folder, Map<String, DataType> types, Map<String, INDArray> unused) {
  private static final String FILE = "origin.safetensors";
  private static final String CONFIGURATION = HubConfig.FILE;
  private static final List<String> COPIED = List.of(CONFIGURATION, "generation_config.json");

  /** Does not copy the maps, because that would lose their order. */
  public ImportOrigin {}

  /** Stores these parts of an imported folder. */
  public static void save(Path imported, HubTensors tensors, List<String> unused, Path folder) {
    Map<String, String> types = new LinkedHashMap<>();
    tensors.names().forEach(name -> types.put(name, tensors.info(name).type().name()));
    Map<String, INDArray> kept = new LinkedHashMap<>();
    unused.forEach(name -> kept.put(name, tensors.read(name)));
    try {
      Files.createDirectories(folder);
      SafeTensors.write(folder.resolve(FILE), kept, types);
      copy(imported, folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + IoReason.of(e, folder), e);
    }
  }

  /** Loads the data of {@link HubFolder#saveOrigin}; empty if there is none. */
  public static Optional<ImportOrigin> load(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (SafeTensors tensors = SafeTensors.open(file)) {
      Map<String, DataType> types = new LinkedHashMap<>();
      tensors.metadata().forEach((name, type) -> types.put(name, DataType.valueOf(type)));
      Map<String, INDArray> unused = new LinkedHashMap<>();
      for (String name : tensors.names()) {
        unused.put(name, tensors.read(name));
      }
      return Optional.of(new ImportOrigin(folder, types, unused));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Returns the family that it was imported from. */
  public String modelType() {
    return JsonFile.read(folder.resolve(CONFIGURATION)).path("model_type").asText();
  }

  /** Copies the original configuration. */
  public void copyConfiguration(Path into) throws IOException {
    copy(folder, into);
  }

  private static void copy(Path from, Path into) throws IOException {
    for (String name : COPIED) {
      if (Files.isRegularFile(from.resolve(name))) {
        JsonFile.copy(from.resolve(name), into.resolve(name));
      }
    }
  }
}
