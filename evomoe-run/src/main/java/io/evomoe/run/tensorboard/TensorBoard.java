package io.evomoe.run.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.run.record.RunRecording;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.record.StepFile;
import io.evomoe.run.record.StepRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the steps of a run into event files, which TensorBoard shows. Every number of a {@link
 * StepRecord} is a scalar of the name that it has in {@link StepFile}, those of MoE layers below
 * the layer's name; the load of a layer is a histogram, a bucket an expert; what the model writes
 * is text. A run that is resumed writes a file of its own, which takes the place of the steps that
 * were lost. Of several trainings in a folder, each {@linkplain RunRecording#part part} has a
 * folder of its name in {@link #NAME}.
 */
public final class TensorBoard implements RunWatcher {
  /** Of the folder in that of a run. */
  public static final String NAME = "tensorboard";

  /** The step is the event's own, and the seed never changes. */
  private static final Set<String> OF_THE_EVENT = Set.of("step", "seed");

  private final Path folder;
  private final InstantSource clock;
  private @Nullable EventFile file;

  TensorBoard(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /** Writes into {@code tensorboard/} in the folder of a run. */
  public static TensorBoard in(Path run) {
    return new TensorBoard(run.resolve(NAME), InstantSource.system());
  }

  /** Whether a run has event files, which are to have all of its steps. */
  public static boolean isIn(Path run) {
    return Files.isDirectory(run.resolve(NAME));
  }

  @Override
  public void onBegin(long step, RunRecording run) {
    close();
    Path its = run.part().map(folder::resolve).orElse(folder);
    EventFile opened = EventFile.create(its, clock.instant());
    file = opened;
    opened.write(Events.version(clock.instant()));
    opened.write(Events.start(clock.instant(), step + 1));
  }

  @Override
  public void onStep(StepRecord step, RunRecording run) {
    write(step);
  }

  void write(StepRecord step) {
    Summary summary = new Summary();
    ObjectNode fields = step.json();
    scalars(summary, "", fields);
    for (int i = 0; i < step.layers().size(); i++) {
      String prefix = step.layers().get(i).layer() + "/";
      scalars(summary, prefix, fields.withArray("layers").get(i));
      summary.load(prefix + "load", step.layers().get(i).load());
    }
    opened().write(Events.of(clock.instant(), step.step(), summary));
  }

  /** What was not measured is null, and names are text. */
  private static void scalars(Summary summary, String prefix, JsonNode fields) {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (field.getValue().isNumber() && !OF_THE_EVENT.contains(field.getKey())) {
        summary.scalar(prefix + field.getKey(), field.getValue().doubleValue());
      }
    }
  }

  @Override
  public boolean wantsSamples() {
    return true;
  }

  @Override
  public void onSamples(long step, Map<String, String> samples) {
    if (samples.isEmpty()) {
      return;
    }
    Summary summary = new Summary();
    samples.forEach((name, text) -> summary.text("samples/" + name, text));
    opened().write(Events.of(clock.instant(), step, summary));
  }

  private EventFile opened() {
    if (file == null) {
      throw new IllegalStateException("no event file is open in " + folder);
    }
    return file;
  }

  @Override
  public void onEnd(RunRecording run) {
    close();
  }

  private void close() {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
