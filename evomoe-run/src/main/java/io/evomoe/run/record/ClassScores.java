package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How well something names the classes of held-out texts, in 0..1; NaN where there is no test part.
 *
 * @param classifier what names them
 * @param validAccuracy share of the validation texts that are named right
 * @param validMacroF1 mean F1 of the classes there
 * @param testAccuracy the same of the test texts
 * @param testMacroF1 the same of the test texts
 */
public record ClassScores(
    String classifier,
    @JsonProperty("valid_accuracy") double validAccuracy,
    @JsonProperty("valid_macro_f1") double validMacroF1,
    @JsonProperty("test_accuracy") double testAccuracy,
    @JsonProperty("test_macro_f1") double testMacroF1) {}
