package io.evomoe.run.internal.finetune;

import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;

/**
 * The scores of a network.
 *
 * @param scores on the validation and test parts
 * @param evaluation class by class, on the test part if there is one, else on the validation part
 */
public record TunedScores(ClassScores scores, ClassEvaluation evaluation) {}
