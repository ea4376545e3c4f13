package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Scores of a classifier, in 0..1; NaN if there is no test part.
 *
 * @param classifier name of the classifier
 * @param validAccuracy accuracy on the validation texts
 * @param validMacroF1 mean F1 of the classes on the validation texts
 * @param testAccuracy accuracy on the test texts
 * @param testMacroF1 mean F1 of the classes on the test texts
 */
public record ClassScores(
    String classifier,
    @JsonProperty("valid_accuracy") double validAccuracy,
    @JsonProperty("valid_macro_f1") double validMacroF1,
    @JsonProperty("test_accuracy") double testAccuracy,
    @JsonProperty("test_macro_f1") double testMacroF1) {}
