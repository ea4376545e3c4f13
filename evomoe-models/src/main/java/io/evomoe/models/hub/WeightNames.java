package io.evomoe.models.hub;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names that the weights of a model are published under.
 *
 * @param rules one for each of our parameters
 * @param ties tensors that repeat another one, by name
 * @param unused names of tensors that no output of ours depends on: they are kept for the way back
 */
record WeightNames(List<WeightRule> rules, Map<String, String> ties, Pattern unused) {

  WeightNames {
    rules = List.copyOf(rules);
  }
}
