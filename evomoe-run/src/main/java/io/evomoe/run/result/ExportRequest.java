package io.evomoe.run.result;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.hub.HubExport;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How to export a trained model.
 *
 * @param family {@code model_type} of the published family, which must represent the model exactly;
 *     null for the family it was imported from, or else the first that fits
 * @param expertsPerToken experts per token, for a gate without a fixed number at the run's step;
 *     null for the gate's own routing
 * @param type of the weights in a folder of Hugging Face: {@code FLOAT}, {@code FLOAT16} or {@code
 *     BFLOAT16}; null for {@code FLOAT}, or for the types of an import
 * @param maxShardBytes size of the largest file in a folder of Hugging Face, at least 1
 */
@RecordBuilder
public record ExportRequest(
    @Nullable String family,
    @Nullable Integer expertsPerToken,
    @Nullable DataType type,
    long maxShardBytes)
    implements ExportRequestBuilder.With {
  /** The gate's own routing, in the first family that fits; files of at most 5 GB. */
  public static final ExportRequest DEFAULT =
      new ExportRequest(null, null, null, HubExport.DEFAULT_SHARD_BYTES);

  /** Rejects values out of bounds. */
  public ExportRequest {
    FieldBound.atLeast("maxShardBytes", maxShardBytes, 1);
  }

  /**
   * The result of an export.
   *
   * @param tensors number of written tensors
   * @param ownForm whether no published family fits, so that the files have this project's own form
   * @param remarks one line for each difference of llama.cpp's computation; empty for a folder
   */
  public record Exported(int tensors, boolean ownForm, List<String> remarks) {

    /** Keeps the remarks unmodifiable. */
    public Exported {
      remarks = List.copyOf(remarks);
    }
  }
}
