package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.FileTree;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Model;
import io.evomoe.training.optimizer.Moments;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Names and bytes of the files of a checkpoint. */
final class CheckpointFiles {
  static final String MODEL = "model.safetensors";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final List<String> CHECKED = List.of(MODEL, OPTIMIZER);

  private static final Pattern STEP =
      Pattern.compile("(?:\\.replaced-|set-aside-)?step-(\\d{8,18})");

  private CheckpointFiles() {}

  /** Returns parameters and state of a model by name. */
  static Map<String, INDArray> arrays(Model<?> model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(p -> put(arrays, p.name(), p.value()));
    model.state().forEach(s -> put(arrays, s.name(), s.value()));
    return arrays;
  }

  /** Adds the optimizer's arrays for a parameter: one or two. */
  static void putMoments(Map<String, INDArray> arrays, Parameter parameter, Moments moments) {
    arrays.put(parameter.name() + ".moment1", moments.first());
    moments.secondMoment().ifPresent(second -> arrays.put(parameter.name() + ".moment2", second));
  }

  /** Rejects symbolic links in place of files. */
  static void requireNoLinks(Path folder) {
    Stream.concat(names(), Stream.of(CheckpointState.CHECKSUM))
        .map(folder::resolve)
        .forEach(FileTree::requireNoLink);
  }

  /** Returns the first required file that is missing in this folder. */
  static Optional<String> missing(Path folder) {
    return names().filter(name -> !Files.isRegularFile(folder.resolve(name))).findFirst();
  }

  /** Returns whether a folder contains a checkpoint, or a part of one. */
  static boolean isCheckpoint(Path folder) {
    return names().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  private static Stream<String> names() {
    return Stream.concat(CHECKED.stream(), Stream.of(CheckpointState.FILE));
  }

  /** Returns the step in the name of a folder, also of one that was renamed or replaced. */
  static OptionalLong stepInName(Path folder) {
    Matcher name = STEP.matcher(String.valueOf(folder.getFileName()));
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(newDigest().digest(bytes));
  }

  static String sha256(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void put(Map<String, INDArray> arrays, String name, INDArray array) {
    if (arrays.put(name, array) != null) {
      throw new IllegalArgumentException("parameter names must be unique, found twice: " + name);
    }
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static Path parent(Path checkpoint) {
    return Objects.requireNonNullElse(checkpoint.getParent(), Path.of(""));
  }
}
