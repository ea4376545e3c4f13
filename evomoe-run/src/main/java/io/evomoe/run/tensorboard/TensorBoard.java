package io.evomoe.run.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AppendedFile;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnknownFieldSet;
import org.nd4j.shade.protobuf.UnknownFieldSet.Field;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.TensorProto;

/**
 * Writes a run's steps to event files for TensorBoard. Every number of a {@link StepRecord} is a
 * scalar with its name from {@link StepFile}; values of MoE layers are below the layer's name. A
 * layer's load is a histogram with one bucket per expert, and generated samples are text. A resumed
 * run writes a new file, which replaces the lost steps. If several trainings share a folder, each
 * {@linkplain RunName#part part} has its own folder in {@link #NAME}.
 */
public final class TensorBoard implements Callback {
  /** The name of the folder in a run's folder. */
  public static final String NAME = "tensorboard";

  /** The step is part of the event, and the seed never changes. */
  private static final Set<String> OF_THE_EVENT = Set.of("step", "seed");

  private final Path folder;
  private @Nullable EventFile file;

  private TensorBoard(Path folder) {
    this.folder = folder;
  }

  /** Writes to {@code tensorboard/} in a run's folder. */
  public static TensorBoard in(Path run) {
    return new TensorBoard(run.resolve(NAME));
  }

  /** Whether a run has event files; if so, all later steps are written to them too. */
  public static boolean isIn(Path run) {
    return Files.isDirectory(run.resolve(NAME));
  }

  @Override
  public void onStart(Training training) {
    close();
    RunName name = training.name();
    Path its = name.part() ? folder.resolve(name.task()) : folder;
    EventFile opened = EventFile.create(its, Instant.now());
    file = opened;
    opened.start(training.progress().step() + 1);
  }

  @Override
  public void onStep(StepRecord step, Training training) {
    Summary.Builder summary = Summary.newBuilder();
    ObjectNode fields = StepFile.json(training.name(), step);
    scalars(summary, "", fields);
    for (int i = 0; i < step.layers().size(); i++) {
      String prefix = step.layers().get(i).layer() + "/";
      scalars(summary, prefix, fields.withArray("layers").get(i));
      summary
          .addValueBuilder()
          .setTag(prefix + "load")
          .setHisto(histogram(step.layers().get(i).load()));
    }
    opened().write(step.step(), summary.build());
  }

  /** Skips missing values, which are null, and names, which are text. */
  private static void scalars(Summary.Builder summary, String prefix, JsonNode fields) {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      if (field.getValue().isNumber() && !OF_THE_EVENT.contains(field.getKey())) {
        summary
            .addValueBuilder()
            .setTag(prefix + field.getKey())
            .setSimpleValue((float) field.getValue().doubleValue());
      }
    }
  }

  /** Returns a histogram of expert indices: expert e is the bucket from e - 0.5 to e + 0.5. */
  private static HistogramProto histogram(List<Integer> load) {
    HistogramProto.Builder histogram =
        HistogramProto.newBuilder().setMin(-0.5).setMax(load.size() - 0.5);
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (int e = 0; e < load.size(); e++) {
      histogram.addBucketLimit(e + 0.5).addBucket(load.get(e));
      count += load.get(e);
      sum += (double) e * load.get(e);
      squares += (double) e * e * load.get(e);
    }
    return histogram.setNum(count).setSum(sum).setSumSquares(squares).build();
  }

  @Override
  public void onEvaluation(StepRecord step, Training training) {
    Map<String, String> samples = training.samples(1);
    if (samples.isEmpty()) {
      return;
    }
    Summary.Builder summary = Summary.newBuilder();
    samples.forEach((name, text) -> summary.addValue(text("samples/" + name, text)));
    opened().write(step.step(), summary.build());
  }

  /** Returns a text in the form of TensorBoard's text plugin: a tensor of one string. */
  private static Summary.Value text(String tag, String text) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .addStringVal(ByteString.copyFromUtf8(text));
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(1);
    Summary.Value.Builder value = Summary.Value.newBuilder().setTag(tag).setTensor(tensor);
    value.getMetadataBuilder().getPluginDataBuilder().setPluginName("text");
    return value.build();
  }

  private EventFile opened() {
    if (file == null) {
      throw new IllegalStateException("no event file is open in " + folder);
    }
    return file;
  }

  @Override
  public void onEnd(Training training) {
    close();
  }

  private void close() {
    if (file != null) {
      file.close();
      file = null;
    }
  }

  /**
   * One event file of TFRecords. Each record has its length (uint64, little-endian), the length's
   * masked CRC32C, the bytes of an Event ({@code tensorflow/core/util/event.proto}), and their
   * masked CRC32C. Every record is flushed when it is written.
   */
  record EventFile(AppendedFile out) implements AutoCloseable {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int STATUS = 1;
    private static final int STATUS_START = 1;

    /** Creates a file whose name sorts after those of earlier files. */
    static EventFile create(Path folder, Instant now) {
      OutputFolder.prepare(folder);
      int number = 0;
      Path file;
      do {
        String name =
            String.format(
                Locale.ROOT,
                "events.out.tfevents.%010d.%04d.evomoe",
                now.getEpochSecond(),
                number++);
        file = folder.resolve(name);
      } while (Files.exists(file));
      EventFile created = new EventFile(new AppendedFile(file));
      created.write(event(now), FILE_VERSION, ByteString.copyFromUtf8("brain.Event:2"));
      return created;
    }

    /**
     * Writes the start or resumption of a run: later steps in other files become void.
     *
     * @param step next step
     */
    void start(long step) {
      UnknownFieldSet start =
          UnknownFieldSet.newBuilder().addField(STATUS, integer(STATUS_START)).build();
      write(event(step), SESSION_LOG, start.toByteString());
    }

    /** Writes the values of a step. */
    void write(long step, Summary summary) {
      write(event(step), SUMMARY, summary.toByteString());
    }

    private static UnknownFieldSet.Builder event(Instant at) {
      long seconds = Double.doubleToRawLongBits(at.toEpochMilli() / 1e3);
      return UnknownFieldSet.newBuilder()
          .addField(WALL_TIME, Field.newBuilder().addFixed64(seconds).build());
    }

    private static UnknownFieldSet.Builder event(long step) {
      return event(Instant.now()).addField(STEP, integer(step));
    }

    private static Field integer(long value) {
      return Field.newBuilder().addVarint(value).build();
    }

    private void write(UnknownFieldSet.Builder event, int field, ByteString content) {
      Field last = Field.newBuilder().addLengthDelimited(content).build();
      byte[] data = event.addField(field, last).build().toByteArray();
      ByteBuffer record =
          ByteBuffer.allocate(data.length + Long.BYTES + 2 * Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(data.length);
      record.putInt(masked(record.array(), Long.BYTES)).put(data).putInt(masked(data, data.length));
      out.write(record.array());
    }

    /**
     * Masks a CRC by rotating it 15 bits and adding a constant, because a CRC of data that contains
     * CRCs is weak.
     */
    static int masked(byte[] data, int length) {
      CRC32C crc = new CRC32C();
      crc.update(data, 0, length);
      return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() {
      out.close();
    }
  }
}
