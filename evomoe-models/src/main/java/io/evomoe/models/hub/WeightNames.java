package io.evomoe.models.hub;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The published names of a model's weights.
 *
 * @param rules one for each of our parameters
 * @param ties tensors that repeat another one, by name
 * @param unused names of tensors that no output depends on; they are kept for a later export
 */
record WeightNames(List<WeightRule> rules, Map<String, String> ties, Pattern unused) {

  WeightNames {
    rules = List.copyOf(rules);
  }
}
