package io.evomoe.run.internal.finetune;

import io.evomoe.run.record.ClassEvaluation;
import io.evomoe.run.record.ClassScores;

/**
 * What a network reached.
 *
 * @param scores on all parts that are held out
 * @param evaluation class by class, on the last of them: the test part where there is one
 */
public record TunedScores(ClassScores scores, ClassEvaluation evaluation) {}
