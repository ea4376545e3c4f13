package io.evomoe.models.hub;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Published architectures that are read and written. */
public enum HubFamily {
  /** GPT-2 with its language-modelling head ({@code GPT2LMHeadModel}). */
  GPT2,
  /** RoBERTa with its masked-token head ({@code RobertaForMaskedLM}). */
  ROBERTA;

  /** The {@code model_type} of {@code config.json}. */
  public String modelType() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All model types. */
  static List<String> modelTypes() {
    return Arrays.stream(values()).map(HubFamily::modelType).toList();
  }
}
